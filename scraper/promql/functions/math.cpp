// Functions of single values. Where a bound or a factor is a scalar it may differ from step to step.
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "scraper/promql/functions/functions.h"

namespace sonde::promql {
namespace {

// NaN wins, unlike in std::fmin and std::fmax.
double max_keeping_nan(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  return std::fmax(a, b);
}
double min_keeping_nan(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  return std::fmin(a, b);
}

// Replaces every sample of the first argument by fn(value, step) and drops the name.
template <class Fn>
Value map_samples(std::vector<Value>& args, const CallContext& context, Fn fn) {
  Tile tile = std::move(args[0].tile);
  for (size_t row = 0; row < tile.rows(); ++row) {
    double* values = tile.values(row);
    for_each_bit(tile.bits(row), tile.steps(), [&](size_t step) { values[step] = fn(values[step], step); });
  }
  context.drop_names(tile);
  return Value::vector(std::move(tile));
}

template <class Fn>
Value combine_scalars(const std::vector<Value>& args, Fn fn) {
  std::vector<double> out(args[0].scalar.size());
  for (size_t step = 0; step < out.size(); ++step) out[step] = fn(args[0].scalar[step], args[1].scalar[step]);
  return Value::scalars(std::move(out));
}

}  // namespace

double map_degrees(double value) {
  return value * 180 / std::numbers::pi;
}
double map_radians(double value) {
  return value * std::numbers::pi / 180;
}
double map_sign(double value) {
  return value < 0 ? -1 : value > 0 ? 1 : value;
}

Result<Value> eval_clamp(std::vector<Value>& args, const CallContext& context) {
  Tile& tile = args[0].tile;
  for (size_t step = 0; step < context.grid.count; ++step) {
    if (!(args[2].scalar[step] < args[1].scalar[step])) continue;
    for (size_t row = 0; row < tile.rows(); ++row) clear_bit(tile.bits(row), step);
  }
  return map_samples(args, context, [&](double value, size_t step) {
    return max_keeping_nan(args[1].scalar[step], min_keeping_nan(args[2].scalar[step], value));
  });
}

Result<Value> eval_clamp_max(std::vector<Value>& args, const CallContext& context) {
  return map_samples(args, context,
                     [&](double value, size_t step) { return min_keeping_nan(args[1].scalar[step], value); });
}

Result<Value> eval_clamp_min(std::vector<Value>& args, const CallContext& context) {
  return map_samples(args, context,
                     [&](double value, size_t step) { return max_keeping_nan(args[1].scalar[step], value); });
}

Result<Value> eval_max_of(std::vector<Value>& args, const CallContext&) {
  return combine_scalars(args, max_keeping_nan);
}
Result<Value> eval_min_of(std::vector<Value>& args, const CallContext&) {
  return combine_scalars(args, min_keeping_nan);
}

Result<Value> eval_pi(std::vector<Value>&, const CallContext& context) {
  return Value::scalars(std::vector<double>(context.grid.count, std::numbers::pi));
}

// Ties go up. The inverse is used because 1 / 0.1 is exact where 0.1 is not.
Result<Value> eval_round(std::vector<Value>& args, const CallContext& context) {
  return map_samples(args, context, [&](double value, size_t step) {
    const double inverse = 1 / (args.size() > 1 ? args[1].scalar[step] : 1);
    return std::floor(value * inverse + 0.5) / inverse;
  });
}

}  // namespace sonde::promql
