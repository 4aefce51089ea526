#pragma once
// The bodies behind the rows of function_table.cpp, by file. See function_call.h for their shapes.

#include "scraper/promql/function_call.h"

namespace sonde::promql {

// rate.cpp
void range_rate(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_increase(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_delta(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_irate(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_idelta(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_deriv(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_predict_linear(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_changes(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_resets(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_double_exponential_smoothing(const RangeRow& row, const RangeArgs& args, const RowOut& out);

// over_time.cpp
void range_avg(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_count(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_first(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_last(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_mad(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_max(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_min(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_present(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_quantile(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_stddev(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_stdvar(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_sum(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_ts_of_first(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_ts_of_last(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_ts_of_max(const RangeRow& row, const RangeArgs& args, const RowOut& out);
void range_ts_of_min(const RangeRow& row, const RangeArgs& args, const RowOut& out);

// math.cpp
double map_degrees(double value);
double map_radians(double value);
double map_sign(double value);
Result<Value> eval_clamp(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_clamp_max(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_clamp_min(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_max_of(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_min_of(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_pi(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_round(std::vector<Value>& args, const CallContext& context);

// conversion.cpp
Result<Value> eval_absent(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_nothing(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_scalar(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_sort(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_sort_by_label(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_sort_by_label_desc(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_sort_desc(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_vector(std::vector<Value>& args, const CallContext& context);

// labels.cpp
Result<Value> eval_label_join(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_label_replace(std::vector<Value>& args, const CallContext& context);

// time.cpp
Result<Value> eval_day_of_month(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_day_of_week(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_day_of_year(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_days_in_month(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_end(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_hour(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_minute(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_month(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_range(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_start(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_step(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_time(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_timestamp(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_year(std::vector<Value>& args, const CallContext& context);

// histogram.cpp
Result<Value> eval_histogram_fraction(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_histogram_quantile(std::vector<Value>& args, const CallContext& context);
Result<Value> eval_histogram_quantiles(std::vector<Value>& args, const CallContext& context);

}  // namespace sonde::promql
