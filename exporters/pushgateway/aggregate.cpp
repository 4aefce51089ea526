#include "exporters/pushgateway/aggregate.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

#include "common/core/text.h"
#include "exporters/pushgateway/stored_family.h"

namespace sonde::pushgateway {
namespace {

Error refused(std::string message) {
  return Error(ErrorCode::InvalidArgument, "X-Sonde-Aggregate: " + std::move(message));
}

Status add_metric(const PushedFamily& family, PushedMetric& to, const PushedMetric& from) {
  to.value += from.value;
  to.sum += from.sum;
  to.count += from.count;
  if (to.points.size() != from.points.size()) {
    return refused("histogram " + quoted(family.name) + " has other buckets than the stored one");
  }
  for (size_t i = 0; i < to.points.size(); ++i) {
    if (to.points[i].bound != from.points[i].bound) {
      return refused("histogram " + quoted(family.name) + " has other buckets than the stored one");
    }
    to.points[i].value += from.points[i].value;
  }
  return Ok{};
}

// What is written always ends in +Inf; so must what is added to it.
void complete_buckets(PushedFamily& family) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (family.type != MetricType::Histogram) return;
  for (PushedMetric& metric : family.metrics) {
    if (metric.points.empty() || metric.points.back().bound != kInf)
      metric.points.push_back({kInf, metric.count});
  }
}

// Adds the stored family to the pushed one; series that only the stored one has are taken over.
Status add_family(PushedFamily& pushed, const PushedFamily& stored) {
  complete_buckets(pushed);
  std::map<std::string, size_t, std::less<>> index;
  for (size_t i = 0; i < pushed.metrics.size(); ++i) index.emplace(pushed.labels(pushed.metrics[i]), i);
  for (const PushedMetric& metric : stored.metrics) {
    const std::string_view labels = stored.labels(metric);
    if (const auto found = index.find(labels); found != index.end()) {
      if (auto added = add_metric(pushed, pushed.metrics[found->second], metric); !added) return added;
      continue;
    }
    PushedMetric& taken = pushed.metrics.emplace_back(metric);
    taken.labels_begin = static_cast<uint32_t>(pushed.label_text.size());
    pushed.label_text += labels;
  }
  return Ok{};
}

}  // namespace

Result<std::vector<PushedFamily>> aggregate(const AggregateRequest& request, const GroupStore::Group* group,
                                            const GroupingKey& key, std::vector<PushedFamily> pushed) {
  if (!request.enabled) return refused("not enabled, see --push.enable-aggregation");
  if (request.how != "sum") return refused("want sum, got " + quoted(request.how));
  if (!request.keeps_rest) return refused("want a POST: a PUT replaces the group");
  for (PushedFamily& family : pushed) {
    if (family.type == MetricType::Summary) {
      return refused("the quantiles of summary " + quoted(family.name) + " cannot be added");
    }
    if (family.type != MetricType::Counter && family.type != MetricType::Histogram) continue;
    if (group == nullptr) continue;
    const auto stored = group->families.find(family.name);
    if (stored == group->families.end() || stored->second.type != family.type) continue;
    const PushedFamily old = read_family(family.name, stored->second, key);
    if (auto added = add_family(family, old); !added) return added.error();
  }
  return pushed;
}

}  // namespace sonde::pushgateway
