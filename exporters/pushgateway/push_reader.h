#pragma once
// Reads the text of a push, format 0.0.4 as the reference's expfmt parser takes it (which is stricter than
// the server's own: a blank after a value, an unknown escape or a second TYPE line are errors), and joins
// each metric with the group's labels in the same pass. One body per reader. One thread.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/core/result.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/pushed_family.h"

namespace sonde::pushgateway {

// In one push; what a body can say in few bytes is not to fill the memory.
inline constexpr size_t kBodyMetricsMax = 2'000'000;
inline constexpr size_t kBodyLabelBytesMax = size_t{1} << 30;

struct PushedBody {
  std::vector<PushedFamily> families;  // in the order of the body, each with a metric at least
  // What the consistency check refuses and only the reader sees.
  bool has_timestamps = false;
  std::string reserved_label;  // a label of the body that begins with "__"; "" is none
};

class PushReader {
 public:
  // `body` and `key` must outlive the reader. With `utf8_names` names may be anything.
  PushReader(std::string_view body, const GroupingKey& key, bool utf8_names);

  // The whole body, or the first error ("text format parsing error in line 3: …"); LimitExceeded for too
  // much.
  Result<PushedBody> read();

 private:
  struct BodyLabel {
    std::string_view name;
    std::string_view value;  // as it stands in the body: the escapes are those that we write
  };
  struct FamilyState {
    bool has_type = false;
    // Histograms and summaries: the body's labels of a metric (without le, quantile) to its index.
    std::unordered_map<std::string, size_t> metrics{};
  };
  // What a sample's name says beside its family.
  enum class Part : uint8_t { Value, Count, Sum };

  bool fail(std::string message);
  void skip_blanks();
  bool line_ended() const { return cursor_ == line_end_; }
  char next() const { return cursor_ == line_end_ ? '\n' : *cursor_; }

  bool read_line();
  bool read_comment();
  bool read_help(PushedFamily& family);
  bool read_type(size_t family);
  bool read_sample();
  bool read_labels();
  bool read_label();
  bool read_name_in_braces(std::string_view name);
  bool read_label_value(std::string_view& value);
  bool add_label(std::string_view name, std::string_view value);
  bool read_value();
  bool read_timestamp();
  // A metric's or label's name, quoted or not, at the cursor; empty where there is none.
  bool read_name(bool metric, std::string_view& name);
  bool read_quoted(std::string_view& text);

  bool select_family(std::string_view name);
  bool select_part_of(std::string_view name, std::string_view suffix, Part part);
  PushedMetric& metric_of_labels();
  void append_labels(PushedFamily& family, PushedMetric& metric);
  bool store(double value);

  std::string_view body_;
  bool utf8_names_;
  size_t line_number_ = 0;
  const char* cursor_ = nullptr;
  const char* line_end_ = nullptr;
  std::string error_;
  ErrorCode error_code_ = ErrorCode::InvalidArgument;
  size_t metric_count_ = 0;
  size_t label_bytes_ = 0;

  std::vector<BodyLabel> key_labels_;     // sorted, values escaped
  std::vector<std::string> key_texts_;    // what their values point into
  std::deque<std::string> quoted_names_;  // what the quoted names of a line point into

  PushedBody out_;
  std::vector<FamilyState> states_;
  std::map<std::string, size_t, std::less<>> index_;
  // The line at hand.
  std::string last_name_;  // of the last sample, whose family and part are those below
  size_t family_ = 0;
  Part part_ = Part::Value;
  bool named_ = false;
  double bound_ = 0;
  bool has_bound_ = false;
  std::vector<BodyLabel> labels_;
};

}  // namespace sonde::pushgateway
