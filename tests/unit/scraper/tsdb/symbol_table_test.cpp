#include "scraper/tsdb/symbol_table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace sonde::tsdb {
namespace {

TEST_SUITE("scraper/tsdb/symbol_table") {
  TEST_CASE("equal strings have one id and ids lead back to them") {
    SymbolTable symbols;
    std::vector<SymbolId> ids;
    for (int i = 0; i < 5000; ++i) ids.push_back(symbols.intern("symbol-" + std::to_string(i)));
    for (int i = 0; i < 5000; ++i) {
      const std::string text = "symbol-" + std::to_string(i);
      CHECK(symbols.intern(text) == ids[static_cast<size_t>(i)]);
      CHECK(symbols.find(text) == ids[static_cast<size_t>(i)]);
      CHECK(symbols.text(ids[static_cast<size_t>(i)]) == text);
    }
    CHECK(symbols.size() == 5000);
    CHECK(symbols.find("absent") == kNoId);
  }

  TEST_CASE("equal label sets have one id") {
    SymbolTable symbols;
    const LabelSetId first = symbols.intern(Labels{{"a", "1"}, {"b", "2"}});
    CHECK(symbols.intern(Labels{{"b", "2"}, {"a", "1"}}) == first);
    CHECK(symbols.intern(Labels{{"a", "2"}, {"b", "1"}}) != first);
    CHECK(symbols.label_set(first).size() == 2);
    CHECK(symbols.text(symbols.label_set(first)[1].value) == "2");
    CHECK(symbols.label_set(symbols.intern(Labels())).empty());
  }

  TEST_CASE("a series hashes as its group and its column together") {
    const Labels group{{"job", "a"}};
    const Labels column{{"__name__", "up"}};
    CHECK(hash_labels(Labels{{"__name__", "up"}, {"job", "a"}}) == hash_labels(group) + hash_labels(column));
    CHECK(hash_label("a", "b") != hash_label("b", "a"));
  }
}

}  // namespace
}  // namespace sonde::tsdb
