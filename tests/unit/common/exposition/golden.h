#pragma once
// The originals' pages in tests/golden/exposition; tests run in the root of the tree.

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace sonde::exposition {

inline std::string read_golden(const std::string& name) {
  std::ifstream file("tests/golden/exposition/" + name, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace sonde::exposition
