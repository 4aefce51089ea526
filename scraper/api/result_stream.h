#pragma once
// The JSON of a query's result, made piece by piece, so that a large answer never lies in memory twice. One
// thread at a time; the first pieces are made on the query's thread and the rest on the loop's.

#include <cstdint>
#include <memory>
#include <string>

#include "common/http_server/request.h"
#include "scraper/api/json_writer.h"
#include "scraper/promql/engine.h"

namespace sonde::api {

class ResultStream {
 public:
  struct Options {
    bool with_stats = false;
    double queue_seconds = 0;  // how long the query waited for a thread
  };
  ResultStream(promql::QueryResult result, Options options);

  // Appends until `out` holds about `bytes` or the end is reached.
  void append_piece(std::string& out, size_t bytes);
  bool done() const { return done_; }

 private:
  void append_series_head(const promql::ResultSeries& series);
  void append_point(const promql::Point& point);
  void append_end();
  void append_stats();
  bool append_series_piece(const std::string& out, size_t bytes);

  promql::QueryResult result_;
  Options options_;
  std::string unused_;  // where the writer points between pieces
  JsonWriter json_{unused_};
  size_t series_ = 0;  // the next series, and the next point in it
  size_t point_ = 0;
  bool started_ = false;
  bool done_ = false;
};

// A response that starts with what fits in memory well and streams the rest.
http::Response stream_response(promql::QueryResult result, ResultStream::Options options);

}  // namespace sonde::api
