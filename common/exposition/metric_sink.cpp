#include "common/exposition/metric_sink.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include "common/core/check.h"
#include "common/core/number_text.h"
#include "common/exposition/text_escape.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

// Longer lines are written anew each time.
constexpr size_t kKnownLineBytesMax = 16 * 1024;
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
  if (is_next_line(index, label_values)) {
    keep_line(index, value);
  } else {
    write_line(index, label_values, value);
  }
  ++families_[index].sample_count;
}

// Whether the last scrape had the same series in this place.
bool MetricSink::is_next_line(size_t index, std::span<const std::string_view> label_values) const {
  const Family& family = families_[index];
  const Lines& known = lines_[index];
  const size_t place = family.sample_count;
  if (place >= known.lines.size() || known.lines[place].value_at == 0) return false;
  const Pieces& pieces = pieces_[index];
  const uint32_t* sizes = known.label_sizes.data() + place * label_values.size();
  const char* at = family.text.data() + family.old_at;
  size_t begin = 0;
  for (size_t i = 0; i < label_values.size(); ++i) {
    at += pieces.ends[i] - begin;
    begin = pieces.ends[i];
    const std::string_view value = label_values[i];
    if (value != std::string_view(at, sizes[i])) return false;
    at += value.size();
  }
  return true;
}

// Makes the next line of the last scrape this one's: it stays where it is while the lines before it have kept
// their length.
void MetricSink::keep_line(size_t index, double value) {
  Family& family = families_[index];
  Line& line = lines_[index].lines[family.sample_count];
  const Line old = line;
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  if (bits != old.value_bits) {
    number_.clear();
    append_value(number_, value);
    number_ += '\n';
    line.size_bytes = old.value_at + static_cast<uint32_t>(number_.size());
    line.value_bits = bits;
    if (family.body_bytes + line.size_bytes > family.old_at + old.size_bytes) {
      // Room for the lines to come as well, so that they are not moved for each.
      const size_t room = number_.size() + (family.text.size() - family.old_at) / 4;
      family.text.insert(family.old_at, room, ' ');
      family.old_at += room;
    }
  }
  char* const to = family.text.data() + family.body_bytes;
  const char* const from = family.text.data() + family.old_at;
  const bool is_new = bits != old.value_bits;
  if (to != from) std::memmove(to, from, is_new ? old.value_at : old.size_bytes);
  if (is_new) std::memcpy(to + old.value_at, number_.data(), number_.size());
  family.body_bytes += line.size_bytes;
  family.old_at += old.size_bytes;
}

void MetricSink::write_line(size_t index, std::span<const std::string_view> label_values, double value) {
  forget_rest(index);
  Family& family = families_[index];
  std::string& text = family.text;
  const Pieces& pieces = pieces_[index];
  size_t value_at = pieces.text.size();
  bool plain = true;
  size_t begin = 0;
  for (size_t i = 0; i < label_values.size(); ++i) {
    text.append(pieces.text, begin, pieces.ends[i] - begin);
    begin = pieces.ends[i];
    plain &= is_plain_label_value(label_values[i]);
    append_label_value(text, label_values[i]);
    value_at += label_values[i].size();
  }
  text.append(pieces.text, begin);
  append_value(text, value);
  text += '\n';

  const size_t size_bytes = text.size() - family.body_bytes;
  family.body_bytes = text.size();
  family.old_at = text.size();
  if (!plain || size_bytes > kKnownLineBytesMax) return;
  Lines& known = lines_[index];
  known.lines.resize(family.sample_count);  // Those that line() has written are not known.
  known.label_sizes.resize(family.sample_count * label_values.size());
  known.lines.push_back({.size_bytes = static_cast<uint32_t>(size_bytes),
                         .value_at = static_cast<uint32_t>(value_at),
                         .value_bits = std::bit_cast<uint64_t>(value)});
  for (const std::string_view label : label_values) {
    known.label_sizes.push_back(static_cast<uint32_t>(label.size()));
  }
}

// From here on the series are others than those of the last scrape.
void MetricSink::forget_rest(size_t index) {
  Family& family = families_[index];
  if (family.body_bytes < family.text.size()) family.text.resize(family.body_bytes);
  Lines& known = lines_[index];
  if (known.lines.size() <= family.sample_count) return;
  known.lines.resize(family.sample_count);
  known.label_sizes.resize(family.sample_count * family.desc->labels.size());
}

void MetricSink::line(const Desc& desc, std::string_view suffix, std::span<const LabelView> labels,
                      double value, std::optional<int64_t> timestamp_ms) {
  const size_t index = find(desc);
  forget_rest(index);
  Family& family = families_[index];
  ++family.sample_count;
  std::string& out = family.text;
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
  family.body_bytes = out.size();
  family.old_at = out.size();
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
  for (size_t i = 0; i < families_.size(); ++i) {
    forget_rest(i);
    Family& family = families_[i];
    family.body_bytes = 0;
    family.old_at = 0;
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
  families_.push_back({.desc = &desc, .header = make_header(desc), .text = {}});
  lines_.emplace_back();
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
    out += family.body();
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
