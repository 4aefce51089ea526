#include "common/exposition/page.h"

#include <unordered_map>
#include <utility>

#include "common/exposition/label_walk.h"
#include "common/exposition/text_reader.h"

namespace sonde::exposition {
namespace {

PageSample make_sample(const Entry& entry) {
  PageSample out{.name = decode_metric_name(entry.series),
                 .labels = {},
                 .value = entry.value,
                 .timestamp_ms = entry.timestamp_ms};
  const size_t brace = entry.series.find('{');
  if (brace == std::string_view::npos) return out;
  LabelWalk(entry.series, brace, kTextRules).run([&](const LabelToken& token) {
    if (!token.is_metric_name)
      out.labels.push_back({unescape(token.name, true), unescape(token.value, true)});
  });
  return out;
}

class PageBuilder {
 public:
  PageFamily& family(std::string_view name) {
    const auto [at, made] = index_.try_emplace(std::string(name), families_.size());
    if (made) families_.push_back({.name = std::string(name), .help = {}, .samples = {}});
    last_ = at->second;
    return families_[last_];
  }

  void add(PageSample sample) {
    if (last_ < families_.size()) {
      PageFamily& family = families_[last_];
      if (sample_suffix(sample.name, family.name, family.type)) {
        family.samples.push_back(std::move(sample));
        return;
      }
    }
    owner(sample.name).samples.push_back(std::move(sample));
  }

  std::vector<PageFamily> take() { return std::move(families_); }

 private:
  // A sample away from its family's lines: the family may have been declared all the same.
  PageFamily& owner(const std::string& name) {
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
      if (!name.ends_with(suffix)) continue;
      const auto at = index_.find(name.substr(0, name.size() - suffix.size()));
      if (at == index_.end()) continue;
      PageFamily& family = families_[at->second];
      if (sample_suffix(name, family.name, family.type)) return family;
    }
    return family(name);
  }

  std::vector<PageFamily> families_;
  std::unordered_map<std::string, size_t> index_;
  size_t last_ = 0;
};

}  // namespace

Result<std::vector<PageFamily>> parse_page(std::string_view text_page) {
  TextReader reader(text_page, Dialect::Text);
  PageBuilder page;
  for (;;) {
    const EntryKind kind = reader.next();
    const Entry& entry = reader.entry();
    switch (kind) {
      case EntryKind::Sample:
        page.add(make_sample(entry));
        break;
      case EntryKind::Help:
        page.family(unescape(entry.name, true)).help = unescape(entry.text, false);
        break;
      case EntryKind::Type:
        page.family(unescape(entry.name, true)).type = entry.type;
        break;
      case EntryKind::Unit:
        break;
      case EntryKind::End:
        return page.take();
      case EntryKind::Failed:
        return reader.error();
    }
  }
}

std::optional<std::string_view> sample_suffix(std::string_view name, std::string_view family_name,
                                              MetricType type) {
  if (!name.starts_with(family_name)) return std::nullopt;
  const std::string_view suffix = name.substr(family_name.size());
  if (suffix.empty()) return suffix;
  const bool histogram = type == MetricType::Histogram || type == MetricType::GaugeHistogram;
  if (!histogram && type != MetricType::Summary) return std::nullopt;
  if (suffix == "_sum" || suffix == "_count" || (suffix == "_bucket" && histogram)) return suffix;
  return std::nullopt;
}

}  // namespace sonde::exposition
