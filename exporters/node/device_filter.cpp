#include "exporters/node/device_filter.h"

#include <re2/re2.h>

#include <utility>

#include "common/core/text.h"

namespace sonde::node {
namespace {

Error exclusive(std::string_view a, std::string_view b) {
  return Error(ErrorCode::InvalidArgument,
               std::string(a) + " and " + std::string(b) + " are mutually exclusive, give one of them");
}

// The value in effect of a flag that may also be given by its old name.
Result<std::string> with_old_name(std::string_view flag, const std::string& value, bool given,
                                  std::string_view old_flag, const std::string& old_value, Logger& logger) {
  if (old_value.empty()) return value;
  if (given) return exclusive(old_flag, flag);
  logger.warn(std::string(old_flag) + " is deprecated, use " + std::string(flag));
  return old_value;
}

Result<std::unique_ptr<Pattern>> optional_pattern(std::string_view flag, const std::string& expression) {
  if (expression.empty()) return std::unique_ptr<Pattern>();
  auto pattern = Pattern::make(flag, expression);
  if (!pattern) return pattern.error();
  return std::make_unique<Pattern>(*std::move(pattern));
}

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::make(std::string_view flag, const std::string& expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<re2::RE2>(expression, options);
  if (!compiled->ok()) {
    return Error(ErrorCode::InvalidArgument, std::string(flag) + ": bad regular expression " +
                                                 quoted(expression) + ": " + compiled->error());
  }
  return Pattern(std::move(compiled));
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

DeviceFilter::DeviceFilter() = default;
DeviceFilter::DeviceFilter(DeviceFilter&&) noexcept = default;
DeviceFilter::~DeviceFilter() = default;

Result<DeviceFilter> DeviceFilter::make(const FilterFlags& flags, Logger& logger) {
  auto include = with_old_name(flags.include_flag, flags.include, !flags.include.empty(),
                               flags.old_include_flag, flags.old_include, logger);
  if (!include) return include.error();
  auto exclude = with_old_name(flags.exclude_flag, flags.exclude, flags.exclude_given, flags.old_exclude_flag,
                               flags.old_exclude, logger);
  if (!exclude) return exclude.error();
  const bool default_exclude = !flags.exclude_given && flags.old_exclude.empty();
  if (!include->empty() && default_exclude) exclude->clear();
  if (!include->empty() && !exclude->empty()) return exclusive(flags.include_flag, flags.exclude_flag);

  DeviceFilter filter;
  auto include_pattern = optional_pattern(flags.include_flag, *include);
  if (!include_pattern) return include_pattern.error();
  auto exclude_pattern = optional_pattern(flags.exclude_flag, *exclude);
  if (!exclude_pattern) return exclude_pattern.error();
  filter.include_ = *std::move(include_pattern);
  filter.exclude_ = *std::move(exclude_pattern);
  return filter;
}

bool DeviceFilter::ignores(std::string_view name) const {
  return (exclude_ && exclude_->matches(name)) || (include_ && !include_->matches(name));
}

}  // namespace sonde::node
