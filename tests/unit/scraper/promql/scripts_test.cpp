// Every script of tests/promql, and of the folder that SONDE_PROMQL_SCRIPTS names, if it does.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "script_runner.h"

namespace sonde::promql {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> scripts_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::is_directory(folder)) return out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".test") out.push_back(entry.path());
  }
  std::ranges::sort(out);
  return out;
}

TEST_SUITE("promql/scripts") {
  TEST_CASE("every script gives what it says") {
    size_t scripts = 0;
    for (const auto& path : scripts_in("tests/promql")) {
      const ScriptReport report =
          run_script(read_text(path), path.stem().string().ends_with("delayed_names"));
      CHECK_MESSAGE(report.evaluations > 0, path.string());
      for (const std::string& failure : report.failures) FAIL_CHECK(path.string() << ": " << failure);
      ++scripts;
    }
    CHECK(scripts > 0);
  }

  TEST_CASE("scripts from elsewhere are run on request") {
    const char* folder = std::getenv("SONDE_PROMQL_SCRIPTS");
    if (folder == nullptr) return;
    for (const auto& path : scripts_in(folder)) {
      const ScriptReport report = run_script(read_text(path), true);
      MESSAGE(path.filename().string()
              << ": " << report.failures.size() << " of " << report.evaluations << " failed");
      for (const std::string& failure : report.failures)
        FAIL_CHECK(path.filename().string() << ": " << failure);
    }
  }
}

}  // namespace
}  // namespace sonde::promql
