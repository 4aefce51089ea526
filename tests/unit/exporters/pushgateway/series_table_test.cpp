#include "exporters/pushgateway/series_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace sonde::pushgateway {

TEST_SUITE("pushgateway/series_table") {
  TEST_CASE("it says what a map says after any sequence of changes") {
    SeriesTable table;
    std::map<uint64_t, SeriesTable::Owner> model;
    const int owners[3] = {};
    std::mt19937 random(1);
    for (int step = 0; step < 20'000; ++step) {
      // Few hashes of few home slots, so that runs form and wrap around.
      const uint64_t hash = (random() % 8) + ((random() % 40) << 32) + (random() % 2 == 0 ? 60 : 0);
      const SeriesTable::Owner owner = &owners[random() % 3];
      if (random() % 2 == 0) {
        table.set(hash, owner);
        model[hash] = owner;
      } else {
        table.erase(hash, owner);
        if (const auto found = model.find(hash); found != model.end() && found->second == owner)
          model.erase(found);
      }
      REQUIRE(table.size() == model.size());
      const auto found = model.find(hash);
      REQUIRE(table.find(hash) == (found == model.end() ? nullptr : found->second));
    }
    for (const auto& [hash, owner] : model) CHECK(table.find(hash) == owner);
    table.clear();
    CHECK(table.size() == 0);
    CHECK(table.find(1) == nullptr);
  }
}

}  // namespace sonde::pushgateway
