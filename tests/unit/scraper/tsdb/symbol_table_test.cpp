#include "scraper/tsdb/symbol_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <span>
#include <string>
#include <utility>
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

  TEST_CASE("what nobody refers to is found no more and freed when nobody reads it") {
    SymbolTable symbols;
    const LabelSetId kept = symbols.intern(Labels{{"job", "a"}, {"n", "1"}});
    const LabelSetId gone = symbols.intern(Labels{{"job", "a"}, {"n", "2"}});
    const uint32_t version = symbols.label_set_version(gone);
    const SymbolId two = symbols.find("2");
    symbols.release(std::span(&gone, 1));
    CHECK(symbols.text(symbols.label_set(gone)[1].value) == "2");  // Readers may have it.
    symbols.reclaim(symbols.mark());
    CHECK(symbols.label_set_count() == 1);
    CHECK(symbols.find("2") == kNoId);
    CHECK(symbols.text(two) == "2");  // A string goes one time later.
    symbols.reclaim(symbols.mark());
    CHECK(symbols.size() == 4);
    // Its ids are the next ones'.
    const LabelSetId next = symbols.intern(Labels{{"job", "a"}, {"n", "3"}});
    CHECK(next == gone);
    CHECK(symbols.label_set_version(next) != version);
    CHECK(symbols.find("3") == two);
    CHECK(symbols.intern(Labels{{"n", "1"}, {"job", "a"}}) == kept);
  }

  TEST_CASE("what ends after the mark stays, and so does what comes back") {
    SymbolTable symbols;
    const LabelSetId late = symbols.intern(Labels{{"n", "late"}});
    const LabelSetId back = symbols.intern(Labels{{"n", "back"}});
    symbols.release(std::span(&back, 1));
    const uint32_t mark = symbols.mark();
    symbols.release(std::span(&late, 1));
    CHECK(symbols.intern(Labels{{"n", "back"}}) == back);
    symbols.reclaim(mark);
    CHECK(symbols.label_set_count() == 2);
    CHECK(symbols.text(symbols.label_set(late)[0].value) == "late");
    symbols.release(std::span(&back, 1));
    symbols.reclaim(mark);  // Ended again, after it.
    CHECK(symbols.label_set_count() == 2);
    symbols.reclaim(symbols.mark());
    CHECK(symbols.label_set_count() == 0);
  }

  TEST_CASE("random label sets come and go and memory stays") {
    std::mt19937 random(20);
    SymbolTable symbols;
    std::map<LabelSetId, std::pair<Labels, int>> model;
    uint64_t memory_bytes = 0;
    for (int round = 0; round < 60; ++round) {
      for (int i = 0; i < 300; ++i) {
        const Labels labels{{"a", std::to_string(random() % 50)},
                            {"b", std::string(random() % 700, 'x') + std::to_string(random() % 100)}};
        const LabelSetId id = symbols.intern(labels);
        auto& known = model[id];
        if (known.second > 0) REQUIRE(known.first == labels);
        known = {labels, known.second + 1};
      }
      for (auto& [id, known] : model) {
        if (random() % 4 == 0) continue;
        for (; known.second > 0; --known.second) symbols.release(std::span(&id, 1));
      }
      std::erase_if(model, [](const auto& entry) { return entry.second.second == 0; });
      symbols.reclaim(symbols.mark());
      REQUIRE(symbols.label_set_count() == model.size());
      for (const auto& [id, known] : model) {
        std::vector<Label> labels;
        for (const LabelRef& ref : symbols.label_set(id))
          labels.push_back({std::string(symbols.text(ref.name)), std::string(symbols.text(ref.value))});
        REQUIRE(Labels(std::move(labels)) == known.first);
        REQUIRE(symbols.find(known.first.get("b")) == symbols.label_set(id)[1].value);
      }
      if (round == 30) memory_bytes = symbols.memory_bytes();
    }
    CHECK(symbols.memory_bytes() < 2 * memory_bytes);
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
