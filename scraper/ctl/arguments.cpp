#include "scraper/ctl/arguments.h"

#include <algorithm>

#include "common/core/text.h"
#include "scraper/ctl/verb.h"

namespace sonde::ctl {
namespace {

constexpr size_t kHelpColumn = 26;

Error usage_error(std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message) + ", try --help"};
}

void append_row(std::string& out, std::string left, std::string_view help) {
  left.insert(0, "  ");
  left.resize(std::max(left.size() + 2, kHelpColumn), ' ');
  out += left + std::string(help) + "\n";
}

}  // namespace

void Arguments::text(std::string_view name, char letter, std::string& target, std::string_view help) {
  flags_.push_back({.name = name, .letter = letter, .text = &target, .help = help});
}

void Arguments::list(std::string_view name, std::vector<std::string>& target, std::string_view help) {
  flags_.push_back({.name = name, .list = &target, .help = help});
}

void Arguments::boolean(std::string_view name, char letter, bool& target, std::string_view help) {
  flags_.push_back({.name = name, .letter = letter, .boolean = &target, .help = help});
}

void Arguments::required(std::string_view name, std::string& target, std::string_view help) {
  positionals_.push_back({.name = name, .text = &target, .is_required = true, .help = help});
}

void Arguments::optional(std::string_view name, std::string& target, std::string_view help) {
  positionals_.push_back({.name = name, .text = &target, .help = help});
}

void Arguments::rest(std::string_view name, std::vector<std::string>& target, bool at_least_one,
                     std::string_view help) {
  positionals_.push_back({.name = name, .list = &target, .is_required = at_least_one, .help = help});
}

Status Arguments::parse(std::span<const std::string> arguments) {
  bool only_positionals = false;
  for (size_t at = 0; at < arguments.size(); ++at) {
    const std::string& argument = arguments[at];
    if (!only_positionals && argument == "--") {
      only_positionals = true;
    } else if (!only_positionals && argument.size() > 1 && argument.starts_with('-')) {
      if (auto status = take_flag(arguments, at); !status) return status;
      if (wants_help_) return Ok{};
    } else if (auto status = take_positional(argument); !status) {
      return status;
    }
  }
  for (size_t i = next_positional_; i < positionals_.size(); ++i) {
    const Positional& positional = positionals_[i];
    if (positional.is_required && (positional.list == nullptr || positional.list->empty())) {
      return usage_error("required argument '" + std::string(positional.name) + "' not provided");
    }
  }
  return Ok{};
}

Status Arguments::take_flag(std::span<const std::string> arguments, size_t& at) {
  const Cut parts = cut(arguments[at], '=');
  if (parts.before == "--help" || parts.before == "-h") {
    wants_help_ = true;
    return Ok{};
  }
  bool value = true;
  Flag* flag = find(parts.before);
  if (flag == nullptr && parts.before.starts_with("--no-")) {
    flag = find("--" + std::string(parts.before.substr(5)));
    if (flag != nullptr && flag->boolean == nullptr) flag = nullptr;
    value = false;
  }
  if (flag == nullptr) return usage_error("unknown flag '" + std::string(parts.before) + "'");
  if (flag->boolean != nullptr) {
    if (parts.found) return usage_error("flag '" + std::string(parts.before) + "' takes no value");
    *flag->boolean = value;
    return Ok{};
  }
  std::string given(parts.after);
  if (!parts.found) {
    if (at + 1 == arguments.size()) {
      return usage_error("expected argument for flag '" + std::string(parts.before) + "'");
    }
    given = arguments[++at];
  }
  if (flag->list != nullptr) {
    flag->list->push_back(std::move(given));
  } else {
    *flag->text = std::move(given);
  }
  return Ok{};
}

Status Arguments::take_positional(const std::string& argument) {
  if (next_positional_ == positionals_.size()) return usage_error("unexpected " + quoted(argument));
  const Positional& positional = positionals_[next_positional_];
  if (positional.list != nullptr) {
    positional.list->push_back(argument);
  } else {
    *positional.text = argument;
    ++next_positional_;
  }
  return Ok{};
}

Arguments::Flag* Arguments::find(std::string_view name) {
  const auto is_it = [&](const Flag& flag) {
    return name.starts_with("--") ? flag.name == name.substr(2)
                                  : name.size() == 2 && flag.letter != 0 && name[1] == flag.letter;
  };
  const auto found = std::ranges::find_if(flags_, is_it);
  return found == flags_.end() ? nullptr : &*found;
}

std::string Arguments::help() const {
  std::string out = "usage: sondectl " + std::string(words_) + (flags_.empty() ? "" : " [<flags>]");
  for (const Positional& positional : positionals_) {
    const std::string name =
        "<" + std::string(positional.name) + ">" + (positional.list != nullptr ? "..." : "");
    out += positional.is_required ? " " + name : " [" + name + "]";
  }
  out += "\n\n" + std::string(help_) + "\n";
  if (!flags_.empty()) out += "\nFlags:\n";
  for (const Flag& flag : flags_) {
    std::string left = flag.letter != 0 ? std::string("-") + flag.letter + ", " : "    ";
    left += "--" + std::string(flag.name);
    if (flag.text != nullptr) left += "=" + (flag.text->empty() ? "VALUE" : *flag.text);
    if (flag.list != nullptr) left += "=VALUE ...";
    append_row(out, left, flag.help);
  }
  if (!positionals_.empty()) out += "\nArgs:\n";
  for (const Positional& positional : positionals_) {
    append_row(out, "<" + std::string(positional.name) + ">", positional.help);
  }
  return out;
}

std::optional<int> end_early(Arguments& arguments, std::span<const std::string> given) {
  if (auto status = arguments.parse(given); !status) return fail(status.error());
  if (!arguments.wants_help()) return std::nullopt;
  print(arguments.help());
  return kSuccess;
}

}  // namespace sonde::ctl
