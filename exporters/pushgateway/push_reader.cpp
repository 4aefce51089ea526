#include "exporters/pushgateway/push_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/text_escape.h"
#include "common/metrics/labels.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kInstance = "instance";
constexpr std::string_view kReservedPrefix = "__";

struct TypeWord {
  std::string_view word;
  MetricType type;
};
// Gauge histograms are written as histograms: the text format has no word for them.
constexpr std::array kTypes{TypeWord{"counter", MetricType::Counter},
                            TypeWord{"gauge", MetricType::Gauge},
                            TypeWord{"gauge_histogram", MetricType::Histogram},
                            TypeWord{"gaugehistogram", MetricType::Histogram},
                            TypeWord{"histogram", MetricType::Histogram},
                            TypeWord{"summary", MetricType::Summary},
                            TypeWord{"untyped", MetricType::Untyped}};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool starts_label_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool continues_label_name(char c) {
  return starts_label_name(c) || (c >= '0' && c <= '9');
}

std::optional<double> parse_value(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  if (!text.empty() && scan_decimal(text.data(), end, value) == end) return value;
  return parse_number(text);
}

// Go's uint64(value) on amd64, which the reference applies to a summary's count.
double as_count(double value) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (!(value < 2 * kTwoTo63)) return std::isnan(value) ? kTwoTo63 : 0;
  if (value >= kTwoTo63) return std::floor(value);
  if (value < -kTwoTo63) return kTwoTo63;
  return static_cast<double>(static_cast<uint64_t>(static_cast<int64_t>(value)));
}

bool has_bound_label(MetricType type, std::string_view name) {
  return (type == MetricType::Histogram && name == "le") ||
         (type == MetricType::Summary && name == "quantile");
}

// Differs: a NUL is refused, since no scraper can read a page with one in a name.
bool is_any_name(std::string_view name) {
  return !name.empty() && is_valid_utf8(name) && name.find('\0') == std::string_view::npos;
}

// `\\`, `\n` and `\"` only; true when there is nothing else.
bool unescape_strictly(std::string_view text, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    if (text[i] != '\\' && text[i] != 'n' && text[i] != '"') return false;
    out += text[i] == 'n' ? '\n' : text[i];
  }
  return true;
}

}  // namespace

PushReader::PushReader(std::string_view body, const GroupingKey& key, bool utf8_names)
    : body_(body), utf8_names_(utf8_names) {
  key_texts_.reserve(key.labels.size());
  for (const Label& label : key.labels) {
    exposition::append_label_value(key_texts_.emplace_back(), label.value);
    key_labels_.push_back({label.name, key_texts_.back()});
  }
  for (const std::string& name : key.empty_names) key_labels_.push_back({name, {}});
  std::ranges::sort(key_labels_, {}, &BodyLabel::name);
}

Result<PushedBody> PushReader::read() {
  const char* at = body_.data();
  const char* const end = at + body_.size();
  while (at != end) {
    ++line_number_;
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
    cursor_ = at;
    line_end_ = newline == nullptr ? end : newline;
    skip_blanks();
    // Only blanks may stand behind the last newline.
    const bool good =
        newline != nullptr || line_ended() ? read_line() : fail("unexpected end of input stream");
    if (!good) {
      return Error(error_code_,
                   "text format parsing error in line " + std::to_string(line_number_) + ": " + error_);
    }
    at = newline == nullptr ? end : newline + 1;
  }
  std::erase_if(out_.families, [](const PushedFamily& family) { return family.metrics.empty(); });
  return std::move(out_);
}

bool PushReader::fail(std::string message) {
  error_ = std::move(message);
  return false;
}

void PushReader::skip_blanks() {
  while (cursor_ != line_end_ && is_blank(*cursor_)) ++cursor_;
}

bool PushReader::read_line() {
  if (line_ended()) return true;
  return *cursor_ == '#' ? read_comment() : read_sample();
}

bool PushReader::read_comment() {
  ++cursor_;
  skip_blanks();
  const char* begin = cursor_;
  while (!line_ended() && !is_blank(*cursor_)) ++cursor_;
  const std::string_view word(begin, static_cast<size_t>(cursor_ - begin));
  if (line_ended() || (word != "HELP" && word != "TYPE")) return true;
  skip_blanks();
  std::string_view name;
  if (!read_name(true, name)) return false;
  if (line_ended()) return true;
  if (!is_blank(*cursor_)) return fail("invalid metric name in comment");
  last_name_.clear();
  if (!select_family(name)) return false;
  skip_blanks();
  if (line_ended()) return true;
  return word == "HELP" ? read_help(out_.families[family_]) : read_type(family_);
}

bool PushReader::read_help(PushedFamily& family) {
  if (family.has_help) return fail("second HELP line for metric name " + quoted(family.name));
  const std::string_view text(cursor_, static_cast<size_t>(line_end_ - cursor_));
  if (!unescape_strictly(text, family.help)) return fail("invalid escape sequence in a HELP text");
  if (!is_valid_utf8(family.help)) family.help = replace_invalid_utf8(family.help);
  family.has_help = true;
  return true;
}

bool PushReader::read_type(size_t index) {
  PushedFamily& family = out_.families[index];
  if (states_[index].has_type) {
    return fail("second TYPE line for metric name " + quoted(family.name) +
                ", or TYPE reported after samples");
  }
  const std::string_view text(cursor_, static_cast<size_t>(line_end_ - cursor_));
  const std::string word = to_lower_ascii(text);
  const auto* row = std::ranges::find(kTypes, std::string_view(word), &TypeWord::word);
  if (row == kTypes.end()) return fail("unknown metric type " + quoted(text));
  family.type = row->type;
  states_[index].has_type = true;
  return true;
}

bool PushReader::read_sample() {
  labels_.clear();
  quoted_names_.clear();
  has_bound_ = false;
  named_ = false;
  if (*cursor_ != '{') {
    std::string_view name;
    if (!read_name(true, name)) return false;
    if (name.empty()) return fail("invalid metric name");
    if (!select_family(name)) return false;
    named_ = true;
    skip_blanks();
  }
  if (next() == '{' && !read_labels()) return false;
  return read_value();
}

// From the brace to behind the other one.
bool PushReader::read_labels() {
  const bool name_inside = !named_;
  ++cursor_;
  for (;;) {
    skip_blanks();
    if (next() == '}') break;
    if (!read_label()) return false;
    skip_blanks();
    if (next() == '}') break;
    if (next() != ',') return fail("unexpected end of label value, want ',' or '}'");
    ++cursor_;
  }
  ++cursor_;
  skip_blanks();
  if (name_inside && !named_) return fail("invalid metric name");
  return true;
}

bool PushReader::read_label() {
  std::string_view name;
  if (!read_name(false, name)) return false;
  if (name.empty()) return fail("invalid label name");
  skip_blanks();
  if (next() != '=') {
    if (!named_) return read_name_in_braces(name);
    return fail("expected '=' after label name " + quoted(name));
  }
  // The reference takes the name first only: what comes before it would have no metric to belong to.
  if (!named_) return fail("invalid metric name");
  ++cursor_;
  skip_blanks();
  std::string_view value;
  return read_label_value(value) && add_label(name, value);
}

bool PushReader::read_name_in_braces(std::string_view name) {
  named_ = true;
  return select_family(name);
}

// The text between the quotes, as it stands: only those escapes are taken that we write ourselves.
bool PushReader::read_label_value(std::string_view& value) {
  if (next() != '"') return fail("expected '\"' at start of label value");
  const char* begin = ++cursor_;
  bool high = false;
  for (; cursor_ != line_end_ && *cursor_ != '"'; ++cursor_) {
    high |= static_cast<signed char>(*cursor_) < 0;
    if (*cursor_ != '\\') continue;
    ++cursor_;
    const char escaped = next();
    if (escaped != '\\' && escaped != '"' && escaped != 'n')
      return fail("invalid escape sequence in a label value");
  }
  if (line_ended()) return fail("label value contains unescaped new-line");
  value = std::string_view(begin, static_cast<size_t>(cursor_ - begin));
  ++cursor_;
  if (high && !is_valid_utf8(value)) return fail("invalid label value " + quoted(value));
  return true;
}

bool PushReader::add_label(std::string_view name, std::string_view value) {
  if (name == kMetricName) return fail("label name \"__name__\" is reserved");
  if (utf8_names_ ? !is_any_name(name) : !is_legacy_label_name(name))
    return fail("invalid label name " + quoted(name));
  const PushedFamily& family = out_.families[family_];
  if (has_bound_label(family.type, name)) {
    const auto bound = parse_value(value);
    if (!bound) {
      return fail("expected float as value for " + quoted(name) + " label, got " + quoted(value));
    }
    bound_ = *bound;
    has_bound_ = !std::isnan(bound_);
    return true;
  }
  for (const BodyLabel& other : labels_) {
    if (other.name == name) return fail("duplicate label names for metric " + quoted(family.name));
  }
  if (name.starts_with(kReservedPrefix) && out_.reserved_label.empty()) out_.reserved_label = name;
  labels_.push_back({name, value});
  return true;
}

bool PushReader::read_value() {
  const char* begin = cursor_;
  while (!line_ended() && !is_blank(*cursor_)) ++cursor_;
  const std::string_view text(begin, static_cast<size_t>(cursor_ - begin));
  const auto value = parse_value(text);
  if (!value) return fail("expected float as value, got " + quoted(text));
  if (!store(*value)) return false;
  return line_ended() || read_timestamp();
}

bool PushReader::read_timestamp() {
  skip_blanks();
  const std::string_view text(cursor_, static_cast<size_t>(line_end_ - cursor_));
  if (!parse_integer(text)) return fail("expected integer as timestamp, got " + quoted(text));
  out_.has_timestamps = true;
  return true;
}

bool PushReader::read_name(bool metric, std::string_view& name) {
  if (next() == '"') return read_quoted(name);
  const char* begin = cursor_;
  const auto continues = [metric](char c) { return continues_label_name(c) || (metric && c == ':'); };
  if (!line_ended() && (starts_label_name(*cursor_) || (metric && *cursor_ == ':'))) {
    while (cursor_ != line_end_ && continues(*cursor_)) ++cursor_;
  }
  name = std::string_view(begin, static_cast<size_t>(cursor_ - begin));
  if (next() == '"') return fail("unexpected quote in a name");
  return true;
}

bool PushReader::read_quoted(std::string_view& text) {
  if (!read_label_value(text)) return false;
  if (text.find('\\') == std::string_view::npos) return true;
  std::string& plain = quoted_names_.emplace_back();
  if (!unescape_strictly(text, plain)) return fail("invalid escape sequence in a name");
  text = plain;
  return true;
}

// The family that a name belongs to: foo_count to foo where foo is a summary or histogram, unless the body
// has a family foo_count of its own already.
bool PushReader::select_family(std::string_view name) {
  if (!last_name_.empty() && name == last_name_) return true;
  last_name_.clear();
  const bool valid = utf8_names_ ? is_any_name(name) : is_legacy_metric_name(name);
  if (!valid) return fail("invalid metric name " + quoted(name));
  part_ = Part::Value;
  const auto found = index_.find(name);
  if (found != index_.end()) {
    family_ = found->second;
  } else if (!select_part_of(name, "_count", Part::Count) && !select_part_of(name, "_sum", Part::Sum) &&
             !select_part_of(name, "_bucket", Part::Value)) {
    family_ = out_.families.size();
    out_.families.emplace_back().name = name;
    states_.emplace_back();
    index_.emplace(name, family_);
  }
  last_name_ = name;
  return true;
}

bool PushReader::select_part_of(std::string_view name, std::string_view suffix, Part part) {
  if (!name.ends_with(suffix)) return false;
  const auto found = index_.find(name.substr(0, name.size() - suffix.size()));
  if (found == index_.end()) return false;
  const MetricType type = out_.families[found->second].type;
  const bool takes = type == MetricType::Histogram || (type == MetricType::Summary && suffix != "_bucket");
  if (!takes) return false;
  family_ = found->second;
  part_ = part;
  return true;
}

// Joins the line's labels with the key's, which win.
void PushReader::append_labels(PushedFamily& family, PushedMetric& metric) {
  std::ranges::sort(labels_, {}, &BodyLabel::name);
  std::string& out = family.label_text;
  const size_t begin = out.size();
  const auto append = [&](const BodyLabel& label) {
    if (out.size() != begin) out += ',';
    if (utf8_names_) {
      exposition::append_label_name(out, label.name);
    } else {
      out += label.name;
    }
    out += "=\"";
    out += label.value;
    out += '"';
  };
  bool instance_due = true;
  const auto append_before = [&](const BodyLabel& label) {
    if (instance_due && label.name >= kInstance) {
      if (label.name != kInstance) append({kInstance, {}});
      instance_due = false;
    }
    append(label);
  };
  auto own = key_labels_.begin();
  for (const BodyLabel& label : labels_) {
    for (; own != key_labels_.end() && own->name < label.name; ++own) append_before(*own);
    if (own == key_labels_.end() || own->name != label.name) append_before(label);
  }
  for (; own != key_labels_.end(); ++own) append_before(*own);
  if (instance_due) append({kInstance, {}});
  metric.labels_begin = static_cast<uint32_t>(begin);
  metric.labels_size = static_cast<uint32_t>(out.size() - begin);
  label_bytes_ += metric.labels_size;
  ++metric_count_;
}

PushedMetric& PushReader::metric_of_labels() {
  PushedFamily& family = out_.families[family_];
  FamilyState& state = states_[family_];
  state.has_type = true;
  if (has_points(family.type)) {
    std::ranges::sort(labels_, {}, &BodyLabel::name);
    std::string identity;
    for (const BodyLabel& label : labels_) {
      identity += label.name;
      identity += '\xff';
      identity += label.value;
      identity += '\xff';
    }
    const auto [known, made] = state.metrics.try_emplace(std::move(identity), family.metrics.size());
    if (!made) return family.metrics[known->second];
  }
  PushedMetric& metric = family.metrics.emplace_back();
  append_labels(family, metric);
  return metric;
}

bool PushReader::store(double value) {
  PushedMetric& metric = metric_of_labels();
  if (metric_count_ > kBodyMetricsMax || label_bytes_ > kBodyLabelBytesMax) {
    error_code_ = ErrorCode::LimitExceeded;
    return fail("more than " + std::to_string(kBodyMetricsMax) + " metrics or " +
                std::to_string(kBodyLabelBytesMax) + " bytes of labels in one push");
  }
  const PushedFamily& family = out_.families[family_];
  if (!has_points(family.type)) {
    metric.value = value;
    return true;
  }
  const bool histogram = family.type == MetricType::Histogram;
  if (part_ == Part::Sum) {
    metric.sum = value;
  } else if (part_ == Part::Count) {
    if (histogram && value < 0) return fail("negative count for histogram " + quoted(family.name));
    metric.count = histogram ? value : as_count(value);
  } else if (has_bound_) {
    if (histogram && value < 0)
      return fail("negative bucket population for histogram " + quoted(family.name));
    metric.points.push_back({bound_, value});
  }
  return true;
}

}  // namespace sonde::pushgateway
