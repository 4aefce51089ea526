#include "exporters/pushgateway/pushed_family.h"

#include <doctest/doctest.h>

namespace sonde::pushgateway {
namespace {

PushedFamily family(std::string name, std::string labels) {
  PushedFamily out;
  out.name = std::move(name);
  out.label_text = std::move(labels);
  out.metrics.push_back({.labels_begin = 0, .labels_size = static_cast<uint32_t>(out.label_text.size())});
  return out;
}

}  // namespace

TEST_SUITE("pushgateway/pushed_family") {
  TEST_CASE("a series' hash is of its name and labels and not of its value") {
    PushedFamily one = family("x", "a=\"1\"");
    PushedFamily same = one;
    same.metrics[0].value = 5;
    CHECK(series_hashes(one) == series_hashes(same));
    CHECK(series_hashes(one) != series_hashes(family("y", "a=\"1\"")));
    CHECK(series_hashes(one) != series_hashes(family("x", "a=\"2\"")));
    // An empty label is a label: the reference's gatherer tells them apart.
    CHECK(series_hashes(one) != series_hashes(family("x", "a=\"1\",b=\"\"")));
  }

  TEST_CASE("numbers are written as the reference writes them") {
    PushedFamily out = family("x", "");
    out.metrics[0].value = 1e6;
    std::string text;
    render_lines(text, out);
    CHECK(text == "x{} 1e+06\n");
  }
}

}  // namespace sonde::pushgateway
