// /api/v1/query, query_range, query_exemplars, format_query.

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/core/duration.h"
#include "scraper/api/answer.h"
#include "scraper/api/handlers.h"
#include "scraper/api/parameters.h"
#include "scraper/api/result_stream.h"
#include "scraper/promql/parser.h"
#include "scraper/promql/printer.h"

namespace sonde::api {
namespace {

constexpr int64_t kPointsMax = 11'000;
constexpr Desc kQuerySamples{"prometheus_engine_query_samples_total",
                             "The total number of samples loaded by all queries.", MetricType::Counter};
constexpr Desc kQuerySeconds{"prometheus_engine_query_duration_histogram_seconds",
                             "Histogram of query timings.",
                             MetricType::Histogram,
                             {"slice"}};
constexpr std::array kQuerySecondsBounds{0.01, 0.1, 1.0, 10.0};
constexpr std::string_view kTruncatedWarning = "results truncated due to limit";

http::Response query_error(const Error& error) {
  switch (promql::query_error_kind(error)) {
    case promql::QueryErrorKind::BadData:
      return invalid_parameter("query", error.message());
    case promql::QueryErrorKind::Execution:
      return error_response(ErrorType::Execution, error.message());
    case promql::QueryErrorKind::Timeout:
      return error_response(ErrorType::Timeout, error.message());
    case promql::QueryErrorKind::Cancelled:
      return error_response(ErrorType::Cancelled, error.message());
    case promql::QueryErrorKind::Internal:
      break;
  }
  return error_response(ErrorType::Internal, error.message());
}

std::string_view query_text(const http::Request& request) {
  return request.parameter("query").value_or("");
}

// The parameters that query and query_range share.
struct QueryParameters {
  promql::QueryOptions options;
  size_t limit = 0;
  bool with_stats = false;
};

// The timeout is the smaller of the server's and the request's, less the time spent waiting for a thread.
Result<int64_t> remaining_timeout_ms(const Call& call) {
  int64_t timeout_ms = call.options.query_timeout_ms;
  const auto asked = step_parameter(call.request, "timeout");
  if (!asked) return asked.error();
  if (*asked) timeout_ms = std::min<int64_t>(timeout_ms, (*asked)->count());
  return timeout_ms - static_cast<int64_t>(call.queue_seconds * 1000);
}

Result<QueryParameters> read_parameters(const Call& call) {
  QueryParameters out;
  const auto timeout_ms = remaining_timeout_ms(call);
  if (!timeout_ms) return timeout_ms.error();
  out.options.timeout_ms = *timeout_ms;
  const auto limit = limit_parameter(call.request);
  if (!limit) return limit.error();
  out.limit = *limit;
  const auto lookback = step_parameter(call.request, "lookback_delta");
  if (!lookback) return lookback.error();
  if (*lookback) out.options.lookback_ms = (*lookback)->count();
  out.options.cancelled = call.cancelled;
  out.with_stats = !call.request.parameter("stats").value_or("").empty();
  return out;
}

http::Response timed_out_in_queue() {
  return error_response(ErrorType::Timeout, "query timed out in query queue");
}

http::Response answer(const Call& call, Result<promql::QueryResult> result,
                      const QueryParameters& parameters) {
  if (!result) return query_error(result.error());
  if (call.metrics != nullptr) call.metrics->count(result->stats, call.queue_seconds);
  if (parameters.limit > 0 && result->series.size() > parameters.limit) {
    result->series.resize(parameters.limit);
    result->warnings.emplace_back(kTruncatedWarning);
  }
  return stream_response(*std::move(result),
                         {.with_stats = parameters.with_stats, .queue_seconds = call.queue_seconds});
}

Result<promql::TimeSpan> read_span(const http::Request& request) {
  promql::TimeSpan span;
  for (const auto& [name, target] : {std::pair{"start", &span.start_ms}, std::pair{"end", &span.end_ms}}) {
    const std::string_view text = request.parameter(name).value_or("");
    const auto time_ms = parse_time_ms(text);
    if (!time_ms) return time_ms.error().in("invalid parameter \"" + std::string(name) + "\"");
    *target = *time_ms;
  }
  if (span.end_ms < span.start_ms) {
    return Error(ErrorCode::InvalidArgument,
                 "invalid parameter \"end\": end timestamp must not be before start time");
  }
  const auto step = parse_step(request.parameter("step").value_or(""));
  if (!step) return step.error().in("invalid parameter \"step\"");
  span.step_ms = step->count();
  if (span.step_ms <= 0) {
    return Error(
        ErrorCode::InvalidArgument,
        "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. "
        "Try a positive integer");
  }
  if ((span.end_ms - span.start_ms) / span.step_ms > kPointsMax) {
    return Error(ErrorCode::InvalidArgument,
                 "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
                 "resolution (?step=XX)");
  }
  return span;
}

}  // namespace

QueryMetrics::QueryMetrics(Registry& registry)
    : samples_(registry.counter(kQuerySamples)),
      queue_seconds_(registry.histogram(kQuerySeconds, kQuerySecondsBounds, {"queue_time"})),
      prepare_seconds_(registry.histogram(kQuerySeconds, kQuerySecondsBounds, {"prepare_time"})),
      eval_seconds_(registry.histogram(kQuerySeconds, kQuerySecondsBounds, {"inner_eval"})) {}

void QueryMetrics::count(const promql::QueryStats& stats, double queue_seconds) {
  samples_.add(static_cast<double>(stats.samples_total));
  queue_seconds_.observe(queue_seconds);
  prepare_seconds_.observe(stats.prepare_seconds);
  eval_seconds_.observe(stats.eval_seconds);
}

http::Response query(const Call& call) {
  const auto time_ms = time_parameter(call.request, "time");
  if (!time_ms) return bad_data(time_ms.error());
  const auto parameters = read_parameters(call);
  if (!parameters) return bad_data(parameters.error());
  if (parameters->options.timeout_ms <= 0) return timed_out_in_queue();
  auto result = call.storage.engine->instant(query_text(call.request),
                                             time_ms->value_or(call.clock.wall_ms()), parameters->options);
  return answer(call, std::move(result), *parameters);
}

http::Response query_range(const Call& call) {
  const auto span = read_span(call.request);
  if (!span) return bad_data(span.error());
  const auto parameters = read_parameters(call);
  if (!parameters) return bad_data(parameters.error());
  if (parameters->options.timeout_ms <= 0) return timed_out_in_queue();
  auto result = call.storage.engine->range(query_text(call.request), *span, parameters->options);
  return answer(call, std::move(result), *parameters);
}

// There are no exemplars in the storage; the query and the times are checked all the same.
http::Response query_exemplars(const Call& call) {
  const auto start_ms = time_parameter(call.request, "start");
  if (!start_ms) return bad_data(start_ms.error());
  const auto end_ms = time_parameter(call.request, "end");
  if (!end_ms) return bad_data(end_ms.error());
  if (end_ms->value_or(kTimeMaxMs) < start_ms->value_or(kTimeMinMs)) {
    return bad_data(Error(ErrorCode::InvalidArgument, "end timestamp must not be before start timestamp"));
  }
  const auto expr = promql::parse(query_text(call.request), call.storage.engine->options().parser);
  if (!expr) return invalid_parameter("query", expr.error().message());
  return data_response([](JsonWriter& json) {
    json.begin_array();
    json.end_array();
  });
}

http::Response format_query(const Call& call) {
  const auto expr = promql::parse(query_text(call.request), call.storage.engine->options().parser);
  if (!expr) return invalid_parameter("query", expr.error().message());
  return data_response([&](JsonWriter& json) { json.string(promql::pretty(**expr)); });
}

}  // namespace sonde::api
