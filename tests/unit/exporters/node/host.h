#pragma once
// A host made of files: a folder with proc/, sys/ and what else a test writes there, and collectors that look
// at it. The folder goes when the test ends.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/check.h"
#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/exposition/metric_sink.h"
#include "exporters/node/collectors.h"
#include "exporters/node/shared_reads.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::node::test {

class FixedClock final : public Clock {
 public:
  int64_t wall_ms() const override { return 1'418'183'276'500; }
  int64_t monotonic_ns() const override { return 0; }
};

class Host {
 public:
  Host() {
    options.roots.procfs = folder_.at("proc");
    options.roots.sysfs = folder_.at("sys");
    options.roots.udev_data = folder_.at("udev");
    options.roots.rootfs = folder_.path();
    std::filesystem::create_directories(options.roots.procfs);
    std::filesystem::create_directories(options.roots.sysfs);
  }
  ~Host() { ::close(null_); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Writes a file below the root, with its folders: write("proc/loadavg", "…").
  void write(std::string_view name, std::string_view content) const { folder_.write(name, content); }
  void remove(std::string_view name) const { std::filesystem::remove_all(folder_.at(name)); }
  const std::string& root() const { return folder_.path(); }

  using Factory = MadeCollector (*)(const CollectorContext&);
  // Makes the collector; a start-up error is `error`.
  void make(Factory factory) {
    sink_ = {};
    error.reset();
    collector_.reset();
    shared_.emplace(options.roots);
    auto made = factory({.options = options,
                         .clock = clock_,
                         .logger = logger_,
                         .shared = *shared_,
                         .buffer = shared_->buffer});
    if (made) {
      collector_ = *std::move(made);
    } else {
      error = made.error();
    }
  }
  // One more scrape of it: the sample lines in the order of their families' names.
  std::string scrape() {
    sink_.clear();
    shared_->forget();
    error.reset();
    if (auto status = collector_->collect(sink_); !status) error = status.error();
    page.clear();
    const std::array<const exposition::MetricSink*, 1> sinks{&sink_};
    exposition::join_text(sinks, page);
    std::string samples;
    for (size_t at = 0; at < page.size();) {
      const size_t end = page.find('\n', at) + 1;
      if (page[at] != '#') samples += page.substr(at, end - at);
      at = end;
    }
    return samples;
  }
  std::string scrape(Factory factory) {
    make(factory);
    return error ? std::string() : scrape();
  }
  std::optional<ErrorCode> error_code() const { return error ? std::optional(error->code()) : std::nullopt; }

  // Scrapes with the file cut after each of its bytes: whatever comes of it, nothing but whole lines may.
  // Gives how often that failed with an error.
  size_t count_errors_of_cuts(Factory factory, std::string_view name, std::string_view content) {
    size_t errors = 0;
    for (size_t length = 0; length < content.size(); ++length) {
      write(name, content.substr(0, length));
      const std::string samples = scrape(factory);
      check(samples.empty() || samples.ends_with('\n'), "samples are whole lines");
      errors += error ? 1 : 0;
    }
    return errors;
  }

  Options options;
  std::optional<Error> error;  // of the last make() or scrape()
  std::string page;            // of the last scrape, with HELP and TYPE

 private:
  TemporaryFolder folder_;
  FixedClock clock_;
  int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger logger_{clock_, null_};
  std::optional<SharedReads> shared_;
  exposition::MetricSink sink_;
  std::unique_ptr<Collector> collector_;
};

}  // namespace sonde::node::test
