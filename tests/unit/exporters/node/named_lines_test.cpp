#include "exporters/node/named_lines.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "exporters/node/desc_store.h"

namespace sonde::node {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;  // names and values

// A reader that exports all names and remembers which it was asked for.
struct Reader {
  NamedLines lines;
  DescStore store;
  std::vector<std::string> asked;

  Pairs read(std::string_view text) {
    asked.clear();
    lines.restart();
    Pairs out;
    NamedLines::Line line;
    const auto find = [this](std::string_view name) {
      asked.emplace_back(name);
      return &store.make(std::string(name), "", MetricType::Gauge);
    };
    while (lines.next(text, line, find)) {
      out.emplace_back(line.name, line.value);
      CHECK((line.desc == nullptr) == line.name.empty());
      if (line.desc) CHECK(line.desc->name == line.name);
    }
    return out;
  }
};

TEST_SUITE("node/named_lines") {
  TEST_CASE("names are looked up once while lines stay in their order") {
    Reader reader;
    CHECK(reader.read("a 1\nbc:  22 kB\nd   \t3") == Pairs{{"a", "1"}, {"bc:", "22 kB"}, {"d", "3"}});
    CHECK(reader.asked == std::vector<std::string>{"a", "bc:", "d"});
    CHECK(reader.read("a 12\nbc: 333 kB\nd \t4\n") == Pairs{{"a", "12"}, {"bc:", "333 kB"}, {"d", "4"}});
    CHECK(reader.asked.empty());
  }

  TEST_CASE("a line that is new or has moved is looked up") {
    Reader reader;
    reader.read("a 1\nb 2\n");
    CHECK(reader.read("a 1\nab 3\nb 2\n") == Pairs{{"a", "1"}, {"ab", "3"}, {"b", "2"}});
    CHECK(reader.asked == std::vector<std::string>{"ab", "b"});
    CHECK(reader.read("b 2\n") == Pairs{{"b", "2"}});
    CHECK(reader.asked == std::vector<std::string>{"b"});
  }

  TEST_CASE("lines without a value or a name match no others") {
    Reader reader;
    CHECK(reader.read("a\n\n  \nb\n") == Pairs{{"a", ""}, {"", ""}, {"", ""}, {"b", ""}});
    CHECK(reader.read("ab 1\nc 2\n d 3\nb 4\n") == Pairs{{"ab", "1"}, {"c", "2"}, {"d", "3"}, {"b", "4"}});
    CHECK(reader.read("a") == Pairs{{"a", ""}});
    CHECK(reader.read("").empty());
  }

  TEST_CASE("a list that is cut anywhere gives what is left of it") {
    const std::string text = "abc 1\nd:  23 kB\n";
    Reader reader;
    for (size_t size = 0; size <= text.size(); ++size) {
      CAPTURE(size);
      reader.read(text);
      const Pairs known = reader.read(std::string_view(text).substr(0, size));
      CHECK(known == Reader().read(std::string_view(text).substr(0, size)));
    }
  }

  TEST_CASE("fields are skipped as far as there are any") {
    std::string_view line = "  a bb\tccc  d";
    CHECK(skip_fields(line, 0) == 0);
    CHECK(skip_fields(line, 2) == 2);
    CHECK(next_field(line) == "ccc");
    CHECK(skip_fields(line, 5) == 1);
    CHECK(skip_fields(line, 1) == 0);
    CHECK(line.empty());
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
