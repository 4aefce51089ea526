#pragma once
// The flags and arguments after a verb's words, in promtool's spelling: --name=value, --name value, -o value,
// --flag,
// --no-flag, "--" before what only looks like a flag. Fill it with the targets, then parse(); targets must
// outlive it.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::ctl {

class Arguments {
 public:
  // `words` and `help` are the verb's, for --help.
  Arguments(std::string_view words, std::string_view help) : words_(words), help_(help) {}

  // `letter` is 0 where there is no short form.
  void text(std::string_view name, char letter, std::string& target, std::string_view help);
  void list(std::string_view name, std::vector<std::string>& target, std::string_view help);
  void boolean(std::string_view name, char letter, bool& target, std::string_view help);
  // In order; optional ones last.
  void required(std::string_view name, std::string& target, std::string_view help);
  void optional(std::string_view name, std::string& target, std::string_view help);
  // All the others, one at least when `at_least_one`.
  void rest(std::string_view name, std::vector<std::string>& target, bool at_least_one,
            std::string_view help);

  Status parse(std::span<const std::string> arguments);
  // True after parse() when --help was there: print help() and leave with success.
  bool wants_help() const { return wants_help_; }
  std::string help() const;

 private:
  struct Flag {
    std::string_view name;
    char letter = 0;
    std::string* text = nullptr;  // one of the three
    std::vector<std::string>* list = nullptr;
    bool* boolean = nullptr;
    std::string_view help;
  };
  struct Positional {
    std::string_view name;
    std::string* text = nullptr;  // one of the two
    std::vector<std::string>* list = nullptr;
    bool is_required = false;
    std::string_view help;
  };
  Status take_flag(std::span<const std::string> arguments, size_t& at);
  Status take_positional(const std::string& argument);
  Flag* find(std::string_view name);

  std::string_view words_;
  std::string_view help_;
  std::vector<Flag> flags_;
  std::vector<Positional> positionals_;
  size_t next_positional_ = 0;
  bool wants_help_ = false;
};

// Parses what was given to a verb. The exit code when the verb ends here: a mistake, or --help.
std::optional<int> end_early(Arguments& arguments, std::span<const std::string> given);

}  // namespace sonde::ctl
