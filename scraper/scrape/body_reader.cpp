#include "scraper/scrape/body_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sonde::scrape {
namespace {

// Series vanish and come a few at a time; what is further away is found faster in the table.
constexpr size_t kLinesAheadMax = 8;

constexpr uint64_t kExactMantissaMax = uint64_t{1} << 53;
constexpr int kExactPowerMax = 22;
constexpr std::array<double, kExactPowerMax + 1> kPowersOfTen{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kMantissaDigitsMax = 18;  // Fits 64 bits whatever the digits are.

bool test_and_set(std::vector<uint64_t>& bits, uint32_t index) {
  uint64_t& word = bits[index / 64];
  const uint64_t bit = uint64_t{1} << (index % 64);
  const bool was_set = (word & bit) != 0;
  word |= bit;
  return was_set;
}

// "e+09" and the like; moves `at` behind it. False where there is no digit or too many.
bool read_exponent(const char*& at, const char* end, int& exponent) {
  ++at;
  const bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) ++at;
  int digits = 0;
  int magnitude = 0;
  for (; at < end && *at >= '0' && *at <= '9' && digits < 4; ++at, ++digits)
    magnitude = magnitude * 10 + (*at - '0');
  exponent += negative ? -magnitude : magnitude;
  return digits > 0;
}

}  // namespace

const char* read_plain_number(const char* at, const char* end, double& value) {
  const bool negative = at < end && *at == '-';
  if (negative) ++at;
  uint64_t mantissa = 0;
  const char* const first = at;
  for (; at < end && *at >= '0' && *at <= '9'; ++at)
    mantissa = mantissa * 10 + static_cast<uint64_t>(*at - '0');
  auto digits = at - first;
  if (digits == 0) return nullptr;
  int exponent = 0;
  if (at < end && *at == '.') {
    const char* const fraction = ++at;
    for (; at < end && *at >= '0' && *at <= '9'; ++at)
      mantissa = mantissa * 10 + static_cast<uint64_t>(*at - '0');
    exponent = -static_cast<int>(std::min<std::ptrdiff_t>(at - fraction, 1000));
    digits += at - fraction;
    if (at == fraction) return nullptr;
  }
  if (digits > kMantissaDigitsMax) return nullptr;
  if (at < end && (*at == 'e' || *at == 'E') && !read_exponent(at, end, exponent)) return nullptr;
  if (at >= end || *at != '\n') return nullptr;
  auto magnitude = static_cast<double>(mantissa);
  if (exponent != 0) {
    if (mantissa > kExactMantissaMax || exponent < -kExactPowerMax || exponent > kExactPowerMax)
      return nullptr;
    magnitude = exponent < 0 ? magnitude / kPowersOfTen[static_cast<size_t>(-exponent)]
                             : magnitude * kPowersOfTen[static_cast<size_t>(exponent)];
  }
  value = negative ? -magnitude : magnitude;
  return at + 1;
}

void BodyValues::start(const Memo& memo) {
  columns.resize(memo.row_size);
  present.assign((memo.row_size + 63) / 64, 0);
  strays.resize(memo.stray_count);
  stray_times_ms.resize(memo.stray_count);
  strays_present.assign((memo.stray_count + 63) / 64, 0);
  repeated.clear();
  scraped = kept = duplicates = resyncs = 0;
}

BodyReader::BodyReader(std::string_view body, const Memo& memo, BodyReaderOptions options, BodyValues& values)
    : body_(body), memo_(memo), options_(options), values_(values), reader_(body, memo.dialect) {}

BodyFit BodyReader::read() {
  values_.start(memo_);
  for (;;) {
    if (options_.compare) {
      take_expected_lines();
      if (unknown_) return BodyFit::Unknown;
      if (line_ == memo_.lines.size() && body_.substr(at_) == memo_.tail()) return BodyFit::Read;
    }
    const size_t scraped_before = values_.scraped;
    const BodyFit fit = take_any_line();
    if (fit != BodyFit::Read || values_.scraped == scraped_before) return fit;
  }
}

// The hot loop: as many lines as come in the memo's order.
void BodyReader::take_expected_lines() {
  const char* const body = body_.data();
  const char* const end = body + body_.size();
  const char* const text = memo_.text.data();
  const size_t line_count = memo_.lines.size();
  const char* at = body + at_;
  size_t begin = line_ == 0 ? 0 : memo_.lines[line_ - 1].end;
  while (line_ < line_count) {
    const MemoLine& line = memo_.lines[line_];
    const size_t size = line.end - begin;
    if (static_cast<size_t>(end - at) <= size || std::memcmp(at, text + begin, size) != 0) break;
    double value = 0;
    std::optional<int64_t> timestamp_ms;
    const char* next = read_plain_number(at + size, end, value);
    if (next == nullptr) {
      reader_.set_offset(static_cast<size_t>(at - body) + (line.series_begin - begin));
      if (!reader_.next_known(memo_.series(line_))) break;
      value = reader_.entry().value;
      timestamp_ms = reader_.entry().timestamp_ms;
      next = body + reader_.offset();
    }
    if (!store(line, value, timestamp_ms)) {
      unknown_ = true;
      break;
    }
    type_ = line.type;
    at = next;
    begin = line.end;
    ++line_;
  }
  at_ = static_cast<size_t>(at - body);
}

// One line by the general parser. BodyFit::Read without a further sample: the body is over.
BodyFit BodyReader::take_any_line() {
  reader_.set_offset(at_);
  for (;;) {
    switch (reader_.next()) {
      case exposition::EntryKind::Help:
      case exposition::EntryKind::Unit:
        continue;
      case exposition::EntryKind::Type:
        type_ = reader_.entry().type;
        continue;
      case exposition::EntryKind::End:
        return BodyFit::Read;
      case exposition::EntryKind::Failed:
        return BodyFit::Broken;
      case exposition::EntryKind::Sample:
        break;
    }
    break;
  }
  const exposition::Entry& entry = reader_.entry();
  const auto found = find(entry.series);
  if (!found || memo_.lines[*found].type != type_) return BodyFit::Unknown;
  if (options_.compare && *found == line_ && !is_expected_text(at_, entry.series, line_))
    return BodyFit::Unknown;
  values_.resyncs += *found == line_ ? 0 : 1;
  if (!store(memo_.lines[*found], entry.value, entry.timestamp_ms)) return BodyFit::Unknown;
  line_ = *found + 1;
  at_ = reader_.offset();
  return BodyFit::Read;
}

std::optional<size_t> BodyReader::find(std::string_view series) const {
  if (options_.compare) {
    const size_t end = std::min(line_ + kLinesAheadMax, memo_.lines.size());
    for (size_t i = line_; i < end; ++i) {
      if (memo_.series(i) == series) return i;
    }
  }
  return memo_.find(series);
}

// Whether the comments before the series are the memo's, too.
bool BodyReader::is_expected_text(size_t begin, std::string_view series, size_t line) const {
  const auto series_begin = static_cast<size_t>(series.data() - body_.data());
  const std::string_view text = memo_.line_text(line);
  const size_t comments_size = series_begin - begin;
  const size_t expected_begin = line == 0 ? 0 : memo_.lines[line - 1].end;
  return memo_.lines[line].series_begin - expected_begin == comments_size &&
         text.substr(0, comments_size) == body_.substr(begin, comments_size);
}

// False where the line is not of the memo's kind: it has got a timestamp, or lost it.
bool BodyReader::store(const MemoLine& line, double value, std::optional<int64_t> timestamp_ms) {
  ++values_.scraped;
  if (line.kind == LineKind::Dropped) return true;
  ++values_.kept;
  if (!options_.honor_timestamps) timestamp_ms.reset();
  if (line.kind == LineKind::Stray) return store_stray(line, value, timestamp_ms);
  if (timestamp_ms) return false;
  if (test_and_set(values_.present, line.slot)) {
    ++values_.duplicates;
  } else {
    values_.columns[line.slot] = value;
  }
  return true;
}

bool BodyReader::store_stray(const MemoLine& line, double value, std::optional<int64_t> timestamp_ms) {
  const auto after = std::ranges::upper_bound(memo_.strays, line.slot, {}, &StrayGroup::slot_begin);
  const bool stamped = std::prev(after)->stamped;
  if (stamped != timestamp_ms.has_value()) return false;
  if (!test_and_set(values_.strays_present, line.slot)) {
    values_.strays[line.slot] = value;
    if (stamped) values_.stray_times_ms[line.slot] = *timestamp_ms;
  } else if (stamped) {
    values_.repeated.push_back({.slot = line.slot, .timestamp_ms = *timestamp_ms, .value = value});
  } else {
    ++values_.duplicates;
  }
  return true;
}

}  // namespace sonde::scrape
