#include "script_runner.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <regex>

#include "common/core/clock.h"
#include "common/core/duration.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "memory_source.h"
#include "scraper/promql/engine.h"
#include "scraper/promql/lexer.h"

namespace sonde::promql {
namespace {

constexpr double kTolerance = 1e-6;
const double kStale = std::bit_cast<double>(uint64_t{0x7ff0000000000002});

struct ScriptSeries {
  Labels labels;
  std::vector<std::optional<double>> values;
};

struct Load {
  int64_t gap_ms = 0;
  std::vector<ScriptSeries> series;
};

struct Expectation {
  std::string kind;   // fail, warn, info, no_warn, no_info, ordered
  std::string match;  // msg, regex or ""
  std::string text;
};

struct Evaluation {
  size_t line = 0;
  std::string query;
  bool is_range = false;
  TimeSpan span;
  std::vector<Expectation> expectations;
  std::vector<ScriptSeries> series;
  std::optional<double> scalar;
  std::optional<std::string> string;
  std::optional<TimeSpan> matrix;  // the times of an expected range vector

  bool expects(std::string_view kind) const {
    return std::ranges::any_of(expectations, [&](const Expectation& e) { return e.kind == kind; });
  }
};

std::optional<int64_t> duration_ms(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int64_t ms = 0;
  if (const auto duration = parse_duration(text)) {
    ms = duration->count();
  } else if (const auto seconds = parse_number(text)) {
    ms = std::llround(*seconds * 1000);
  } else {
    return std::nullopt;
  }
  return negative ? -ms : ms;
}

// The word at the front, which is cut off.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return word;
}

std::optional<double> number(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '_');
  return parse_number(digits);
}

// "1+2x3", "4x2", "_x5", "stale", "-1".
bool append_values(std::string_view item, std::vector<std::optional<double>>& out) {
  size_t count = 0;
  const size_t times = item.rfind('x');
  std::string_view body = item;
  bool repeated = false;
  if (times != std::string_view::npos) {
    const auto repeats = parse_unsigned(item.substr(times + 1));
    if (!repeats) return false;
    count = *repeats;
    body = item.substr(0, times);
    repeated = true;
  }
  if (body == "_") {
    for (size_t i = 0; i < (repeated ? count : 1); ++i) out.emplace_back();
    return true;
  }
  if (body == "stale") {
    for (size_t i = 0; i <= count; ++i) out.emplace_back(kStale);
    return true;
  }
  if (const auto value = number(body)) {
    for (size_t i = 0; i <= count; ++i) out.emplace_back(*value);
    return true;
  }
  for (size_t sign = 1; sign < body.size(); ++sign) {
    if (body[sign] != '+' && body[sign] != '-') continue;
    const auto first = number(body.substr(0, sign));
    const auto step = number(body.substr(sign));
    if (!first || !step) continue;
    double value = *first;
    for (size_t i = 0; i <= count; ++i, value += *step) out.emplace_back(value);
    return true;
  }
  return false;
}

// Where the metric at the front of a series line ends.
size_t metric_end(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && line[at] != '{' && line[at] != ' ' && line[at] != '\t') ++at;
  if (at == line.size() || line[at] != '{') return at;
  char quote = '\0';
  for (; at < line.size(); ++at) {
    if (quote != '\0') {
      if (line[at] == '\\' && quote != '`')
        ++at;
      else if (line[at] == quote)
        quote = '\0';
    } else if (line[at] == '"' || line[at] == '\'' || line[at] == '`') {
      quote = line[at];
    } else if (line[at] == '}') {
      return at + 1;
    }
  }
  return at;
}

std::optional<Labels> parse_labels(std::string_view metric) {
  const auto brace = metric.find('{');
  if (trim(metric.substr(std::min(brace, metric.size()))) == "{}") metric = metric.substr(0, brace);
  if (metric.empty()) return Labels{};
  // A matcher that needs a value keeps an expected `{a=""}` from being refused as empty.
  auto matchers = parse_metric_selector(metric);
  if (!matchers) return std::nullopt;
  std::vector<Label> labels;
  for (const Matcher& matcher : *matchers) labels.push_back({matcher.name(), matcher.value()});
  return Labels(std::move(labels));
}

std::optional<ScriptSeries> parse_series(std::string_view line) {
  const size_t end = metric_end(line);
  auto labels = parse_labels(line.substr(0, end));
  if (!labels) return std::nullopt;
  ScriptSeries series{std::move(*labels), {}};
  std::string_view rest = line.substr(end);
  while (!trim(rest).empty()) {
    if (!append_values(take_word(rest), series.values)) return std::nullopt;
  }
  return series;
}

class Script {
 public:
  Script(std::string_view text, bool delayed) : delayed_(delayed) {
    for (const std::string_view line : split(text, '\n')) {
      const std::string_view bare = trim(line);
      lines_.push_back(bare.starts_with('#') ? std::string_view() : bare);
    }
  }

  ScriptReport run() {
    while (at_ < lines_.size()) {
      std::string_view rest = lines_[at_];
      const std::string_view word = take_word(rest);
      if (word.empty()) {
        ++at_;
      } else if (word == "clear") {
        loads_.clear();
        ++at_;
      } else if (word.starts_with("load")) {
        read_load(rest);
      } else if (word.starts_with("eval")) {
        read_and_run_eval(word, rest);
      } else {
        fail(at_, "unknown command " + quoted(word));
        ++at_;
      }
    }
    return std::move(report_);
  }

 private:
  void fail(size_t line, const std::string& message) {
    report_.failures.push_back("line " + std::to_string(line + 1) + ": " + message);
  }

  void read_load(std::string_view gap) {
    Load load{duration_ms(gap).value_or(0), {}};
    if (load.gap_ms <= 0) fail(at_, "load needs a gap");
    for (++at_; at_ < lines_.size() && !lines_[at_].empty(); ++at_) {
      auto series = parse_series(lines_[at_]);
      if (series) {
        load.series.push_back(std::move(*series));
      } else {
        fail(at_, "cannot read this series");
      }
    }
    loads_.push_back(std::move(load));
  }

  static TimeSpan read_span(std::string_view& rest) {
    TimeSpan span;
    take_word(rest);  // from
    span.start_ms = duration_ms(take_word(rest)).value_or(0);
    take_word(rest);  // to
    span.end_ms = duration_ms(take_word(rest)).value_or(0);
    take_word(rest);  // step
    span.step_ms = duration_ms(take_word(rest)).value_or(0);
    return span;
  }

  void read_and_run_eval(std::string_view word, std::string_view rest) {
    Evaluation eval;
    eval.line = at_;
    if (word.size() > 5) eval.expectations.push_back({std::string(word.substr(5)), "", ""});
    eval.is_range = take_word(rest) == "range";
    if (eval.is_range) {
      eval.span = read_span(rest);
    } else {
      if (rest.starts_with("at ")) {
        take_word(rest);
        eval.span.start_ms = duration_ms(take_word(rest)).value_or(0);
      }
      eval.span.end_ms = eval.span.start_ms;
    }
    eval.query = rest;
    for (++at_; at_ < lines_.size() && !lines_[at_].empty(); ++at_) read_expected(lines_[at_], eval);
    ++report_.evaluations;
    for (const bool one_group : {true, false}) {
      if (std::string problem = run_eval(eval, one_group); !problem.empty()) {
        fail(eval.line, eval.query + ": " + problem);
        return;
      }
    }
  }

  void read_expected(std::string_view line, Evaluation& eval) {
    std::string_view rest = line;
    if (line.starts_with("expected_fail_message") || line.starts_with("expected_fail_regexp")) {
      const bool message = take_word(rest) == "expected_fail_message";
      eval.expectations.push_back({"fail", message ? "msg" : "regex", std::string(rest)});
    } else if (line.starts_with("expect string ")) {
      const auto text = unquote(line.substr(std::string_view("expect string ").size()));
      eval.string = text ? *text : "";
    } else if (line.starts_with("expect range vector ")) {
      rest = line.substr(std::string_view("expect range vector ").size());
      eval.matrix = read_span(rest);
    } else if (line.starts_with("expect ")) {
      take_word(rest);
      Expectation expectation{std::string(take_word(rest)), "", ""};
      if (const Cut parts = cut(rest, ':'); parts.found) {
        expectation.match = parts.before;
        expectation.text = trim(parts.after);
      }
      eval.expectations.push_back(std::move(expectation));
    } else if (const auto scalar = number(line)) {
      eval.scalar = scalar;
    } else if (auto series = parse_series(line)) {
      eval.series.push_back(std::move(*series));
    } else {
      fail(at_, "cannot read this expectation");
    }
  }

  static MemoryGroup make_group(const Load& load, std::span<const ScriptSeries> series,
                                bool absence_is_stale) {
    MemoryGroup group;
    group.absence_is_stale = absence_is_stale;
    size_t count = 0;
    for (const ScriptSeries& one : series) count = std::max(count, one.values.size());
    for (size_t i = 0; i < count; ++i) group.times_ms.push_back(static_cast<int64_t>(i) * load.gap_ms);
    for (const ScriptSeries& one : series) {
      MemorySeries stored{one.labels, one.values};
      stored.values.resize(count);
      for (auto& value : stored.values) {
        const bool marker = value && std::bit_cast<uint64_t>(*value) == std::bit_cast<uint64_t>(kStale);
        if (absence_is_stale && marker) value.reset();
      }
      group.series.push_back(std::move(stored));
    }
    return group;
  }

  // As one group per load, where what is missing is merely absent; or a group per series, where a gap is a
  // marker.
  MemorySource make_source(bool one_group) const {
    MemorySource source;
    for (const Load& load : loads_) {
      if (one_group) source.groups.push_back(make_group(load, load.series, false));
      for (size_t i = 0; i < load.series.size() && !one_group; ++i) {
        const bool gaps =
            std::ranges::any_of(load.series[i].values, [](const auto& value) { return !value; });
        source.groups.push_back(make_group(load, std::span(load.series).subspan(i, 1), !gaps));
      }
    }
    return source;
  }

  std::string run_eval(const Evaluation& eval, bool one_group) const {
    const MemorySource source = make_source(one_group);
    EngineOptions options;
    options.delayed_name_removal = delayed_;
    options.parser = {true, true, true};
    const SystemClock clock;
    const Engine engine(source, clock, options);
    const auto result =
        eval.is_range ? engine.range(eval.query, eval.span) : engine.instant(eval.query, eval.span.start_ms);
    if (eval.expects("fail")) return result ? "succeeded" : check_failure(eval, result.error());
    if (!result) return result.error().message();
    if (std::string problem = check_annotations(eval, *result); !problem.empty()) return problem;
    if (std::string problem = check_result(eval, *result); !problem.empty()) return problem;
    if (result->type != ValueType::Vector || eval.is_range || eval.expects("ordered")) return {};
    return check_as_range(eval, engine, *result);
  }

  static std::string check_failure(const Evaluation& eval, const Error& error) {
    for (const Expectation& expectation : eval.expectations) {
      if (expectation.kind != "fail" || matches(expectation, error.message())) continue;
      return "failed with " + quoted(error.message(), 500);
    }
    return {};
  }

  static bool matches(const Expectation& expectation, const std::string& text) {
    if (expectation.match == "msg") return text == expectation.text;
    if (expectation.match == "regex") return std::regex_search(text, std::regex(expectation.text));
    return true;
  }

  static std::string check_annotations(const Evaluation& eval, const QueryResult& result) {
    for (const Expectation& expectation : eval.expectations) {
      const bool warn = expectation.kind.ends_with("warn");
      if (!warn && !expectation.kind.ends_with("info")) continue;
      const auto& texts = warn ? result.warnings : result.infos;
      const bool want = !expectation.kind.starts_with("no_");
      const bool found =
          std::ranges::any_of(texts, [&](const std::string& text) { return matches(expectation, text); });
      if (found == want) continue;
      return (want ? "no such annotation; has " : "unwanted annotation ") +
             (texts.empty() ? "none" : texts.front());
    }
    return {};
  }

  static bool close(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (a == b) return true;
    return std::fabs(a - b) <= kTolerance * std::max({std::fabs(a), std::fabs(b), 1e-300});
  }

  static std::string show(const ResultSeries& series) {
    std::string out = series.labels.to_string();
    for (const Point& point : series.points) {
      out += " " + std::to_string(point.time_ms) + ":";
      append_number_api(out, point.value);
    }
    return out;
  }

  static std::string check_result(const Evaluation& eval, const QueryResult& result) {
    if (eval.string) return result.text == *eval.string ? "" : "got string " + quoted(result.text);
    if (eval.scalar) {
      if (result.type == ValueType::Scalar)
        return close(result.scalar.value, *eval.scalar) ? ""
                                                        : "got scalar " + std::to_string(result.scalar.value);
      return "got no scalar";
    }
    std::vector<ResultSeries> want;
    for (const ScriptSeries& series : eval.series) {
      ResultSeries one{series.labels, {}};
      const TimeSpan span = eval.matrix.value_or(eval.span);
      for (size_t i = 0; i < series.values.size(); ++i) {
        if (!series.values[i]) continue;
        one.points.push_back({span.start_ms + static_cast<int64_t>(i) * span.step_ms, *series.values[i]});
      }
      want.push_back(std::move(one));
    }
    return compare(std::move(want), result.series, eval.expects("ordered"));
  }

  static std::string compare(std::vector<ResultSeries> want, std::vector<ResultSeries> got, bool ordered) {
    if (!ordered) {
      std::ranges::sort(want, {}, &ResultSeries::labels);
      std::ranges::sort(got, {}, &ResultSeries::labels);
    }
    for (size_t i = 0; i < std::max(want.size(), got.size()); ++i) {
      if (i >= want.size()) return "also got " + show(got[i]);
      if (i >= got.size()) return "did not get " + show(want[i]);
      bool same = want[i].labels == got[i].labels && want[i].points.size() == got[i].points.size();
      for (size_t k = 0; same && k < want[i].points.size(); ++k) {
        const Point& a = want[i].points[k];
        const Point& b = got[i].points[k];
        same = a.time_ms == b.time_ms && close(a.value, b.value);
      }
      if (!same) return "want " + show(want[i]) + ", got " + show(got[i]);
    }
    return {};
  }

  // The middle of three steps must be what the instant query gave.
  static std::string check_as_range(const Evaluation& eval, const Engine& engine,
                                    const QueryResult& instant) {
    for (const std::string_view word : {"start()", "end()", "step()", "range()"}) {
      if (eval.query.find(word) != std::string::npos) return {};
    }
    constexpr int64_t kStepMs = 60'000;
    const int64_t at = eval.span.start_ms;
    const auto result = engine.range(eval.query, {at - kStepMs, at + kStepMs, kStepMs});
    if (!result) return {};  // A neighbour may fail where this step does not.
    std::vector<ResultSeries> middle;
    for (const ResultSeries& series : result->series) {
      for (const Point& point : series.points) {
        if (point.time_ms == at) middle.push_back({series.labels, {point}});
      }
    }
    const std::string problem = compare(instant.series, std::move(middle), false);
    return problem.empty() ? "" : "as a range query: " + problem;
  }

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
  bool delayed_;
  std::vector<Load> loads_;
  ScriptReport report_;
};

}  // namespace

ScriptReport run_script(std::string_view text, bool delayed_name_removal) {
  return Script(text, delayed_name_removal).run();
}

}  // namespace sonde::promql
