#include "scraper/api/result_stream.h"

#include <utility>

#include "scraper/api/answer.h"

namespace sonde::api {
namespace {

constexpr size_t kFirstPieceBytes = 1 << 20;   // made on the query's thread
constexpr size_t kLaterPieceBytes = 64 << 10;  // made on the loop's thread, which must not be held up

}  // namespace

ResultStream::ResultStream(promql::QueryResult result, Options options)
    : result_(std::move(result)), options_(options) {}

void ResultStream::append_piece(std::string& out, size_t bytes) {
  json_.continue_in(out);
  if (!std::exchange(started_, true)) {
    begin_success(json_);
    json_.begin_object();
    json_.member("resultType", promql::type_name(result_.type));
    json_.key("result");
    json_.begin_array();
  }
  const bool is_list = result_.type == promql::ValueType::Vector || result_.type == promql::ValueType::Matrix;
  if (!is_list || append_series_piece(out, bytes)) append_end();
  json_.continue_in(unused_);
}

// True when the last series is written.
bool ResultStream::append_series_piece(const std::string& out, size_t bytes) {
  const bool is_vector = result_.type == promql::ValueType::Vector;
  for (; series_ < result_.series.size(); ++series_, point_ = 0) {
    promql::ResultSeries& series = result_.series[series_];
    if (out.size() >= bytes) return false;
    if (point_ == 0) append_series_head(series);
    for (; point_ < series.points.size(); ++point_) {
      if (point_ > 0 && out.size() >= bytes) return false;
      if (is_vector) {
        append_point(series.points[point_]);
      } else {
        json_.begin_array();
        append_point(series.points[point_]);
        json_.end_array();
      }
    }
    json_.end_array();
    json_.end_object();
    series = {};  // A slow client should not hold what it already has.
  }
  return true;
}

void ResultStream::append_series_head(const promql::ResultSeries& series) {
  json_.begin_object();
  json_.key("metric");
  json_.labels(series.labels);
  json_.key(result_.type == promql::ValueType::Vector ? "value" : "values");
  json_.begin_array();
}

void ResultStream::append_point(const promql::Point& point) {
  json_.timestamp(point.time_ms);
  json_.sample_value(point.value);
}

void ResultStream::append_end() {
  if (result_.type == promql::ValueType::Scalar) append_point(result_.scalar);
  if (result_.type == promql::ValueType::String) {
    json_.timestamp(result_.scalar.time_ms);
    json_.string(result_.text);
  }
  json_.end_array();
  if (options_.with_stats) append_stats();
  json_.end_object();
  end_success(json_, result_.warnings, result_.infos);
  done_ = true;
}

void ResultStream::append_stats() {
  const promql::QueryStats& stats = result_.stats;
  json_.key("stats");
  json_.begin_object();
  json_.key("timings");
  json_.begin_object();
  json_.member("evalTotalTime", stats.total_seconds);
  json_.member("resultSortTime", 0.0);  // part of the evaluation here
  json_.member("queryPreparationTime", stats.prepare_seconds);
  json_.member("innerEvalTime", stats.eval_seconds);
  json_.member("execQueueTime", options_.queue_seconds);
  json_.member("execTotalTime", options_.queue_seconds + stats.total_seconds);
  json_.end_object();
  json_.key("samples");
  json_.begin_object();
  json_.member("totalQueryableSamples", static_cast<int64_t>(stats.samples_total));
  json_.member("samplesRead", static_cast<int64_t>(stats.samples_total));
  json_.member("peakSamples", static_cast<int64_t>(stats.samples_peak));
  json_.end_object();
  json_.end_object();
}

http::Response stream_response(promql::QueryResult result, ResultStream::Options options) {
  // Shared: the response's source is a copyable function.
  const auto stream = std::make_shared<ResultStream>(std::move(result), options);
  http::Response response;
  response.content_type = std::string(kJsonContentType);
  stream->append_piece(response.body, kFirstPieceBytes);
  if (!stream->done()) {
    response.source = [stream](std::string& out) -> Result<bool> {
      if (stream->done()) return false;
      stream->append_piece(out, out.size() + kLaterPieceBytes);
      return true;
    };
  }
  return response;
}

}  // namespace sonde::api
