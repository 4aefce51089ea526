// The clock of a query and the calendar of its values. All in UTC.
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "scraper/promql/functions/functions.h"

namespace sonde::promql {
namespace {

constexpr double kMsPerSecond = 1000;
constexpr int64_t kSecondsPerDay = 86'400;

struct Instant {
  std::chrono::year_month_day date;
  std::chrono::sys_days day;
  int64_t second_of_day = 0;
};

Instant instant_of(double seconds_since_1970) {
  // What no 64-bit integer holds becomes the smallest one, whose time of day follows from 2^63 modulo a day.
  constexpr double kInt64Max = 9.2e18;
  constexpr int64_t kSecondOfDayOutside = 55'808;
  const bool inside = std::fabs(seconds_since_1970) < kInt64Max;
  // Years beyond what the calendar holds are cut.
  constexpr double kSecondsMax = 9e11;
  const double bounded =
      inside ? std::fmax(-kSecondsMax, std::fmin(kSecondsMax, std::trunc(seconds_since_1970))) : -kSecondsMax;
  const auto seconds = static_cast<int64_t>(bounded);
  const int64_t days = (seconds >= 0 ? seconds : seconds - (kSecondsPerDay - 1)) / kSecondsPerDay;
  const std::chrono::sys_days day{std::chrono::days{days}};
  return {std::chrono::year_month_day{day}, day,
          inside ? seconds - days * kSecondsPerDay : kSecondOfDayOutside};
}

template <class Fn>
Value map_dates(std::vector<Value>& args, const CallContext& context, Fn fn) {
  Tile tile(context.grid.count);
  if (args.empty()) {
    tile.add_row({});
    for (size_t step = 0; step < context.grid.count; ++step) {
      tile.set(0, step, static_cast<double>(context.grid.at(step)) / kMsPerSecond);
    }
  } else {
    tile = std::move(args[0].tile);
  }
  for (size_t row = 0; row < tile.rows(); ++row) {
    double* values = tile.values(row);
    for_each_bit(tile.bits(row), tile.steps(),
                 [&](size_t step) { values[step] = static_cast<double>(fn(instant_of(values[step]))); });
  }
  context.drop_names(tile);
  return Value::vector(std::move(tile));
}

Value constant(const CallContext& context, int64_t ms) {
  return Value::scalars(std::vector<double>(context.grid.count, static_cast<double>(ms) / kMsPerSecond));
}

}  // namespace

Result<Value> eval_day_of_month(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) { return static_cast<unsigned>(at.date.day()); });
}
Result<Value> eval_day_of_week(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context,
                   [](const Instant& at) { return std::chrono::weekday{at.day}.c_encoding(); });
}
Result<Value> eval_day_of_year(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) {
    const std::chrono::sys_days first{at.date.year() / std::chrono::January / 1};
    return (at.day - first).count() + 1;
  });
}
Result<Value> eval_days_in_month(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) {
    const std::chrono::year_month_day_last last{at.date.year() / at.date.month() / std::chrono::last};
    return static_cast<unsigned>(last.day());
  });
}
Result<Value> eval_hour(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) { return at.second_of_day / 3600; });
}
Result<Value> eval_minute(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) { return at.second_of_day / 60 % 60; });
}
Result<Value> eval_month(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) { return static_cast<unsigned>(at.date.month()); });
}
Result<Value> eval_year(std::vector<Value>& args, const CallContext& context) {
  return map_dates(args, context, [](const Instant& at) { return static_cast<int>(at.date.year()); });
}

Result<Value> eval_start(std::vector<Value>&, const CallContext& context) {
  return constant(context, context.query.start_ms);
}
Result<Value> eval_end(std::vector<Value>&, const CallContext& context) {
  return constant(context, context.query.end_ms);
}
Result<Value> eval_step(std::vector<Value>&, const CallContext& context) {
  return constant(context, context.query.step_ms);
}
Result<Value> eval_range(std::vector<Value>&, const CallContext& context) {
  return constant(context, context.query.end_ms - context.query.start_ms);
}

Result<Value> eval_time(std::vector<Value>&, const CallContext& context) {
  std::vector<double> out(context.grid.count);
  for (size_t step = 0; step < out.size(); ++step)
    out[step] = static_cast<double>(context.grid.at(step)) / kMsPerSecond;
  return Value::scalars(std::move(out));
}

Result<Value> eval_timestamp(std::vector<Value>& args, const CallContext& context) {
  Tile tile = std::move(args[0].tile);
  for (size_t row = 0; row < tile.rows() && !context.sample_times_given; ++row) {
    double* values = tile.values(row);
    for_each_bit(tile.bits(row), tile.steps(), [&](size_t step) {
      values[step] = static_cast<double>(context.grid.at(step)) / kMsPerSecond;
    });
  }
  context.drop_names(tile);
  return Value::vector(std::move(tile));
}

}  // namespace sonde::promql
