#pragma once
// Command-line flags in the reference's spelling: --name=value, --name value, --flag, --no-flag, repeated
// flags, environment twins. A table over CLI11, which no other file includes. Defaults are what the targets
// hold when a flag is added; targets must outlive parse().

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"

namespace sonde::exporter {

class Flags {
 public:
  // `program` as typed ("sonde-node-exporter"), `description` one paragraph for --help.
  Flags(std::string program, std::string description);
  ~Flags();
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  // Names without dashes: "web.listen-address". `hidden` ones work and are left out of --help.
  struct Options {
    bool hidden = false;
    std::string_view environment = {};  // a variable that sets it when the command line does not
    std::string_view value_name = {};   // "FILE", "DURATION"; by default the default value is shown
    bool* set = nullptr;                // becomes true when given (flag or environment)
  };
  void boolean(std::string_view name, bool& target, std::string_view help, Options options);
  void text(std::string_view name, std::string& target, std::string_view help, Options options);
  void integer(std::string_view name, int64_t& target, std::string_view help, Options options);
  void number(std::string_view name, double& target, std::string_view help, Options options);
  // Prometheus duration ("15s", "1h30m").
  void duration(std::string_view name, std::chrono::milliseconds& target, std::string_view help,
                Options options);
  // Go duration ("1.5s"), for the flags that the originals read so; Prometheus' units are taken too.
  void go_duration(std::string_view name, std::chrono::milliseconds& target, std::string_view help,
                   Options options);
  void size(std::string_view name, uint64_t& target_bytes, std::string_view help, Options options);
  // Repeatable; the first use replaces the default.
  void list(std::string_view name, std::vector<std::string>& target, std::string_view help, Options options);
  // Accepted for compatibility and ignored; a warning names it at start.
  void ignored(std::string_view name, bool takes_value, std::string_view help);

  void boolean(std::string_view name, bool& target, std::string_view help) {
    boolean(name, target, help, {});
  }
  void text(std::string_view name, std::string& target, std::string_view help) {
    text(name, target, help, {});
  }
  void integer(std::string_view name, int64_t& target, std::string_view help) {
    integer(name, target, help, {});
  }
  void number(std::string_view name, double& target, std::string_view help) {
    number(name, target, help, {});
  }
  void duration(std::string_view name, std::chrono::milliseconds& target, std::string_view help) {
    duration(name, target, help, {});
  }
  void go_duration(std::string_view name, std::chrono::milliseconds& target, std::string_view help) {
    go_duration(name, target, help, {});
  }
  void size(std::string_view name, uint64_t& target, std::string_view help) { size(name, target, help, {}); }
  void list(std::string_view name, std::vector<std::string>& target, std::string_view help) {
    list(name, target, help, {});
  }

  // What main() does next: go on, or leave with this code after printing `text` (help and version to standard
  // output with code 0, errors to standard error: "sonde-x: error: unknown flag '--y', try --help").
  struct Outcome {
    bool run = false;
    int exit_code = 0;
    std::string text;
  };
  // `error_code` is the reference's for a bad flag: 1 for exporters (kingpin), 2 for the server.
  Outcome parse(int argc, const char* const* argv, int error_code = 1);

  // Names and values in effect, for /api/v1/status/flags. After parse().
  std::vector<std::pair<std::string, std::string>> values() const;
  // Names of ignored() flags that were given.
  std::vector<std::string> ignored_given() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::exporter
