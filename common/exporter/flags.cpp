#include "common/exporter/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>

#include "common/core/check.h"
#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "common/core/size.h"
#include "common/core/text.h"
#include "common/exporter/build_info.h"
#include "common/exporter/flag_help.h"

namespace sonde::exporter {
namespace {

// One row of the table. `apply` reads one value into the target; `show` writes the target as the user would.
struct Flag {
  std::string name;
  std::string help;
  std::string environment;
  std::string value_name;
  bool is_boolean = false;
  bool repeatable = false;
  bool quoted_default = false;
  bool hidden = false;
  bool ignored = false;
  bool* set = nullptr;
  std::function<Status(const std::string&)> apply;
  std::function<std::string()> show;
  std::function<void()> clear = nullptr;  // forgets the default before the first value
  std::string default_text = {};
  std::vector<std::string> given = {};  // on the command line
};

Error bad_value(std::string_view what, std::string_view text) {
  return Error(ErrorCode::InvalidArgument, "want " + std::string(what) + ", got " + quoted(text));
}

// CLI11 takes the argument after "--flag=" for its value; as two arguments it takes the empty one.
std::vector<std::string> split_empty_values(int argc, const char* const* argv) {
  std::vector<std::string> out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      out.emplace_back(argument.substr(0, argument.size() - 1));
      out.emplace_back();
    } else {
      out.emplace_back(argument);
    }
  }
  std::ranges::reverse(out);  // CLI11 reads a vector from its end.
  return out;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1" || text == "t" || text == "T" || text == "TRUE" || text == "True")
    return true;
  if (text == "false" || text == "0" || text == "f" || text == "F" || text == "FALSE" || text == "False") {
    return false;
  }
  return std::nullopt;
}

}  // namespace

class Flags::Impl {
 public:
  Impl(std::string program, std::string description)
      : program_(std::move(program)), description_(std::move(description)) {}

  void add(Flag flag) {
    check(std::ranges::none_of(flags_, [&](const Flag& f) { return f.name == flag.name; }),
          "a flag is added once");
    flag.default_text = flag.ignored ? "" : flag.show();
    flags_.push_back(std::move(flag));
  }

  Outcome parse(int argc, const char* const* argv, int error_code) {
    auto parsed = read(argc, argv);
    if (parsed && help_ > 0) return {.run = false, .exit_code = 0, .text = help_text()};
    if (parsed && version_ > 0) return {.run = false, .exit_code = 0, .text = version_text(program_)};
    for (Flag& flag : flags_) {
      if (!parsed) break;
      parsed = take(flag);
    }
    if (parsed) return {.run = true, .exit_code = 0, .text = {}};
    return {.run = false,
            .exit_code = error_code,
            .text = program_ + ": error: " + parsed.error().message() + ", try --help\n"};
  }

  std::vector<std::pair<std::string, std::string>> values() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const Flag& flag : flags_) {
      if (!flag.ignored && !flag.hidden) out.emplace_back(flag.name, flag.show());
    }
    std::ranges::sort(out);
    return out;
  }

  std::vector<std::string> ignored_given() const {
    std::vector<std::string> out;
    for (const Flag& flag : flags_) {
      if (flag.ignored && !flag.given.empty()) out.push_back(flag.name);
    }
    return out;
  }

 private:
  static CLI::Option* add_to(CLI::App& app, const Flag& flag) {
    const std::string dashed = "--" + flag.name;
    CLI::Option* option = nullptr;
    if (flag.is_boolean) {
      option = app.add_flag(dashed + ",!--no-" + flag.name);
    } else {
      const auto keep = [](const CLI::results_t&) { return true; };  // The results are read after the parse.
      option = app.add_option(dashed, keep);
      option->type_size(1)->expected(1)->allow_extra_args(false);
    }
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  // Exceptions of CLI11 end here, and so does its parser, which is larger than all that is read by it.
  Status read(int argc, const char* const* argv) {
    CLI::App app(description_, program_);
    app.set_help_flag("");
    app.allow_extras();
    app.add_flag("-h,--help,--help-long,--help-man", help_);
    app.add_flag("--version", version_);
    std::vector<CLI::Option*> options;
    for (const Flag& flag : flags_) options.push_back(add_to(app, flag));
    try {
      app.parse(split_empty_values(argc, argv));
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string what = error.what();  // "--name: 1 required but received 0"
      return Error(ErrorCode::InvalidArgument,
                   "expected argument for flag '" + std::string(cut(what, ':').before) + "'");
    } catch (const CLI::Error& error) {
      return Error(ErrorCode::InvalidArgument, error.what());
    }
    for (size_t i = 0; i < options.size(); ++i) flags_[i].given = options[i]->results();
    const std::vector<std::string> rest = app.remaining();
    if (rest.empty()) return Ok{};
    if (rest[0].starts_with('-') && rest[0].size() > 1) {
      return Error(ErrorCode::InvalidArgument,
                   "unknown flag '" + std::string(cut(rest[0], '=').before) + "'");
    }
    return Error(ErrorCode::InvalidArgument, "unexpected " + rest[0]);
  }

  static Status take(Flag& flag) {
    if (flag.ignored) return Ok{};
    std::vector<std::string> given = flag.given;
    if (given.empty() && !flag.environment.empty()) {
      const char* value = ::getenv(flag.environment.c_str());
      if (value != nullptr && *value != '\0') given.emplace_back(value);
    }
    if (given.empty()) return Ok{};
    if (given.size() > 1 && !flag.repeatable && !flag.is_boolean) {
      return Error(ErrorCode::InvalidArgument, "flag '" + flag.name + "' cannot be repeated");
    }
    if (flag.set != nullptr) *flag.set = true;
    if (flag.clear) flag.clear();
    for (const std::string& value : given) {
      auto applied = flag.apply(value);
      if (!applied) return applied.error().in("flag '--" + flag.name + "'");
    }
    return Ok{};
  }

  std::string help_text() const {
    std::vector<FlagHelp> rows;
    for (const Flag& flag : flags_) {
      if (flag.hidden || flag.ignored) continue;
      rows.push_back({.name = flag.name,
                      .help = flag.help,
                      .value_name = flag.value_name,
                      .default_text = flag.default_text,
                      .environment = flag.environment,
                      .is_boolean = flag.is_boolean,
                      .repeatable = flag.repeatable,
                      .quoted_default = flag.quoted_default});
    }
    return write_help(program_, description_, rows);
  }

  std::string program_;
  std::string description_;
  int64_t help_ = 0;
  int64_t version_ = 0;
  std::deque<Flag> flags_;
};

Flags::Flags(std::string program, std::string description)
    : impl_(std::make_unique<Impl>(std::move(program), std::move(description))) {}

Flags::~Flags() = default;

namespace {

Flag make_flag(std::string_view name, std::string_view help, const Flags::Options& options) {
  Flag flag;
  flag.name = name;
  flag.help = help;
  flag.environment = options.environment;
  flag.value_name = options.value_name;
  flag.hidden = options.hidden;
  flag.set = options.set;
  return flag;
}

}  // namespace

void Flags::boolean(std::string_view name, bool& target, std::string_view help, Options options) {
  Flag flag = make_flag(name, help, options);
  flag.is_boolean = true;
  flag.apply = [&target](const std::string& text) -> Status {
    const auto value = parse_boolean(text);
    if (!value) return bad_value("true or false", text);
    target = *value;
    return Ok{};
  };
  flag.show = [&target] { return std::string(target ? "true" : "false"); };
  impl_->add(std::move(flag));
}

void Flags::text(std::string_view name, std::string& target, std::string_view help, Options options) {
  Flag flag = make_flag(name, help, options);
  flag.quoted_default = true;
  flag.apply = [&target](const std::string& text) -> Status {
    target = text;
    return Ok{};
  };
  flag.show = [&target] { return target; };
  impl_->add(std::move(flag));
}

void Flags::integer(std::string_view name, int64_t& target, std::string_view help, Options options) {
  Flag flag = make_flag(name, help, options);
  flag.apply = [&target](const std::string& text) -> Status {
    const auto value = parse_integer(text);
    if (!value) return bad_value("a whole number", text);
    target = *value;
    return Ok{};
  };
  flag.show = [&target] { return std::to_string(target); };
  impl_->add(std::move(flag));
}

void Flags::number(std::string_view name, double& target, std::string_view help, Options options) {
  Flag flag = make_flag(name, help, options);
  flag.apply = [&target](const std::string& text) -> Status {
    const auto value = parse_number(text);
    if (!value) return bad_value("a number", text);
    target = *value;
    return Ok{};
  };
  flag.show = [&target] {
    std::string out;
    append_number_exposition(out, target);
    return out;
  };
  impl_->add(std::move(flag));
}

void Flags::duration(std::string_view name, std::chrono::milliseconds& target, std::string_view help,
                     Options options) {
  Flag flag = make_flag(name, help, options);
  flag.apply = [&target](const std::string& text) -> Status {
    const auto value = parse_duration(text);
    if (!value) return value.error();
    target = *value;
    return Ok{};
  };
  flag.show = [&target] { return write_duration(target); };
  impl_->add(std::move(flag));
}

void Flags::go_duration(std::string_view name, std::chrono::milliseconds& target, std::string_view help,
                        Options options) {
  Flag flag = make_flag(name, help, options);
  flag.apply = [&target](const std::string& text) -> Status {
    if (const auto value = parse_go_duration(text)) {
      target = std::chrono::duration_cast<std::chrono::milliseconds>(*value);
      return Ok{};
    }
    const auto value = parse_duration(text);
    if (!value) return value.error();
    target = *value;
    return Ok{};
  };
  flag.show = [&target] { return write_go_duration(target); };
  impl_->add(std::move(flag));
}

void Flags::size(std::string_view name, uint64_t& target_bytes, std::string_view help, Options options) {
  Flag flag = make_flag(name, help, options);
  flag.apply = [&target_bytes](const std::string& text) -> Status {
    const auto value = parse_size_bytes(text);
    if (!value) return value.error();
    target_bytes = *value;
    return Ok{};
  };
  flag.show = [&target_bytes] { return write_size_bytes(target_bytes); };
  impl_->add(std::move(flag));
}

void Flags::list(std::string_view name, std::vector<std::string>& target, std::string_view help,
                 Options options) {
  Flag flag = make_flag(name, help, options);
  flag.repeatable = true;
  flag.clear = [&target] { target.clear(); };
  flag.apply = [&target](const std::string& text) -> Status {
    target.push_back(text);
    return Ok{};
  };
  flag.show = [&target] {
    std::string out;
    for (const std::string& value : target) out += (out.empty() ? "" : ", ") + value;
    return out;
  };
  impl_->add(std::move(flag));
}

void Flags::ignored(std::string_view name, bool takes_value, std::string_view help) {
  Flag flag = make_flag(name, help, {});
  flag.ignored = true;
  flag.is_boolean = !takes_value;
  impl_->add(std::move(flag));
}

Flags::Outcome Flags::parse(int argc, const char* const* argv, int error_code) {
  return impl_->parse(argc, argv, error_code);
}

std::vector<std::pair<std::string, std::string>> Flags::values() const {
  return impl_->values();
}

std::vector<std::string> Flags::ignored_given() const {
  return impl_->ignored_given();
}

}  // namespace sonde::exporter
