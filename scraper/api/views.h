#pragma once
// What the API shows of the process as a whole, as plain data behind an interface that scraper/server.cpp
// implements. Called on the loop's thread only, but external_labels(), which any thread may call.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/labels.h"

namespace sonde::api {

struct RuntimeView {
  int64_t start_time_ms = 0;
  int64_t last_config_ms = 0;
  bool config_ok = false;
  uint64_t corruption_count = 0;
  std::string storage_retention;  // "15d", "15d or 10GiB"
};

// Log segments, by number.
struct ReplayView {
  int64_t first = 0;
  int64_t last = 0;
  int64_t current = 0;
};

class ServerView {
 public:
  virtual ~ServerView() = default;
  virtual RuntimeView runtime() const = 0;
  virtual ReplayView replay() const = 0;
  virtual std::string config_yaml() const = 0;  // with secrets hidden
  virtual std::vector<std::pair<std::string, std::string>> flags() const = 0;
  virtual Labels external_labels() const = 0;
  virtual std::string metrics_page() const = 0;  // text 0.0.4
  virtual Status reload() = 0;
  virtual void quit() = 0;
};

}  // namespace sonde::api
