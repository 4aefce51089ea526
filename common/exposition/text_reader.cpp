#include "common/exposition/text_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/label_walk.h"

namespace sonde::exposition {
namespace {

// The reference's ordinary NaN: other bit patterns mean something in storage (the stale marker).
constexpr uint64_t kNormalNanBits = 0x7ff8000000000001;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_metric_start(char c) {
  return is_byte(c, kMetricStart);
}
constexpr bool is_metric_char(char c) {
  return is_byte(c, kMetricByte);
}

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

// By value and not by reference, here and above, so that the position stays in a register.
size_t skip_metric_name(std::string_view text, size_t at) {
  while (at < text.size() && is_metric_char(text[at])) ++at;
  return at;
}

// Where the line that holds `at` ends: at its newline or at the end of the text.
size_t find_line_end(std::string_view text, size_t at) {
  if (at >= text.size()) return text.size();
  const void* newline = std::memchr(text.data() + at, '\n', text.size() - at);
  return newline == nullptr ? text.size()
                            : static_cast<size_t>(static_cast<const char*>(newline) - text.data());
}

bool is_nul_between(std::string_view text, size_t begin, size_t end) {
  return text.substr(begin, end - begin).find('\0') != std::string_view::npos;
}

struct TypeWord {
  std::string_view word;
  MetricType type;
  bool text;         // a type of the text format
  bool openmetrics;  // a type of OpenMetrics
};
constexpr std::array kTypeWords{
    TypeWord{"counter", MetricType::Counter, true, true},
    TypeWord{"gauge", MetricType::Gauge, true, true},
    TypeWord{"gaugehistogram", MetricType::GaugeHistogram, false, true},
    TypeWord{"histogram", MetricType::Histogram, true, true},
    TypeWord{"info", MetricType::Info, false, true},
    TypeWord{"stateset", MetricType::StateSet, false, true},
    TypeWord{"summary", MetricType::Summary, true, true},
    TypeWord{"unknown", MetricType::Untyped, false, true},
    TypeWord{"untyped", MetricType::Untyped, true, false},
};

std::optional<MetricType> parse_type(std::string_view word, Dialect dialect) {
  for (const TypeWord& known : kTypeWords) {
    if (known.word == word && (dialect == Dialect::Text ? known.text : known.openmetrics)) return known.type;
  }
  return std::nullopt;
}

// OpenMetrics: seconds as a float, cut to milliseconds. Saturates; storage refuses such times anyway.
std::optional<int64_t> parse_seconds_as_ms(std::string_view text) {
  const auto seconds = parse_number(text);
  if (!seconds || !std::isfinite(*seconds)) return std::nullopt;
  const double ms = *seconds * 1000;
  if (ms >= 0x1p63) return std::numeric_limits<int64_t>::max();
  if (ms < -0x1p63) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(ms);
}

}  // namespace

EntryKind TextReader::next() {
  if (error_) return EntryKind::Failed;
  return dialect_ == Dialect::Text ? next_text() : next_openmetrics();
}

bool TextReader::next_known(std::string_view series) {
  if (error_ || series.size() >= body_.size() - std::min(at_, body_.size())) return false;
  if (std::memcmp(body_.data() + at_, series.data(), series.size()) != 0) return false;
  size_t at = at_ + series.size();
  if (!is_blank(body_[at]) || !read_suffix(at)) return false;
  entry_.series = body_.substr(at_, series.size());
  at_ = at;
  return true;
}

EntryKind TextReader::fail(std::string_view message, size_t begin, size_t end) {
  begin = std::min(begin, body_.size());
  const auto line = 1 + std::ranges::count(body_.substr(0, begin), '\n');
  std::string text = "line " + std::to_string(line) + ": " + std::string(message);
  const std::string_view got = body_.substr(begin, std::max(end, begin) - begin);
  text += got.empty() ? (begin == body_.size() ? ", but the text ends" : ", but the line ends")
                      : ", got " + quoted(got, 40);
  error_.emplace(ErrorCode::Corrupt, std::move(text), ByteRange{.begin = begin, .end = begin + got.size()});
  return EntryKind::Failed;
}

bool TextReader::wrong(std::string_view problem, size_t begin, size_t end) {
  problem_ = problem;
  problem_range_ = {.begin = begin, .end = end};
  return false;
}

EntryKind TextReader::next_text() {
  for (;;) {
    // Differs: the reference takes blanks before a metric name into the name.
    at_ = skip_blanks(body_, at_);
    // A NUL where a line begins ends the input: the reference's lexer takes it for the end.
    if (at_ >= body_.size() || body_[at_] == '\0') return EntryKind::End;
    if (body_[at_] == '\n') {
      ++at_;
      continue;
    }
    if (body_[at_] != '#') return read_sample();
    const size_t before = at_;
    const EntryKind kind = read_hash_text();
    if (kind != EntryKind::End || at_ == before) return kind;
  }
}

// A line that begins with '#'. A plain comment is passed over: End, with at_ moved.
EntryKind TextReader::read_hash_text() {
  const size_t line_end = find_line_end(body_, at_);
  const size_t word = skip_blanks(body_, at_ + 1);
  if (word > at_ + 1) {
    for (const auto& [name, kind] :
         {std::pair{"HELP", EntryKind::Help}, std::pair{"TYPE", EntryKind::Type}}) {
      const size_t after = word + 4;
      if (body_.substr(word, 4) != name || after >= body_.size() || !is_blank(body_[after])) continue;
      return read_metadata(kind, skip_blanks(body_, after));
    }
  } else if (is_nul_between(body_, at_, line_end)) {
    return EntryKind::End;
  }
  at_ = std::min(line_end + 1, body_.size());
  return EntryKind::End;
}

EntryKind TextReader::next_openmetrics() {
  if (at_ >= body_.size()) return fail("want \"# EOF\" as the last line", at_, at_);
  if (body_[at_] == '#') return read_hash_openmetrics();
  return read_sample();
}

EntryKind TextReader::read_hash_openmetrics() {
  const std::string_view line = body_.substr(at_);
  for (const auto& [word, kind] :
       {std::pair{"# HELP ", EntryKind::Help}, std::pair{"# TYPE ", EntryKind::Type},
        std::pair{"# UNIT ", EntryKind::Unit}}) {
    if (line.starts_with(word)) return read_metadata(kind, at_ + 7);
  }
  if (line == "# EOF" || line == "# EOF\n") return EntryKind::End;
  if (line.starts_with("# EOF")) {
    const size_t after = at_ + (line.starts_with("# EOF\n") ? 6 : 5);
    return fail("want nothing after \"# EOF\"", after, find_line_end(body_, after));
  }
  return fail("want HELP, TYPE, UNIT or EOF after \"# \"", at_, find_line_end(body_, at_));
}

// From the metric name on.
EntryKind TextReader::read_metadata(EntryKind kind, size_t at) {
  const size_t begin = at;
  if (at < body_.size() && body_[at] == '"') {
    for (++at; at < body_.size() && body_[at] != '"' && body_[at] != '\0'; ++at) {
      if (body_[at] != '\\') continue;
      if (at + 1 >= body_.size() || body_[at + 1] == '\n' || body_[at + 1] == '\0') break;
      ++at;
    }
    if (at >= body_.size() || body_[at] != '"') return fail("want a closed quoted metric name", begin, at);
    entry_.name = body_.substr(begin + 1, at - begin - 1);
    ++at;
  } else {
    if (at < body_.size() && is_metric_start(body_[at])) ++at;
    if (at > begin) at = skip_metric_name(body_, at);
    if (at == begin) return fail("want a metric name", begin, find_line_end(body_, begin));
    entry_.name = body_.substr(begin, at - begin);
  }
  const size_t line_end = find_line_end(body_, at);
  if (dialect_ == Dialect::OpenMetrics) {
    if (at == line_end || body_[at] != ' ')
      return fail("want a space and a text after the metric name", at, line_end);
    if (line_end == body_.size()) return fail("want a line end after the text", line_end, line_end);
  }
  // Whatever single byte follows the name is passed over, a blank or not; so is a rest of blanks only.
  const size_t text = std::min(at + 1, line_end);
  const bool blank = dialect_ == Dialect::Text && skip_blanks(body_, at) >= line_end;
  entry_.text = blank ? std::string_view() : body_.substr(text, line_end - text);
  return check_metadata(kind, text, line_end);
}

EntryKind TextReader::check_metadata(EntryKind kind, size_t begin, size_t line_end) {
  if (kind == EntryKind::Type) {
    const auto type = parse_type(entry_.text, dialect_);
    if (!type) return fail("want a metric type", begin, line_end);
    entry_.type = *type;
  }
  if (kind == EntryKind::Help && !is_valid_utf8(entry_.text)) {
    return fail("the help text is not valid UTF-8", begin, line_end);
  }
  if (kind == EntryKind::Unit && !entry_.text.empty()) {
    const std::string_view name = entry_.name;
    const bool fits = name.size() > entry_.text.size() && name.ends_with(entry_.text) &&
                      name[name.size() - entry_.text.size() - 1] == '_';
    if (!fits) return fail("the metric name does not end in \"_\" and the unit", begin, line_end);
  }
  at_ = std::min(line_end + 1, body_.size());
  return kind;
}

EntryKind TextReader::read_sample() {
  size_t at = at_;
  if (!read_series(at) || !read_suffix(at)) return fail(problem_, problem_range_.begin, problem_range_.end);
  at_ = at;
  return EntryKind::Sample;
}

bool TextReader::read_series(size_t& at) {
  const size_t begin = at;
  bool named = false;
  if (body_[at] != '{') {
    if (!is_metric_start(body_[at])) return wrong("want a metric name", at, find_line_end(body_, at));
    at = skip_metric_name(body_, at);
    named = true;
  }
  const size_t brace = dialect_ == Dialect::Text ? skip_blanks(body_, at) : at;
  if (brace < body_.size() && body_[brace] == '{') {
    LabelWalk walk(body_, brace, dialect_ == Dialect::Text ? kTextRules : kOpenMetricsRules);
    bool twice = false;
    const bool whole = walk.run([&](const LabelToken& label) {
      if (!label.is_metric_name) return;
      twice |= named;
      named = true;
    });
    if (twice) return wrong("the metric name is given twice", begin, walk.at());
    if (!whole) return wrong(walk.problem(), walk.at(), find_line_end(body_, walk.at()));
    at = walk.at();
    if (!named) return wrong("want a metric name", begin, at);
  }
  entry_.series = body_.substr(begin, at - begin);
  return true;
}

bool TextReader::read_suffix(size_t& at) {
  return dialect_ == Dialect::Text ? read_suffix_text(at) : read_suffix_openmetrics(at);
}

// One number up to a blank or the line's end.
bool TextReader::read_value(size_t& at) {
  const size_t begin = at;
  const char* const end = body_.data() + body_.size();
  const char* const stop = scan_decimal(body_.data() + begin, end, entry_.value);
  if (stop != nullptr && (stop == end || *stop == '\n' || *stop == ' ')) {
    at = static_cast<size_t>(stop - body_.data());
    return true;
  }
  const bool text = dialect_ == Dialect::Text;
  while (at < body_.size()) {
    const char c = body_[at];
    if (c == ' ' || c == '\n' || c == '\0' || (text && (c == '\t' || c == '{'))) break;
    ++at;
  }
  const auto value = parse_number(body_.substr(begin, at - begin));
  if (!value) return wrong("want a number", begin, at);
  entry_.value = std::isnan(*value) ? std::bit_cast<double>(kNormalNanBits) : *value;
  return true;
}

bool TextReader::read_suffix_text(size_t& at) {
  at = skip_blanks(body_, at);
  if (!read_value(at)) return false;
  at = skip_blanks(body_, at);
  entry_.timestamp_ms.reset();
  entry_.exemplar = {};
  if (at < body_.size() && is_digit(body_[at])) {
    const size_t begin = at;
    while (at < body_.size() && is_digit(body_[at])) ++at;
    entry_.timestamp_ms = parse_integer(body_.substr(begin, at - begin));
    if (!entry_.timestamp_ms) return wrong("want a timestamp in milliseconds", begin, at);
    at = skip_blanks(body_, at);
  }
  if (at < body_.size() && body_[at] != '\n') {
    const bool stamped = entry_.timestamp_ms.has_value();
    return wrong(stamped ? "want a line end after the timestamp"
                         : "want a timestamp in whole milliseconds or a line end",
                 at, find_line_end(body_, at));
  }
  at = std::min(at + 1, body_.size());
  return true;
}

bool TextReader::read_suffix_openmetrics(size_t& at) {
  if (at >= body_.size() || body_[at] != ' ') {
    return wrong("want one space and a value", at, find_line_end(body_, at));
  }
  ++at;
  if (!read_value(at)) return false;
  entry_.timestamp_ms.reset();
  entry_.exemplar = {};
  const auto at_exemplar = [&] { return body_.substr(at).starts_with(" # {"); };
  if (at < body_.size() && body_[at] == ' ' && !at_exemplar()) {
    const size_t begin = ++at;
    while (at < body_.size() && body_[at] != ' ' && body_[at] != '\n') ++at;
    entry_.timestamp_ms = parse_seconds_as_ms(body_.substr(begin, at - begin));
    if (!entry_.timestamp_ms) return wrong("want a timestamp in seconds", begin, at);
  }
  if (at_exemplar() && !read_exemplar(at)) return false;
  if (at >= body_.size()) return wrong("want a line end and \"# EOF\" as the last line", at, at);
  if (body_[at] != '\n') return wrong("want a line end", at, find_line_end(body_, at));
  ++at;
  return true;
}

// `at` is at the space before the '#'.
bool TextReader::read_exemplar(size_t& at) {
  const size_t begin = at + 3;
  LabelWalk walk(body_, begin, kExemplarRules);
  if (!walk.run([](const LabelToken&) {})) {
    return wrong(walk.problem(), walk.at(), find_line_end(body_, walk.at()));
  }
  at = walk.at();
  const auto field = [&]() -> std::optional<std::string_view> {
    if (at >= body_.size() || body_[at] != ' ') return std::nullopt;
    const size_t start = ++at;
    while (at < body_.size() && body_[at] != ' ' && body_[at] != '\n') ++at;
    return body_.substr(start, at - start);
  };
  const size_t value_at = at;
  const auto value = field();
  if (!value || !parse_number(*value)) return wrong("want a value after the exemplar's labels", value_at, at);
  const size_t time_at = at;
  const auto timestamp = field();
  if (timestamp && !parse_seconds_as_ms(*timestamp))
    return wrong("want the exemplar's timestamp", time_at, at);
  entry_.exemplar = body_.substr(begin, at - begin);
  return true;
}

}  // namespace sonde::exposition
