#pragma once
// Reads a body in text format 0.0.4 / 1.0.0 or OpenMetrics 0.0.1 / 1.0.0, entry by entry, without allocating:
// views point into the body, which must outlive the reader. Accepts and refuses what the reference's parsers
// do, their quirks included. Decoding a series into labels is a step of its own (decode_series), because a
// scraper that knows the series' text needs none. Protobuf bodies are turned into text first
// (protobuf_reader.h). One thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/metrics/family.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {

enum class Dialect : uint8_t { Text, OpenMetrics };

enum class EntryKind : uint8_t {
  Sample,  // series, value, timestamp_ms, exemplar
  Help,    // name, text
  Type,    // name, type
  Unit,    // name, text
  End,     // the body is over and was good
  Failed,  // error() says what and where; the reader stays here
};

struct Entry {
  // Name and label block exactly as in the body, without blanks around it: `foo{a="b"}`, `{"a.b",c="d"}`.
  std::string_view series;
  double value = 0;  // every NaN is the reference's ordinary NaN
  std::optional<int64_t> timestamp_ms;
  // OpenMetrics: what stands after " # " (`{trace_id="x"} 0.5 1700000000.1`), checked; empty when there is
  // none.
  std::string_view exemplar;

  // Help, Type and Unit. `name` is without quotes and still escaped, `text` still escaped (see unescape).
  std::string_view name;
  std::string_view text;
  MetricType type = MetricType::Untyped;
};

class TextReader {
 public:
  TextReader(std::string_view body, Dialect dialect) : body_(body), dialect_(dialect) {}

  // Moves to the next entry. Comments and blank lines are passed over.
  EntryKind next();

  // When the line at hand is `series` followed by a blank and a well-formed rest: takes it as next() would
  // and returns true, without looking into the label block. Otherwise returns false and stays where it is;
  // call next() then. `series` must be what an entry of the same dialect had.
  bool next_known(std::string_view series);

  // The entry that next() or next_known() moved to; changed by the next call.
  const Entry& entry() const { return entry_; }

  // After Failed: message and byte range in the body; "line 12: …".
  const Error& error() const { return *error_; }

  // Where the next line begins. A caller that compares lines itself may skip them with set_offset(), to the
  // start of a line only.
  size_t offset() const { return at_; }
  void set_offset(size_t offset) { at_ = offset; }
  std::string_view body() const { return body_; }

 private:
  EntryKind fail(std::string_view message, size_t begin, size_t end);
  EntryKind next_text();
  EntryKind next_openmetrics();
  EntryKind read_hash_text();
  EntryKind read_hash_openmetrics();
  EntryKind read_metadata(EntryKind kind, size_t at);
  EntryKind check_metadata(EntryKind kind, size_t begin, size_t line_end);
  EntryKind read_sample();
  bool read_series(size_t& at);
  bool read_suffix(size_t& at);
  bool read_suffix_text(size_t& at);
  bool read_suffix_openmetrics(size_t& at);
  bool read_value(size_t& at);
  bool read_exemplar(size_t& at);
  bool wrong(std::string_view problem, size_t begin, size_t end);

  std::string_view body_;
  Dialect dialect_;
  size_t at_ = 0;  // the first byte that no entry has taken
  Entry entry_;
  // What a step that returned false found; becomes error_ only when nothing else can read the line.
  std::string_view problem_;
  ByteRange problem_range_;
  std::optional<Error> error_;
};

// The labels of Entry::series, with __name__: escapes resolved, quoted names taken, empty values left out.
// Fails on a label name that occurs twice. The series must come from a reader. `normalize` is the type of the
// last TYPE line: `le` of a histogram and `quantile` of a summary are rewritten as floats
// ("1" becomes "1.0", "0.90" "0.9"). Untyped rewrites nothing.
Result<Labels> decode_series(std::string_view series, MetricType normalize = MetricType::Untyped);

// The metric name of a series, quotes taken off and escapes resolved.
std::string decode_metric_name(std::string_view series);

struct Exemplar {
  Labels labels;
  double value = 0;
  std::optional<int64_t> timestamp_ms;
  size_t label_runes = 0;  // names and values; the reference drops exemplars above kExemplarRunesMax
};
inline constexpr size_t kExemplarRunesMax = 128;
Result<Exemplar> decode_exemplar(std::string_view exemplar);

// `\\`, `\n` and, where `quotes`, `\"` resolved; any other backslash stays. Quotes are escaped in names,
// label values and OpenMetrics' help texts, not in help texts of the text format.
std::string unescape(std::string_view text, bool quotes);

// A float as the reference writes it in `le` and `quantile`: "1.0", "0.9", "1e+06", "+Inf".
void append_openmetrics_float(std::string& out, double value);

}  // namespace sonde::exposition
