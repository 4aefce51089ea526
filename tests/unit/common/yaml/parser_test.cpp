#include <doctest/doctest.h>

#include "common/yaml/node.h"

namespace sonde::yaml {
namespace {

Node good(std::string_view text) {
  auto node = parse(text, "t.yml");
  REQUIRE_MESSAGE(node.ok(), node.error().message());
  return *node;
}

std::string error_of(std::string_view text) {
  const auto node = parse(text, "t.yml");
  return node ? "accepted" : node.error().message();
}

const Node& at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  REQUIRE(found != nullptr);
  return *found;
}

TEST_SUITE("common/yaml/parser") {
  TEST_CASE("an empty document and one of comments alone are null") {
    CHECK(good("").kind == NodeKind::Null);
    CHECK(good(" \n\t\n").kind == NodeKind::Null);
    CHECK(good("# nothing\n").kind == NodeKind::Null);
    CHECK(good("---\n").kind == NodeKind::Null);
  }

  TEST_CASE("values keep their order and their line and column from one") {
    const Node root = good("a: 1\nb:\n  - x\n  - 'y'\nc: {d: \"e\\tf\"}\n");
    REQUIRE(root.kind == NodeKind::Map);
    REQUIRE(root.entries.size() == 3);
    CHECK(root.entries[1].key == "b");
    CHECK(root.entries[1].at.line == 2);
    CHECK(root.entries[1].at.column == 1);
    const Node& list = at(root, "b");
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[0].plain);
    CHECK_FALSE(list.items[1].plain);
    CHECK(list.items[1].text == "y");
    CHECK(list.items[1].at.line == 4);
    CHECK(list.items[1].at.column == 5);
    CHECK(at(at(root, "c"), "d").text == "e\tf");
  }

  TEST_CASE("block scalars keep their newlines") {
    CHECK(at(good("a: |\n  x\n  y\n"), "a").text == "x\ny\n");
    CHECK(at(good("a: >-\n  x\n  y\n"), "a").text == "x y");
  }

  TEST_CASE("single quotes fold lines and double the quote") {
    CHECK(at(good("a: 'it''s'"), "a").text == "it's");
    CHECK(at(good("a: ''''"), "a").text == "'");
    CHECK(at(good("a: 'one  \n   two''s\n\n\n  three '\nb: 1"), "a").text == "one two's\n\nthree ");
    CHECK(at(good("a: '\n x'"), "a").text == " x");
    CHECK(at(good("\xC3\xA9: '\xC3\xA9''\xC3\xA9'"), "\xC3\xA9").text == "\xC3\xA9'\xC3\xA9");
    const std::string quotes(182, '\'');
    CHECK(at(good("a: 'x" + quotes + "\n  y\n  z'"), "a").text == "x" + quotes.substr(91) + " y z");
  }

  TEST_CASE("null is what is unquoted and empty or tilde or null") {
    for (const char* text : {"a:", "a: ~", "a: null", "a: Null", "a: NULL"}) {
      CAPTURE(text);
      CHECK(at(good(text), "a").kind == NodeKind::Null);
    }
    CHECK(at(good("a: ''"), "a").kind == NodeKind::Scalar);
    CHECK(at(good("a: 'null'"), "a").kind == NodeKind::Scalar);
  }

  TEST_CASE("an alias is the anchored value") {
    const Node root = good("a: &x {k: v}\nb: *x\nc: &s text\nd: *s\n");
    CHECK(at(at(root, "b"), "k").text == "v");
    CHECK(at(root, "d").text == "text");
  }

  TEST_CASE("merge keys fill in what the mapping does not set itself") {
    const Node root = good(
        "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse:\n  y: own\n  <<: [*b, *m]\none:\n  <<: *m\n");
    const Node& use = at(root, "use");
    CHECK(use.entries.size() == 3);
    CHECK(at(use, "y").text == "own");
    CHECK(at(use, "x").text == "1");
    CHECK(at(use, "z").text == "4");
    CHECK(at(at(root, "one"), "y").text == "3");
  }

  TEST_CASE("tags of the core schema decide between text and meaning") {
    const Node root = good("a: !!str 12\nb: !!int '12'\nc: ! 7\n");
    CHECK_FALSE(at(root, "a").plain);
    CHECK(at(root, "b").plain);
    CHECK_FALSE(at(root, "c").plain);
  }

  TEST_CASE("every broken document is refused with its place") {
    CHECK(error_of("a: 1\nb: 2\na: 3\n") == "t.yml: line 3, column 1: key \"a\" is set twice");
    CHECK(error_of("a: 1\n---\nb: 2\n").find("t.yml: line 2, column 1: a second document") == 0);
    CHECK(error_of("a: *nope\n").find("t.yml: line 1, column 4: unknown anchor \"nope\"") == 0);
    CHECK(error_of("a: &x [*x]\n").find("unknown anchor") != std::string::npos);
    CHECK(error_of("a: !!binary \"/w==\"\n") ==
          "t.yml: line 1, column 13: the tag \"binary\" is not supported");
    CHECK(error_of("!!binary \"/w==\": a\n").find("not supported") != std::string::npos);
    CHECK(error_of("? [a]\n: b\n").find("a key must be a single value") != std::string::npos);
    CHECK(error_of("<<: text\n").find("merge key") != std::string::npos);
    CHECK(error_of("ok: 1\nbad: \xff\n") == "t.yml: line 2: not valid UTF-8");
    CHECK(error_of("ok: 1\nbad: \x01\n") == "t.yml: line 2: control character");
    CHECK(error_of("bad: a\xE2\x80\xA8z\n") == "t.yml: line 1: control character");
    CHECK(error_of("bad: \xC2\x9F\n") == "t.yml: line 1: control character");
    for (const char* text : {"a: [1, 2\n", "- a\nb: c\n", "a: v\nstray\n", "a: 'x\n", "\ta: 1\n", "a: b: c\n",
                             "%X\n", "a: \"\\q\"\n", "{a: 1", "a: @x\n"}) {
      CAPTURE(text);
      const std::string error = error_of(text);
      CHECK(error.find("t.yml: line ") == 0);
    }
  }

  TEST_CASE("a mapping of many keys finds its duplicate") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "k" + std::to_string(i) + ": 1\n";
    CHECK(good(text).entries.size() == 100);
    CHECK(error_of(text + "k7: 2\n").find("t.yml: line 101, column 1: key \"k7\" is set twice") == 0);
  }

  TEST_CASE("nesting has a limit that aliases cannot pass") {
    const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(good(nested(60)).kind == NodeKind::List);
    CHECK(error_of(nested(80)) != "accepted");
    const std::string half =
        "a: &a " + nested(40) + "\nb: " + std::string(40, '[') + "*a" + std::string(40, ']') + "\n";
    CHECK(error_of(half).find("nested deeper than 64 levels") != std::string::npos);
  }

  TEST_CASE("a billion laughs end at the node budget") {
    std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
      const std::string last = "*a" + std::to_string(i - 1);
      text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
      for (int k = 0; k < 10; ++k) text += (k > 0 ? "," : "") + last;
      text += "]\n";
    }
    CHECK(error_of(text).find("more than 4000000 values") != std::string::npos);
  }

  TEST_CASE("a document over the size limit is refused") {
    const std::string text(kDocumentBytesMax + 1, ' ');
    CHECK(error_of(text) == "t.yml: larger than 64 MiB");
  }

  TEST_CASE("a document cut at any byte is read or refused") {
    const std::string text = "a: &x [1, 'two', {k: \"v\\n\"}]\nb: *x\nc:\n  <<: {d: 1}\n  e: |\n    f\n";
    for (size_t length = 0; length <= text.size(); ++length) {
      CAPTURE(length);
      const auto node = parse(std::string_view(text).substr(0, length), "t.yml");
      CHECK((node.ok() || !node.error().message().empty()));
    }
  }
}

}  // namespace
}  // namespace sonde::yaml
