#include <doctest/doctest.h>

#include "common/yaml/writer.h"

namespace sonde::yaml {
namespace {

TEST_SUITE("common/yaml/writer") {
  TEST_CASE("lists stand at the indent of their key and maps two deeper") {
    Node labels = make_map();
    put(labels, "k", make_text("v"));
    Node group = make_map();
    put(group, "targets", make_list({"a:1", "b:2"}));
    put(group, "labels", labels);
    Node list = make_list();
    list.items.push_back(group);
    list.items.push_back(make_map());
    Node root = make_map();
    put(root, "job", make_text("x"));
    put(root, "groups", list);
    put(root, "none", make_list());
    CHECK(write(root) ==
          "job: x\ngroups:\n- targets:\n  - a:1\n  - b:2\n  labels:\n    k: v\n- {}\nnone: []\n");
  }

  TEST_CASE("a flow list stands on one line") {
    Node list = make_list({"__name__", "a,b", "x"});
    list.flow = true;
    Node root = make_map();
    put(root, "source_labels", list);
    CHECK(write(root) == "source_labels: [__name__, 'a,b', x]\n");
  }

  TEST_CASE("text keeps being text") {
    const auto written = [](std::string_view text) {
      Node root = make_map();
      put(root, "k", make_text(text));
      return write(root);
    };
    CHECK(written("plain text") == "k: plain text\n");
    CHECK(written("15s") == "k: 15s\n");
    CHECK(written("123") == "k: \"123\"\n");
    CHECK(written("true") == "k: \"true\"\n");
    CHECK(written("") == "k: \"\"\n");
    CHECK(written("a: b") == "k: 'a: b'\n");
    CHECK(written("it's #1: x #y") == "k: 'it''s #1: x #y'\n");
    CHECK(written("*") == "k: '*'\n");
    CHECK(written("a\nb\t\"\\\x01") == "k: \"a\\nb\\t\\\"\\\\\\x01\"\n");
    CHECK(written("a\xE2\x80\xA8z\xEF\xBB\xBF") == "k: \"a\\u2028z\\uFEFF\"\n");
    CHECK(written("\xC2\x85") == "k: \"\\x85\"\n");
    CHECK(written("<secret>") == "k: <secret>\n");
    CHECK(written("-x") == "k: -x\n");
    CHECK(written("(.*)") == "k: (.*)\n");
    CHECK(written("---") == "k: '---'\n");
    CHECK(written("...") == "k: '...'\n");
    CHECK(written("..x") == "k: ..x\n");
  }

  TEST_CASE("numbers and truth are plain") {
    Node root = make_map();
    put(root, "a", make_integer(-3));
    put(root, "b", make_boolean(false));
    put(root, "c", make_number(0.5));
    put(root, "d", make_unsigned(18446744073709551615ULL));
    put(root, "e", Node{});
    put_unless_empty(root, "f", make_text(""));
    CHECK(write(root) == "a: -3\nb: false\nc: 0.5\nd: 18446744073709551615\ne: null\n");
  }

  TEST_CASE("a document that is one text reads back") {
    for (const char* text : {"...", "---", "... a", "--- a", ".", "--", "a"}) {
      CAPTURE(text);
      const auto again = parse(write(make_text(text)), "w");
      REQUIRE(again);
      CHECK(again->text == text);
    }
  }

  TEST_CASE("what is written reads back as the same tree") {
    for (const char* text :
         {"a",      " a",   "a ", "a:", ":a",  "- a",     "-",   "--- a", "? a",          "#a",
          "a #b",   "a: b", "'",  "\"", "@a",  "%a",      "`a",  "{a}",   "[a",           "!a",
          "&a",     "|",    ">",  "~",  "no",  "1e3",     "0x1", "é",     "\xe6\xb8\xac", "\x7f",
          "a\r\nb", "\\",   "<<", "=",  "a,b", "!!str x", "..."}) {
      CAPTURE(text);
      Node root = make_map();
      put(root, text, make_text(text));
      Node list = make_list({text, "x"});
      put(root, "list", list);
      list.flow = true;
      put(root, "flow", list);
      const auto again = parse(write(root), "t.yml");
      REQUIRE_MESSAGE(again.ok(), again.error().message() << "\n" << write(root));
      CHECK(again->entries[0].value.kind == NodeKind::Scalar);
      CHECK(again->entries[0].value.text == text);
      CHECK(again->entries[0].key == text);
      CHECK(again->entries[1].value.items[0].text == text);
      CHECK(again->entries[2].value.items[0].text == text);
    }
  }
}

}  // namespace
}  // namespace sonde::yaml
