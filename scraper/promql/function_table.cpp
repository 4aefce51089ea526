#include "scraper/promql/function_table.h"

#include <algorithm>
#include <cmath>

#include "scraper/promql/functions/functions.h"

namespace sonde::promql {
namespace {

using enum ValueType;

// <cmath> overloads; the table needs one address each.
constexpr MapFn kAbs = [](double v) { return std::fabs(v); };
constexpr MapFn kAcos = [](double v) { return std::acos(v); };
constexpr MapFn kAcosh = [](double v) { return std::acosh(v); };
constexpr MapFn kAsin = [](double v) { return std::asin(v); };
constexpr MapFn kAsinh = [](double v) { return std::asinh(v); };
constexpr MapFn kAtan = [](double v) { return std::atan(v); };
constexpr MapFn kAtanh = [](double v) { return std::atanh(v); };
constexpr MapFn kCeil = [](double v) { return std::ceil(v); };
constexpr MapFn kCos = [](double v) { return std::cos(v); };
constexpr MapFn kCosh = [](double v) { return std::cosh(v); };
constexpr MapFn kExp = [](double v) { return std::exp(v); };
constexpr MapFn kFloor = [](double v) { return std::floor(v); };
constexpr MapFn kLn = [](double v) { return std::log(v); };
constexpr MapFn kLog10 = [](double v) { return std::log10(v); };
constexpr MapFn kLog2 = [](double v) { return std::log2(v); };
constexpr MapFn kSin = [](double v) { return std::sin(v); };
constexpr MapFn kSinh = [](double v) { return std::sinh(v); };
constexpr MapFn kSqrt = [](double v) { return std::sqrt(v); };
constexpr MapFn kTan = [](double v) { return std::tan(v); };
constexpr MapFn kTanh = [](double v) { return std::tanh(v); };

constexpr std::array kFunctions{
    FunctionSpec{.name = "abs", .params = {Vector}, .map = kAbs},
    FunctionSpec{.name = "absent", .params = {Vector}, .eval = eval_absent},
    FunctionSpec{.name = "absent_over_time",
                 .params = {Matrix},
                 .keeps_name = true,
                 .range = range_present,
                 .eval = eval_absent},
    FunctionSpec{.name = "acos", .params = {Vector}, .map = kAcos},
    FunctionSpec{.name = "acosh", .params = {Vector}, .map = kAcosh},
    FunctionSpec{.name = "asin", .params = {Vector}, .map = kAsin},
    FunctionSpec{.name = "asinh", .params = {Vector}, .map = kAsinh},
    FunctionSpec{.name = "atan", .params = {Vector}, .map = kAtan},
    FunctionSpec{.name = "atanh", .params = {Vector}, .map = kAtanh},
    FunctionSpec{.name = "avg_over_time", .params = {Matrix}, .range = range_avg},
    FunctionSpec{.name = "ceil", .params = {Vector}, .map = kCeil},
    FunctionSpec{.name = "changes", .params = {Matrix}, .anchored = true, .range = range_changes},
    FunctionSpec{.name = "clamp", .params = {Vector, Scalar, Scalar}, .eval = eval_clamp},
    FunctionSpec{.name = "clamp_max", .params = {Vector, Scalar}, .eval = eval_clamp_max},
    FunctionSpec{.name = "clamp_min", .params = {Vector, Scalar}, .eval = eval_clamp_min},
    FunctionSpec{.name = "cos", .params = {Vector}, .map = kCos},
    FunctionSpec{.name = "cosh", .params = {Vector}, .map = kCosh},
    FunctionSpec{.name = "count_over_time", .params = {Matrix}, .range = range_count},
    FunctionSpec{.name = "day_of_month",
                 .params = {Vector},
                 .variadic = 1,
                 .uses_eval_time = true,
                 .eval = eval_day_of_month},
    FunctionSpec{.name = "day_of_week",
                 .params = {Vector},
                 .variadic = 1,
                 .uses_eval_time = true,
                 .eval = eval_day_of_week},
    FunctionSpec{.name = "day_of_year",
                 .params = {Vector},
                 .variadic = 1,
                 .uses_eval_time = true,
                 .eval = eval_day_of_year},
    FunctionSpec{.name = "days_in_month",
                 .params = {Vector},
                 .variadic = 1,
                 .uses_eval_time = true,
                 .eval = eval_days_in_month},
    FunctionSpec{.name = "deg", .params = {Vector}, .map = map_degrees},
    FunctionSpec{
        .name = "delta", .params = {Matrix}, .anchored = true, .smoothed = true, .range = range_delta},
    FunctionSpec{.name = "deriv", .params = {Matrix}, .range = range_deriv},
    FunctionSpec{.name = "double_exponential_smoothing",
                 .params = {Matrix, Scalar, Scalar},
                 .experimental = true,
                 .range = range_double_exponential_smoothing},
    FunctionSpec{.name = "end", .returns = Scalar, .experimental = true, .eval = eval_end},
    FunctionSpec{.name = "exp", .params = {Vector}, .map = kExp},
    FunctionSpec{.name = "first_over_time", .params = {Matrix}, .keeps_name = true, .range = range_first},
    FunctionSpec{.name = "floor", .params = {Vector}, .map = kFloor},
    FunctionSpec{.name = "histogram_avg", .params = {Vector}, .eval = eval_nothing},
    FunctionSpec{.name = "histogram_count", .params = {Vector}, .eval = eval_nothing},
    FunctionSpec{
        .name = "histogram_fraction", .params = {Scalar, Scalar, Vector}, .eval = eval_histogram_fraction},
    FunctionSpec{.name = "histogram_quantile", .params = {Scalar, Vector}, .eval = eval_histogram_quantile},
    FunctionSpec{.name = "histogram_quantiles",
                 .params = {Vector, String, Scalar, Scalar},
                 .variadic = 9,
                 .experimental = true,
                 .eval = eval_histogram_quantiles},
    FunctionSpec{.name = "histogram_stddev", .params = {Vector}, .eval = eval_nothing},
    FunctionSpec{.name = "histogram_stdvar", .params = {Vector}, .eval = eval_nothing},
    FunctionSpec{.name = "histogram_sum", .params = {Vector}, .eval = eval_nothing},
    FunctionSpec{
        .name = "hour", .params = {Vector}, .variadic = 1, .uses_eval_time = true, .eval = eval_hour},
    FunctionSpec{.name = "idelta", .params = {Matrix}, .range = range_idelta},
    FunctionSpec{.name = "increase",
                 .params = {Matrix},
                 .wants_counter = true,
                 .anchored = true,
                 .smoothed = true,
                 .range = range_increase},
    FunctionSpec{.name = "info",
                 .params = {Vector, Vector},
                 .variadic = 1,
                 .experimental = true,
                 .selects_labels = true},
    FunctionSpec{.name = "irate", .params = {Matrix}, .wants_counter = true, .range = range_irate},
    FunctionSpec{.name = "label_join",
                 .params = {Vector, String, String, String},
                 .variadic = -1,
                 .eval = eval_label_join},
    FunctionSpec{.name = "label_replace",
                 .params = {Vector, String, String, String, String},
                 .eval = eval_label_replace},
    FunctionSpec{.name = "last_over_time", .params = {Matrix}, .keeps_name = true, .range = range_last},
    FunctionSpec{.name = "ln", .params = {Vector}, .map = kLn},
    FunctionSpec{.name = "log10", .params = {Vector}, .map = kLog10},
    FunctionSpec{.name = "log2", .params = {Vector}, .map = kLog2},
    FunctionSpec{.name = "mad_over_time", .params = {Matrix}, .experimental = true, .range = range_mad},
    FunctionSpec{.name = "max_of",
                 .params = {Scalar, Scalar},
                 .returns = Scalar,
                 .experimental = true,
                 .eval = eval_max_of},
    FunctionSpec{.name = "max_over_time", .params = {Matrix}, .range = range_max},
    FunctionSpec{.name = "min_of",
                 .params = {Scalar, Scalar},
                 .returns = Scalar,
                 .experimental = true,
                 .eval = eval_min_of},
    FunctionSpec{.name = "min_over_time", .params = {Matrix}, .range = range_min},
    FunctionSpec{
        .name = "minute", .params = {Vector}, .variadic = 1, .uses_eval_time = true, .eval = eval_minute},
    FunctionSpec{
        .name = "month", .params = {Vector}, .variadic = 1, .uses_eval_time = true, .eval = eval_month},
    FunctionSpec{.name = "pi", .returns = Scalar, .eval = eval_pi},
    FunctionSpec{.name = "predict_linear",
                 .params = {Matrix, Scalar},
                 .uses_eval_time = true,
                 .range = range_predict_linear},
    FunctionSpec{.name = "present_over_time", .params = {Matrix}, .range = range_present},
    FunctionSpec{.name = "quantile_over_time", .params = {Scalar, Matrix}, .range = range_quantile},
    FunctionSpec{.name = "rad", .params = {Vector}, .map = map_radians},
    FunctionSpec{.name = "range", .returns = Scalar, .experimental = true, .eval = eval_range},
    FunctionSpec{.name = "rate",
                 .params = {Matrix},
                 .wants_counter = true,
                 .anchored = true,
                 .smoothed = true,
                 .range = range_rate},
    FunctionSpec{.name = "resets", .params = {Matrix}, .anchored = true, .range = range_resets},
    FunctionSpec{.name = "round", .params = {Vector, Scalar}, .variadic = 1, .eval = eval_round},
    FunctionSpec{.name = "scalar", .params = {Vector}, .returns = Scalar, .eval = eval_scalar},
    FunctionSpec{.name = "sgn", .params = {Vector}, .map = map_sign},
    FunctionSpec{.name = "sin", .params = {Vector}, .map = kSin},
    FunctionSpec{.name = "sinh", .params = {Vector}, .map = kSinh},
    FunctionSpec{.name = "sort", .params = {Vector}, .sorts = true, .eval = eval_sort},
    FunctionSpec{.name = "sort_by_label",
                 .params = {Vector, String},
                 .variadic = -1,
                 .experimental = true,
                 .sorts = true,
                 .eval = eval_sort_by_label},
    FunctionSpec{.name = "sort_by_label_desc",
                 .params = {Vector, String},
                 .variadic = -1,
                 .experimental = true,
                 .sorts = true,
                 .eval = eval_sort_by_label_desc},
    FunctionSpec{.name = "sort_desc", .params = {Vector}, .sorts = true, .eval = eval_sort_desc},
    FunctionSpec{.name = "sqrt", .params = {Vector}, .map = kSqrt},
    FunctionSpec{.name = "start", .returns = Scalar, .experimental = true, .eval = eval_start},
    FunctionSpec{.name = "start_timestamp", .params = {Vector}, .experimental = true, .eval = eval_nothing},
    FunctionSpec{.name = "stddev_over_time", .params = {Matrix}, .range = range_stddev},
    FunctionSpec{.name = "stdvar_over_time", .params = {Matrix}, .range = range_stdvar},
    FunctionSpec{.name = "step", .returns = Scalar, .experimental = true, .eval = eval_step},
    FunctionSpec{.name = "sum_over_time", .params = {Matrix}, .range = range_sum},
    FunctionSpec{.name = "tan", .params = {Vector}, .map = kTan},
    FunctionSpec{.name = "tanh", .params = {Vector}, .map = kTanh},
    FunctionSpec{.name = "time", .returns = Scalar, .uses_eval_time = true, .eval = eval_time},
    FunctionSpec{.name = "timestamp",
                 .params = {Vector},
                 .uses_eval_time = true,
                 .wants_sample_times = true,
                 .eval = eval_timestamp},
    FunctionSpec{.name = "ts_of_first_over_time",
                 .params = {Matrix},
                 .experimental = true,
                 .range = range_ts_of_first},
    FunctionSpec{
        .name = "ts_of_last_over_time", .params = {Matrix}, .experimental = true, .range = range_ts_of_last},
    FunctionSpec{
        .name = "ts_of_max_over_time", .params = {Matrix}, .experimental = true, .range = range_ts_of_max},
    FunctionSpec{
        .name = "ts_of_min_over_time", .params = {Matrix}, .experimental = true, .range = range_ts_of_min},
    FunctionSpec{.name = "vector", .params = {Scalar}, .eval = eval_vector},
    FunctionSpec{
        .name = "year", .params = {Vector}, .variadic = 1, .uses_eval_time = true, .eval = eval_year},
};
static_assert(std::ranges::is_sorted(kFunctions, {}, &FunctionSpec::name));

}  // namespace

const FunctionSpec* find_function(std::string_view name) {
  const auto at = std::ranges::lower_bound(kFunctions, name, {}, &FunctionSpec::name);
  return at != kFunctions.end() && at->name == name ? &*at : nullptr;
}

std::span<const FunctionSpec> functions() {
  return kFunctions;
}

}  // namespace sonde::promql
