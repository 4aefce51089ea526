#include "common/exporter/build_info.h"

#include <doctest/doctest.h>

#include "common/core/version.h"

TEST_SUITE("exporter/build_info") {
  TEST_CASE("the version text begins as the originals' does") {
    const std::string text = sonde::exporter::version_text("sonde-x");
    CHECK(text.find("sonde-x, version " + std::string(sonde::kVersion) + " (branch: ") == 0);
    CHECK(text.find(", revision: ") != std::string::npos);
  }

}  // TEST_SUITE
