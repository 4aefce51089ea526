#include "scraper/api/parameters.h"

#include <array>
#include <cmath>

#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/metrics/labels.h"

namespace sonde::api {
namespace {

constexpr double kSecondsMax = static_cast<double>(kTimeMaxMs) / 1000;
constexpr int64_t kMsPerDay = 86'400'000;

// What clients of the reference send when they mean "everything".
constexpr std::string_view kTimeMinText = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kTimeMaxText = "292277025-08-18T07:12:54.999999999Z";

Error invalid_parameter(std::string_view name, const Error& why) {
  return why.in("invalid parameter \"" + std::string(name) + "\"");
}

Error cannot_parse(std::string_view text, std::string_view as) {
  return {ErrorCode::InvalidArgument, "cannot parse " + quoted(text) + " to a valid " + std::string(as)};
}

// Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant's days_from_civil).
int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

int64_t days_in_month(int64_t year, int64_t month) {
  constexpr std::array<int64_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

// Eats fixed-width text from the front; sticky on failure.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int64_t digits(size_t count, int64_t lowest, int64_t highest) {
    const std::string_view text = rest_.substr(0, count);
    const auto value = parse_unsigned(text);
    if (text.size() != count || !value || static_cast<int64_t>(*value) < lowest ||
        static_cast<int64_t>(*value) > highest) {
      failed_ = true;
      return lowest;
    }
    rest_.remove_prefix(count);
    return static_cast<int64_t>(*value);
  }
  void expect(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
      failed_ = true;
    } else {
      rest_.remove_prefix(1);
    }
  }
  // ".678901" as milliseconds, cut and not rounded; 0 when there is none.
  int64_t fraction_ms() {
    if (!rest_.starts_with('.')) return 0;
    rest_.remove_prefix(1);
    int64_t value_ms = 0;
    size_t count = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), ++count) {
      if (count < 3) value_ms = value_ms * 10 + (rest_.front() - '0');
    }
    failed_ |= count == 0;
    for (; count < 3; ++count) value_ms *= 10;
    return value_ms;
  }
  // "Z" or "+01:00", in minutes east of Greenwich.
  int64_t zone_minutes() {
    if (rest_ == "Z" || rest_ == "z") {
      rest_ = {};
      return 0;
    }
    const bool west = rest_.starts_with('-');
    expect("+-");
    const int64_t hours = digits(2, 0, 23);
    expect(":");
    const int64_t minutes = hours * 60 + digits(2, 0, 59);
    return west ? -minutes : minutes;
  }
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<int64_t> parse_rfc3339_ms(std::string_view text) {
  Scanner scanner(text);
  const int64_t year = scanner.digits(4, 0, 9999);
  scanner.expect("-");
  const int64_t month = scanner.digits(2, 1, 12);
  scanner.expect("-");
  const int64_t day = scanner.digits(2, 1, days_in_month(year, month));
  scanner.expect("Tt");
  const int64_t hour = scanner.digits(2, 0, 23);
  scanner.expect(":");
  const int64_t minute = scanner.digits(2, 0, 59);
  scanner.expect(":");
  const int64_t second = scanner.digits(2, 0, 59);
  const int64_t fraction_ms = scanner.fraction_ms();
  const int64_t zone_minutes = scanner.zone_minutes();
  if (!scanner.complete()) return std::nullopt;
  return days_from_civil(year, month, day) * kMsPerDay +
         ((hour * 60 + minute - zone_minutes) * 60 + second) * 1000 + fraction_ms;
}

}  // namespace

Result<int64_t> parse_time_ms(std::string_view text) {
  if (const auto seconds = parse_number(text); seconds && std::abs(*seconds) <= kSecondsMax) {
    double whole = 0;
    const double fraction = std::modf(*seconds, &whole);
    return static_cast<int64_t>(whole) * 1000 + static_cast<int64_t>(std::round(fraction * 1000));
  }
  if (text == kTimeMinText) return kTimeMinMs;
  if (text == kTimeMaxText) return kTimeMaxMs;
  if (const auto time_ms = parse_rfc3339_ms(text)) return *time_ms;
  return cannot_parse(text, "timestamp");
}

Result<std::chrono::milliseconds> parse_step(std::string_view text) {
  if (const auto seconds = parse_number(text); seconds && !std::isnan(*seconds)) {
    if (std::abs(*seconds) > kSecondsMax / 1000) {  // Nanoseconds must fit 63 bits.
      return Error(ErrorCode::InvalidArgument,
                   cannot_parse(text, "duration").message() + ". It overflows int64");
    }
    return std::chrono::milliseconds(static_cast<int64_t>(std::trunc(*seconds * 1000)));
  }
  if (const auto duration = parse_duration(text)) return *duration;
  return cannot_parse(text, "duration");
}

Result<std::optional<int64_t>> time_parameter(const http::Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text || text->empty()) return std::optional<int64_t>();
  const auto time_ms = parse_time_ms(*text);
  if (!time_ms) return invalid_parameter(name, time_ms.error());
  return std::optional<int64_t>(*time_ms);
}

Result<std::optional<std::chrono::milliseconds>> step_parameter(const http::Request& request,
                                                                std::string_view name) {
  const auto text = request.parameter(name);
  if (!text || text->empty()) return std::optional<std::chrono::milliseconds>();
  const auto step = parse_step(*text);
  if (!step) return invalid_parameter(name, step.error());
  return std::optional<std::chrono::milliseconds>(*step);
}

Result<size_t> limit_parameter(const http::Request& request) {
  const auto text = request.parameter("limit");
  if (!text || text->empty()) return size_t{0};
  const auto limit = parse_unsigned(*text);
  if (!limit) {
    return invalid_parameter(
        "limit", Error(ErrorCode::InvalidArgument, "want a non-negative integer, got " + quoted(*text)));
  }
  return static_cast<size_t>(*limit);
}

}  // namespace sonde::api
