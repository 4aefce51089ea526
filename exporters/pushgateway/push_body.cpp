#include "exporters/pushgateway/push_body.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "common/core/text.h"
#include "common/exposition/text_reader.h"

namespace sonde::pushgateway {
namespace {

using exposition::Dialect;
using exposition::Entry;
using exposition::EntryKind;

constexpr std::string_view kInstance = "instance";
constexpr std::array<std::string_view, 3> kSuffixes{"_bucket", "_sum", "_count"};

bool is_bound_label(std::string_view name) {
  return name == "le" || name == "quantile";
}

// Builds families while the body is read.
class Builder {
 public:
  explicit Builder(const GroupingKey& key) : key_(key) {}

  PushedFamily& family(const std::string& name) {
    const auto [at, made] = index_.try_emplace(name, families_.size());
    if (made) {
      families_.emplace_back();
      families_.back().name = name;
    }
    return families_[at->second];
  }

  Status add_type(const Entry& entry) {
    PushedFamily& found = family(exposition::unescape(entry.name, true));
    if (!found.samples.empty()) {
      return Error(ErrorCode::InvalidArgument,
                   "TYPE reported after samples for metric name " + quoted(found.name));
    }
    found.type = entry.type;
    return Ok{};
  }

  Status add_sample(const Entry& entry) {
    auto decoded = exposition::decode_series(entry.series);
    if (!decoded) return decoded.error();
    const std::string name(decoded->metric_name());
    if (entry.timestamp_ms) {
      return Error(ErrorCode::Unsupported,
                   "pushed metrics must not have timestamps (metric " + quoted(name) + ")");
    }
    PushedFamily& target = family_of(name);
    target.samples.push_back(
        {.suffix = name.substr(target.name.size()), .labels = join_labels(*decoded), .value = entry.value});
    return Ok{};
  }

  std::vector<PushedFamily> take() {
    std::erase_if(families_, [](const PushedFamily& f) { return f.samples.empty(); });
    return std::move(families_);
  }

 private:
  // foo_bucket belongs to foo where foo is a histogram, foo_sum and foo_count also where it is a summary.
  PushedFamily& family_of(const std::string& name) {
    for (const std::string_view suffix : kSuffixes) {
      if (!name.ends_with(suffix)) continue;
      const auto base = index_.find(name.substr(0, name.size() - suffix.size()));
      if (base == index_.end()) continue;
      PushedFamily& found = families_[base->second];
      const bool takes = found.type == MetricType::Histogram ||
                         (found.type == MetricType::Summary && suffix != kSuffixes[0]);
      if (takes) return found;
    }
    return family(name);
  }

  std::vector<Label> join_labels(const Labels& pushed) const {
    Labels joined = pushed;
    joined.remove(kMetricName);
    for (const Label& label : key_.labels) joined.set(label.name, label.value);
    for (const std::string& name : key_.empty_names) joined.remove(name);
    std::vector<Label> labels(joined.begin(), joined.end());
    if (!joined.has(kInstance)) labels.push_back({std::string(kInstance), ""});
    for (const std::string& name : key_.empty_names) {
      if (name != kInstance) labels.push_back({name, ""});
    }
    std::ranges::sort(labels, {}, [](const Label& l) { return std::pair(is_bound_label(l.name), l.name); });
    return labels;
  }

  const GroupingKey& key_;
  std::vector<PushedFamily> families_;
  std::map<std::string, size_t> index_;
};

}  // namespace

Result<std::vector<PushedFamily>> parse_push_body(std::string_view body, const GroupingKey& key) {
  if (!body.empty() && !body.ends_with('\n')) {
    return Error(ErrorCode::InvalidArgument,
                 "text format parsing error: the last line must end with a line feed character");
  }
  Builder builder(key);
  exposition::TextReader reader(body, Dialect::Text);
  for (;;) {
    Status status = Ok{};
    switch (reader.next()) {
      case EntryKind::End:
        return builder.take();
      case EntryKind::Failed:
        return reader.error().in("text format parsing error");
      case EntryKind::Type:
        status = builder.add_type(reader.entry());
        break;
      case EntryKind::Sample:
        status = builder.add_sample(reader.entry());
        break;
      case EntryKind::Help:
        builder.family(exposition::unescape(reader.entry().name, true)).help =
            exposition::unescape(reader.entry().text, false);
        break;
      case EntryKind::Unit:
        break;
    }
    if (!status) return status.error();
  }
}

}  // namespace sonde::pushgateway
