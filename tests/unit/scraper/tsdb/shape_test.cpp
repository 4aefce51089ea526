#include "scraper/tsdb/shape.h"

#include <doctest/doctest.h>

#include <vector>

namespace sonde::tsdb {
namespace {

TEST_SUITE("scraper/tsdb/shape") {
  TEST_CASE("equal lists of columns are one shape and another order is another") {
    SymbolTable symbols;
    ShapeTable shapes(symbols);
    const std::vector<Labels> ab{{{"__name__", "a"}}, {{"__name__", "b"}}};
    const std::vector<Labels> ba{{{"__name__", "b"}}, {{"__name__", "a"}}};
    const auto first = shapes.intern(ab);
    CHECK(shapes.intern(ab) == first);
    CHECK(shapes.intern(ba) != first);
    CHECK(shapes.share(first->columns) == first);
  }

  TEST_CASE("a shape goes with its last holder and gives back its label sets") {
    SymbolTable symbols;
    ShapeTable shapes(symbols);
    const std::vector<Labels> ab{{{"__name__", "a"}}, {{"__name__", "b"}}};
    const std::vector<Labels> bc{{{"__name__", "b"}}, {{"__name__", "c"}}};
    ShapePtr first = shapes.intern(ab);
    ShapePtr second = shapes.intern(bc);
    const uint64_t serial = first->serial;
    CHECK(symbols.label_set_count() == 3);
    first.reset();
    symbols.reclaim(symbols.mark());
    CHECK(symbols.label_set_count() == 2);
    CHECK(symbols.text(symbols.label_set(second->columns[0])[0].value) == "b");
    CHECK(shapes.intern(ab)->serial != serial);
  }

  TEST_CASE("columns are found by their metric's name") {
    SymbolTable symbols;
    ShapeTable shapes(symbols);
    const std::vector<Labels> columns{
        {{"__name__", "x"}, {"n", "0"}}, {{"__name__", "y"}}, {{"__name__", "x"}, {"n", "1"}}};
    const ShapePtr shape = shapes.intern(columns);
    std::vector<uint32_t> found;
    for (const NamedColumn& entry : shape->by_name) {
      if (entry.metric_name == symbols.find("x")) found.push_back(entry.column);
    }
    CHECK(found == std::vector<uint32_t>{0, 2});
  }
}

}  // namespace
}  // namespace sonde::tsdb
