#pragma once
// Instruments for our own metrics (requests, errors, durations): lock-free to update from any thread, read at
// exposition. A registry owns them; they live as long as it does.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/mutex.h"
#include "common/metrics/family.h"

namespace sonde {

class Counter {
 public:
  void add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// A classic histogram. `bounds` ascend and leave out +Inf.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);
  std::span<const double> bounds() const { return bounds_; }
  // Observations in bucket `index` alone, not cumulative; index bounds().size() is the one up to +Inf.
  uint64_t bucket_count(size_t index) const { return counts_[index].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

// Families of instruments, in the order they were made. Making one is for start-up or rare label values;
// keep the reference it returns.
class Registry {
 public:
  // The instrument of these label values; made on first use. `desc` names must outlive the registry
  // (literals).
  Counter& counter(const Desc& desc, std::initializer_list<std::string_view> label_values = {});
  Gauge& gauge(const Desc& desc, std::initializer_list<std::string_view> label_values = {});
  Histogram& histogram(const Desc& desc, std::span<const double> bounds,
                       std::initializer_list<std::string_view> label_values = {});
  // A value that is computed when asked for, on the exposing thread.
  void callback(const Desc& desc, std::function<double()> value,
                std::initializer_list<std::string_view> label_values = {});

  struct Instrument {
    std::vector<std::string> label_values;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> callback;
  };
  struct Family {
    Desc desc;
    std::deque<Instrument> instruments;
  };
  // Calls `visit` for every family while the registry is locked.
  void visit(const std::function<void(const Family&)>& visit) const;

 private:
  Instrument& find(const Desc& desc, std::initializer_list<std::string_view> label_values) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::deque<Family> families_ GUARDED_BY(mutex_);
};

}  // namespace sonde
