#include "common/metrics/instruments.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sonde {

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(new std::atomic<uint64_t>[bounds.size() + 1]()) {}

void Histogram::observe(double value) {
  // NaN is below nothing: it counts in the last bucket only.
  const auto bucket =
      std::isnan(value) ? std::ssize(bounds_) : std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Registry::Instrument& Registry::find(const Desc& desc, std::initializer_list<std::string_view> label_values) {
  auto family = std::ranges::find_if(families_, [&](const Family& f) { return f.desc.name == desc.name; });
  if (family == families_.end())
    family = families_.insert(families_.end(), Family{.desc = desc, .instruments = {}});
  auto& all = family->instruments;
  const auto same = [&](const Instrument& i) { return std::ranges::equal(i.label_values, label_values); };
  const auto found = std::ranges::find_if(all, same);
  if (found != all.end()) return *found;
  Instrument& made = all.emplace_back();
  made.label_values.assign(label_values.begin(), label_values.end());
  return made;
}

Counter& Registry::counter(const Desc& desc, std::initializer_list<std::string_view> label_values) {
  const MutexLock lock(mutex_);
  Instrument& instrument = find(desc, label_values);
  if (!instrument.counter) instrument.counter = std::make_unique<Counter>();
  return *instrument.counter;
}

Gauge& Registry::gauge(const Desc& desc, std::initializer_list<std::string_view> label_values) {
  const MutexLock lock(mutex_);
  Instrument& instrument = find(desc, label_values);
  if (!instrument.gauge) instrument.gauge = std::make_unique<Gauge>();
  return *instrument.gauge;
}

Histogram& Registry::histogram(const Desc& desc, std::span<const double> bounds,
                               std::initializer_list<std::string_view> label_values) {
  const MutexLock lock(mutex_);
  Instrument& instrument = find(desc, label_values);
  if (!instrument.histogram) instrument.histogram = std::make_unique<Histogram>(bounds);
  return *instrument.histogram;
}

void Registry::callback(const Desc& desc, std::function<double()> value,
                        std::initializer_list<std::string_view> label_values) {
  const MutexLock lock(mutex_);
  find(desc, label_values).callback = std::move(value);
}

void Registry::visit(const std::function<void(const Family&)>& visit) const {
  const MutexLock lock(mutex_);
  for (const Family& family : families_) visit(family);
}

}  // namespace sonde
