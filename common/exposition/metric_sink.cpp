#include "common/exposition/metric_sink.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include "common/core/check.h"
#include "common/core/number_text.h"
#include "common/exposition/text_escape.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

// A line that is sure to fit is built here and copied to its family once.
constexpr size_t kLineBytes = 1024;
constexpr size_t kSlotsMin = 16;

// Text 0.0.4 has five types; OpenMetrics' others are written as the nearest.
std::string_view text_type_name(MetricType type) {
  switch (type) {
    case MetricType::Info:
    case MetricType::StateSet:
      return "gauge";
    case MetricType::GaugeHistogram:
      return "histogram";
    default:
      return metric_type_name(type);
  }
}

std::string make_header(const Desc& desc) {
  std::string out = "# HELP ";
  append_metric_name(out, desc.name);
  out += ' ';
  append_help(out, desc.help, false);
  out += "\n# TYPE ";
  append_metric_name(out, desc.name);
  out += ' ';
  out += text_type_name(desc.type);
  out += '\n';
  return out;
}

// The client library of the original writes a negative zero as 0.
void append_value(std::string& out, double value) {
  if (value == 0) {
    out += '0';
  } else {
    append_number_exposition(out, value);
  }
}

size_t slot_of(const Desc* desc, size_t slot_count) {
  // The low bits of an address are its alignment; the product's high half has all of the rest mixed in.
  const auto hash = reinterpret_cast<uintptr_t>(desc) * 0x9e3779b97f4a7c15;
  return (hash >> 32) & (slot_count - 1);
}

}  // namespace

void MetricSink::sample(const Desc& desc, std::span<const std::string_view> label_values, double value) {
  check(label_values.size() == desc.labels.size(),
        "a sample has as many label values as its family has names");
  const size_t index = find(desc);
  Family& family = families_[index];
  const Pieces& pieces = pieces_[index];
  ++family.sample_count;

  size_t bytes = pieces.text.size();
  bool plain = true;
  for (const std::string_view text : label_values) {
    bytes += text.size();
    plain &= is_plain_label_value(text);
  }
  const char* piece = pieces.text.data();
  if (plain && bytes <= kLineBytes) {
    std::array<char, kLineBytes> line;
    char* out = line.data();
    size_t begin = 0;
    for (size_t i = 0; i < label_values.size(); ++i) {
      std::memcpy(out, piece + begin, pieces.ends[i] - begin);
      out += pieces.ends[i] - begin;
      begin = pieces.ends[i];
      std::memcpy(out, label_values[i].data(), label_values[i].size());
      out += label_values[i].size();
    }
    std::memcpy(out, piece + begin, pieces.ends.back() - begin);
    family.body.append(line.data(), bytes);
  } else {
    size_t begin = 0;
    for (size_t i = 0; i < label_values.size(); ++i) {
      family.body.append(piece + begin, pieces.ends[i] - begin);
      begin = pieces.ends[i];
      append_label_value(family.body, label_values[i]);
    }
    family.body.append(piece + begin, pieces.ends.back() - begin);
  }
  append_value(family.body, value);
  family.body += '\n';
}

void MetricSink::line(const Desc& desc, std::string_view suffix, std::span<const LabelView> labels,
                      double value, std::optional<int64_t> timestamp_ms) {
  Family& family = families_[find(desc)];
  ++family.sample_count;
  std::string& out = family.body;
  const bool name_outside = is_legacy_metric_name(desc.name);
  if (name_outside) {
    out += desc.name;
    out += suffix;
  } else {
    out += '{';
    append_metric_name(out, std::string(desc.name) + std::string(suffix));
  }
  bool first = name_outside;
  for (const LabelView& label : labels) {
    out += first ? '{' : ',';
    first = false;
    append_label_name(out, label.name);
    out += "=\"";
    append_label_value(out, label.value);
    out += '"';
  }
  if (!first) out += '}';
  out += ' ';
  append_value(out, value);
  if (timestamp_ms) {
    out += ' ';
    append_integer(out, *timestamp_ms);
  }
  out += '\n';
}

const Desc& MetricSink::family(std::string_view name, std::string_view help, MetricType type,
                               std::span<const std::string_view> label_names) {
  const auto found = owned_index_.find(name);
  if (found != owned_index_.end()) return owned_[found->second].desc;
  check(label_names.size() <= LabelNames::kLabelsMax,
        "a family has at most LabelNames::kLabelsMax label names");
  OwnedDesc& made = owned_.emplace_back();
  made.name = name;
  made.help = help;
  made.label_names.assign(label_names.begin(), label_names.end());
  const std::vector<std::string_view> names(made.label_names.begin(), made.label_names.end());
  made.desc = Desc{.name = made.name, .help = made.help, .type = type, .labels = LabelNames(names)};
  owned_index_.emplace(made.name, owned_.size() - 1);
  return made.desc;
}

void MetricSink::clear() {
  for (Family& family : families_) {
    family.body.clear();
    family.sample_count = 0;
  }
}

void MetricSink::instruments(const Registry& registry) {
  registry.visit([&](const Registry::Family& family) {
    for (const Registry::Instrument& instrument : family.instruments) {
      const std::vector<std::string_view> values(instrument.label_values.begin(),
                                                 instrument.label_values.end());
      if (instrument.histogram) histogram(family.desc, instrument);
      if (instrument.counter) sample(family.desc, values, instrument.counter->value());
      if (instrument.gauge) sample(family.desc, values, instrument.gauge->value());
      if (instrument.callback) sample(family.desc, values, instrument.callback());
    }
  });
}

void MetricSink::histogram(const Desc& desc, const Registry::Instrument& instrument) {
  const Histogram& histogram = *instrument.histogram;
  const auto names = desc.labels.span();
  std::vector<LabelView> labels;
  for (size_t i = 0; i < names.size(); ++i) labels.push_back({names[i], instrument.label_values[i]});
  // _count is what the buckets add up to, so that a page never contradicts itself while others observe.
  uint64_t count = 0;
  std::string bound;
  for (size_t i = 0; i <= histogram.bounds().size(); ++i) {
    count += histogram.bucket_count(i);
    bound.clear();
    if (i < histogram.bounds().size()) {
      append_number_exposition(bound, histogram.bounds()[i]);
    } else {
      bound = "+Inf";
    }
    labels.push_back({"le", bound});
    line(desc, "_bucket", labels, static_cast<double>(count));
    labels.pop_back();
  }
  line(desc, "_sum", labels, histogram.sum());
  line(desc, "_count", labels, static_cast<double>(count));
}

size_t MetricSink::find(const Desc& desc) {
  if (last_ < families_.size() && families_[last_].desc == &desc) return last_;
  if (!slots_.empty()) {
    for (size_t at = slot_of(&desc, slots_.size());; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].desc == &desc) return last_ = slots_[at].index;
      if (slots_[at].desc == nullptr) break;
    }
  }
  return last_ = add(desc);
}

size_t MetricSink::add(const Desc& desc) {
  if (slots_.size() < 2 * (families_.size() + 1)) grow();
  const size_t index = families_.size();
  families_.push_back({.desc = &desc, .header = make_header(desc), .body = {}, .sample_count = 0});
  Pieces& pieces = pieces_.emplace_back();
  const bool name_outside = is_legacy_metric_name(desc.name);
  if (!name_outside) pieces.text += '{';
  append_metric_name(pieces.text, desc.name);
  bool first = name_outside;
  for (const std::string_view name : desc.labels.span()) {
    if (!pieces.ends.empty()) pieces.text += '"';
    pieces.text += first ? '{' : ',';
    first = false;
    append_label_name(pieces.text, name);
    pieces.text += "=\"";
    pieces.ends.push_back(pieces.text.size());
  }
  if (!pieces.ends.empty()) pieces.text += '"';
  pieces.text += first ? " " : "} ";
  pieces.ends.push_back(pieces.text.size());

  size_t at = slot_of(&desc, slots_.size());
  while (slots_[at].desc != nullptr) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {.desc = &desc, .index = index};
  return index;
}

void MetricSink::grow() {
  slots_.assign(std::max(kSlotsMin, slots_.size() * 2), Slot{});
  for (size_t i = 0; i < families_.size(); ++i) {
    size_t at = slot_of(families_[i].desc, slots_.size());
    while (slots_[at].desc != nullptr) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {.desc = families_[i].desc, .index = i};
  }
}

void PageJoiner::join(std::span<const MetricSink* const> sinks, std::string& out) {
  if (!is_current(sinks)) sort(sinks);
  std::string_view open;  // the family that was written last
  for (const Place& place : order_) {
    const MetricSink::Family& family = sinks[place.sink]->families()[place.family];
    if (family.sample_count == 0) continue;
    if (open.empty() || open != family.desc->name) out += family.header;
    open = family.desc->name;
    out += family.body;
  }
}

bool PageJoiner::is_current(std::span<const MetricSink* const> sinks) const {
  return std::ranges::equal(sinks, known_, [](const MetricSink* sink, const Known& known) {
    return sink == known.sink && sink->families().size() == known.family_count;
  });
}

void PageJoiner::sort(std::span<const MetricSink* const> sinks) {
  known_.clear();
  order_.clear();
  for (size_t i = 0; i < sinks.size(); ++i) {
    known_.push_back({.sink = sinks[i], .family_count = sinks[i]->families().size()});
    for (size_t j = 0; j < known_.back().family_count; ++j) order_.push_back({.sink = i, .family = j});
  }
  std::ranges::sort(order_, {}, [&](const Place& place) {
    return std::tuple(sinks[place.sink]->families()[place.family].desc->name, place.sink, place.family);
  });
}

void join_text(std::span<const MetricSink* const> sinks, std::string& out) {
  PageJoiner().join(sinks, out);
}

}  // namespace sonde::exposition
