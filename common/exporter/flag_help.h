#pragma once
// The text of --help in the layout that users of the originals know. A pure function.

#include <span>
#include <string>
#include <string_view>

namespace sonde::exporter {

struct FlagHelp {
  std::string name;
  std::string help;
  std::string value_name;    // "" shows the default instead
  std::string default_text;  // "" is no default
  std::string environment;
  bool is_boolean = false;
  bool repeatable = false;
  bool quoted_default = false;
};

std::string write_help(std::string_view program, std::string_view description,
                       std::span<const FlagHelp> flags);

}  // namespace sonde::exporter
