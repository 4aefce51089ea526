#pragma once
// Reads a body along a memo into values by column. A line that has the expected text costs a memcmp and its
// number; one that has not is looked for a few lines ahead, then in the memo's table. What the memo does not
// know (a new series, a changed comment) needs a new memo, which the caller makes. Accepts and refuses
// exactly what TextReader does.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/exposition/text_reader.h"
#include "scraper/scrape/memo.h"

namespace sonde::scrape {

// What a body says, ready to be a row. Kept by its owner and filled again by every read.
struct BodyValues {
  std::vector<double> columns;          // of the target's group, with room for the reports
  std::vector<uint64_t> present;        // one bit per column
  std::vector<double> strays;           // by stray slot
  std::vector<int64_t> stray_times_ms;  // where the line had a timestamp
  std::vector<uint64_t> strays_present;
  // A series may come several times in a body when its timestamps differ.
  struct Repeated {
    uint32_t slot = 0;
    int64_t timestamp_ms = 0;
    double value = 0;
  };
  std::vector<Repeated> repeated;
  size_t scraped = 0;     // sample lines
  size_t kept = 0;        // of them, those that no relabel rule dropped
  size_t duplicates = 0;  // of those, the ones whose series had come before
  size_t resyncs = 0;     // lines that were not where the memo has them

  void start(const Memo& memo);
};

enum class BodyFit : uint8_t {
  Read,     // the values are complete
  Unknown,  // the memo lacks something; values are incomplete
  Broken,   // no valid exposition: BodyReader::error()
};

struct BodyReaderOptions {
  bool compare = true;  // false: parse every line, as if there were no memo but its table
  bool honor_timestamps = true;
};

class BodyReader {
 public:
  // All three outlive the reader.
  BodyReader(std::string_view body, const Memo& memo, BodyReaderOptions options, BodyValues& values);

  BodyFit read();
  const Error& error() const { return reader_.error(); }

 private:
  void take_expected_lines();
  BodyFit take_any_line();
  std::optional<size_t> find(std::string_view series) const;
  bool store(const MemoLine& line, double value, std::optional<int64_t> timestamp_ms);
  bool store_stray(const MemoLine& line, double value, std::optional<int64_t> timestamp_ms);
  bool is_expected_text(size_t begin, std::string_view series, size_t line) const;

  std::string_view body_;
  const Memo& memo_;
  const BodyReaderOptions options_;
  BodyValues& values_;
  exposition::TextReader reader_;
  size_t at_ = 0;                          // the first byte that no line has taken
  size_t line_ = 0;                        // the memo's line that is expected there
  MetricType type_ = MetricType::Untyped;  // of the last TYPE line before at_
  bool unknown_ = false;
};

// A number that ends at a newline, or nullptr where the general parser has to decide. Exact: what has more
// digits or a larger exponent than a double can take in one rounding is left to the other.
const char* read_plain_number(const char* at, const char* end, double& value);

}  // namespace sonde::scrape
