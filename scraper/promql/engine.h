#pragma once
// Evaluates PromQL against a SeriesSource: at one time (instant) or at steps of a range. One Engine serves
// any number of threads; a query runs on its caller's thread. Everything a query holds dies with its call.
//
// Errors: what the query's author got wrong in the text is BadData (only from the text overloads), what fails
// while running is Execution, the rest as query_error_kind() says.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
#include "common/core/result.h"
#include "common/metrics/labels.h"
#include "scraper/promql/ast.h"
#include "scraper/promql/parser.h"
#include "scraper/promql/time_span.h"
#include "scraper/storage/series_source.h"

namespace sonde::promql {

struct EngineOptions {
  int64_t lookback_ms = 300'000;
  int64_t timeout_ms = 120'000;
  uint64_t samples_max = 50'000'000;       // held at once by one query, intermediate ones included
  uint64_t bytes_max = uint64_t{4} << 30;  // of values held at once by one query
  int64_t subquery_step_ms = 60'000;       // default resolution: the global evaluation interval
  bool delayed_name_removal = false;       // promql-delayed-name-removal
  ParserOptions parser;
};

// Sets the option of one of upstream's --enable-feature names; false if the name is none of PromQL's.
bool enable_feature(EngineOptions& options, std::string_view feature);

// Of one query; 0 means the engine's own.
struct QueryOptions {
  int64_t lookback_ms = 0;
  int64_t timeout_ms = 0;  // from the start of the call
  uint64_t samples_max = 0;
  const std::atomic<bool>* cancelled = nullptr;  // looked at in every loop
  std::string_view text;                         // of an Expr overload: makes "(1:5)" in annotations possible
};

struct Point {
  int64_t time_ms = 0;
  double value = 0;
};

struct ResultSeries {
  Labels labels;
  std::vector<Point> points;  // ascending; never empty; of a Vector exactly one
};

struct QueryStats {
  uint64_t samples_total = 0;  // samples the evaluation looked at, windows counted each time
  uint64_t samples_peak = 0;   // held at once
  double prepare_seconds = 0;  // selecting series
  double eval_seconds = 0;     // the rest
  double total_seconds = 0;
};

struct QueryResult {
  ValueType type = ValueType::None;   // Vector, Matrix, Scalar or String
  std::vector<ResultSeries> series;   // Vector and Matrix
  Point scalar;                       // Scalar
  std::string text;                   // String; its time is scalar.time_ms
  std::vector<std::string> warnings;  // each "PromQL warning: … (1:5)", sorted
  std::vector<std::string> infos;
  QueryStats stats;
};

class Engine {
 public:
  // Source and clock must outlive the engine.
  Engine(const storage::SeriesSource& source, const Clock& clock, EngineOptions options);

  Result<QueryResult> instant(std::string_view query, int64_t time_ms,
                              const QueryOptions& options = {}) const;
  Result<QueryResult> instant(const Expr& expr, int64_t time_ms, const QueryOptions& options = {}) const;

  // The result is always a Matrix, sorted by labels. The caller limits the number of points.
  Result<QueryResult> range(std::string_view query, TimeSpan span, const QueryOptions& options = {}) const;
  Result<QueryResult> range(const Expr& expr, TimeSpan span, const QueryOptions& options = {}) const;

  const EngineOptions& options() const { return options_; }

 private:
  const storage::SeriesSource& source_;
  const Clock& clock_;
  EngineOptions options_;
};

// The API's error types of what parse() and Engine return.
enum class QueryErrorKind : uint8_t { BadData, Execution, Timeout, Cancelled, Internal };
QueryErrorKind query_error_kind(const Error& error);

}  // namespace sonde::promql
