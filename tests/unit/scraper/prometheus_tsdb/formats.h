#pragma once
// Writes what Prometheus writes, after its format documents (tsdb/docs/format/*.md): blocks, logs, head
// chunks. For tests of what reads them.

#include <zstd.h>

#include <algorithm>
#include <array>

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/sample.h"

namespace sonde::prometheus_tsdb {

inline bool operator==(const Sample& a, const Sample& b) {
  return a.time_ms == b.time_ms && std::bit_cast<uint64_t>(a.value) == std::bit_cast<uint64_t>(b.value);
}

inline constexpr uint64_t kStale = 0x7ff0000000000002;

inline std::string be(uint64_t value, int bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>((value >> (8 * bytes)) & 0xff);
  return out;
}

inline std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  return out + static_cast<char>(value);
}

inline std::string signed_varint(int64_t value) {
  return varint(io::zigzag(value));
}

inline std::string sized(std::string_view text) {
  return varint(text.size()) + std::string(text);
}

inline std::string crc_of(std::string_view bytes) {
  return be(io::crc32c(io::as_bytes(bytes)), 4);
}

class BitWriter {
 public:
  void bits(uint64_t value, int count) {
    while (count-- > 0) {
      if (used_ == 0) bytes_ += '\0';
      bytes_.back() =
          static_cast<char>(static_cast<uint8_t>(bytes_.back()) | (((value >> count) & 1) << (7 - used_)));
      used_ = (used_ + 1) % 8;
    }
  }
  void bytes(std::string_view text) {
    for (const char c : text) bits(static_cast<uint8_t>(c), 8);
  }
  const std::string& text() const { return bytes_; }

 private:
  std::string bytes_;
  int used_ = 0;
};

// A chunk of encoding XOR.
inline std::string xor_chunk(const std::vector<Sample>& samples) {
  BitWriter out;
  out.bits(samples.size(), 16);
  int leading = -1;
  int trailing = 0;
  uint64_t step = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto value = std::bit_cast<uint64_t>(samples[i].value);
    if (i == 0) {
      out.bytes(signed_varint(samples[i].time_ms));
      out.bits(value, 64);
      continue;
    }
    const auto now = static_cast<uint64_t>(samples[i].time_ms - samples[i - 1].time_ms);
    const auto change = static_cast<int64_t>(now - step);
    step = now;
    const auto fits = [&](int bits) {
      return change >= -((1LL << (bits - 1)) - 1) && change <= 1LL << (bits - 1);
    };
    if (i == 1) {
      out.bytes(varint(now));
    } else if (change == 0) {
      out.bits(0, 1);
    } else if (fits(14)) {
      out.bits(0b10, 2);
      out.bits(static_cast<uint64_t>(change), 14);
    } else if (fits(17)) {
      out.bits(0b110, 3);
      out.bits(static_cast<uint64_t>(change), 17);
    } else if (fits(20)) {
      out.bits(0b1110, 4);
      out.bits(static_cast<uint64_t>(change), 20);
    } else {
      out.bits(0b1111, 4);
      out.bits(static_cast<uint64_t>(change), 64);
    }
    const uint64_t difference = value ^ std::bit_cast<uint64_t>(samples[i - 1].value);
    if (difference == 0) {
      out.bits(0, 1);
      continue;
    }
    const int zeros_before = std::min(31, std::countl_zero(difference));
    const int zeros_after = std::countr_zero(difference);
    if (leading >= 0 && zeros_before >= leading && zeros_after >= trailing) {
      out.bits(0b10, 2);
    } else {
      leading = zeros_before;
      trailing = zeros_after;
      out.bits(0b11, 2);
      out.bits(static_cast<uint64_t>(leading), 5);
      out.bits(static_cast<uint64_t>(64 - leading - trailing) & 63, 6);
    }
    out.bits(difference >> trailing, 64 - leading - trailing);
  }
  return out.text();
}

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

struct WrittenChunk {
  std::vector<Sample> samples;  // at least one; of a histogram only its times count
  uint8_t encoding = 1;
  std::string data;  // when not empty: instead of the samples

  std::string bytes() const { return data.empty() ? xor_chunk(samples) : data; }
};

struct WrittenSeries {
  LabelPairs labels;
  std::vector<WrittenChunk> chunks;
};

struct WrittenBlock {
  std::string index;
  std::string chunks;                // the one file
  std::vector<uint64_t> references;  // of the series
};

// The files of a block in index format 1 or 2; series sorted by their labels.
inline WrittenBlock write_block(const std::vector<WrittenSeries>& series, int format = 2) {
  WrittenBlock out;
  std::string& chunks = out.chunks;
  std::string& index = out.index;
  chunks = be(0x85bd40dd, 4) + std::string("\1\0\0\0", 4);
  std::map<std::string, uint64_t> symbols;
  for (const WrittenSeries& one : series) {
    for (const auto& [name, value] : one.labels) symbols[name] = symbols[value] = 0;
  }
  index = be(0xbaaad700, 4) + static_cast<char>(format);
  std::string table = be(symbols.size(), 4);
  uint64_t number = 0;
  for (auto& [text, symbol] : symbols) {
    symbol = format == 1 ? index.size() + 4 + table.size() : number++;
    table += sized(text);
  }
  const size_t symbols_at = index.size();
  index += be(table.size(), 4) + table + crc_of(table);
  if (format != 1) index.resize((index.size() + 15) / 16 * 16, '\0');
  const size_t series_at = index.size();
  for (const WrittenSeries& one : series) {
    if (format != 1) index.resize((index.size() + 15) / 16 * 16, '\0');
    out.references.push_back(format == 1 ? index.size() : index.size() / 16);
    std::string entry = varint(one.labels.size());
    for (const auto& [name, value] : one.labels) entry += varint(symbols[name]) + varint(symbols[value]);
    entry += varint(one.chunks.size());
    int64_t before_ms = 0;
    int64_t reference_before = 0;
    for (size_t i = 0; i < one.chunks.size(); ++i) {
      const WrittenChunk& chunk = one.chunks[i];
      const int64_t first_ms = chunk.samples.front().time_ms;
      const int64_t last_ms = chunk.samples.back().time_ms;
      const auto reference = static_cast<int64_t>(chunks.size());
      entry += i == 0 ? signed_varint(first_ms) : varint(static_cast<uint64_t>(first_ms - before_ms));
      entry += varint(static_cast<uint64_t>(last_ms - first_ms));
      entry +=
          i == 0 ? varint(static_cast<uint64_t>(reference)) : signed_varint(reference - reference_before);
      before_ms = last_ms;
      reference_before = reference;
      const std::string data = chunk.bytes();
      const std::string covered = static_cast<char>(chunk.encoding) + data;
      chunks += varint(data.size()) + covered + crc_of(covered);
    }
    index += varint(entry.size()) + entry + crc_of(entry);
  }
  index.resize((index.size() + 3) / 4 * 4, '\0');
  const size_t end = index.size();
  index += be(8, 4) + be(0, 8) + crc_of(be(0, 8));  // a section that is not read
  std::string contents =
      be(symbols_at, 8) + be(series_at, 8) + be(end, 8) + be(end, 8) + be(end, 8) + be(end, 8);
  index += contents + crc_of(contents);
  return out;
}

// A file of tombstones: (series, first time, last time).
inline std::string write_tombstones(const std::vector<std::array<int64_t, 3>>& intervals) {
  std::string content;
  for (const auto& [series, first_ms, last_ms] : intervals)
    content += varint(static_cast<uint64_t>(series)) + signed_varint(first_ms) + signed_varint(last_ms);
  return be(0x0130ba30, 4) + "\1" + content + crc_of(content);
}

inline std::string series_record(const std::vector<std::pair<uint64_t, LabelPairs>>& series) {
  std::string out("\1");
  for (const auto& [reference, labels] : series) {
    out += be(reference, 8) + varint(labels.size());
    for (const auto& [name, value] : labels) out += sized(name) + sized(value);
  }
  return out;
}

inline std::string samples_record(const std::vector<std::pair<uint64_t, Sample>>& samples) {
  std::string out("\2");
  for (const auto& [reference, sample] : samples) {
    const auto& [first, first_sample] = samples.front();
    if (out.size() == 1) out += be(first, 8) + be(static_cast<uint64_t>(first_sample.time_ms), 8);
    out += signed_varint(static_cast<int64_t>(reference - first)) +
           signed_varint(sample.time_ms - first_sample.time_ms) +
           be(std::bit_cast<uint64_t>(sample.value), 8);
  }
  return out;
}

inline std::string tombstones_record(const std::vector<std::array<int64_t, 3>>& intervals) {
  std::string out("\3");
  for (const auto& [series, first_ms, last_ms] : intervals)
    out += be(static_cast<uint64_t>(series), 8) + signed_varint(first_ms) + signed_varint(last_ms);
  return out;
}

// Data as snappy's block format: literals only, which is legal and needs no search.
inline std::string snappy_of(std::string_view text) {
  std::string out = varint(text.size());
  for (size_t at = 0; at < text.size(); at += 60) {
    const auto piece = text.substr(at, 60);
    out += static_cast<char>((piece.size() - 1) << 2);
    out += piece;
  }
  return out;
}

inline std::string zstd_of(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

// A log's segment; `flags` 8 marks snappy, 16 zstd.
inline std::string log_segment(const std::vector<std::string>& records, int flags = 0) {
  constexpr size_t kPage = 32 * 1024;
  std::string out;
  for (const std::string& record : records) {
    std::string data = flags == 8 ? snappy_of(record) : flags == 16 ? zstd_of(record) : record;
    for (bool is_first = true; is_first || !data.empty(); is_first = false) {
      size_t room = kPage - out.size() % kPage;
      if (room <= 7) {
        out.append(room, '\0');
        room = kPage;
      }
      const std::string piece = data.substr(0, room - 7);
      data.erase(0, piece.size());
      const int type = is_first ? (data.empty() ? 1 : 2) : (data.empty() ? 4 : 3);
      out += static_cast<char>(type | flags);
      out += be(piece.size(), 2) + crc_of(piece) + piece;
    }
  }
  return out;
}

struct WrittenHeadChunk {
  uint64_t series = 0;
  WrittenChunk chunk;
  bool is_late = false;
};

inline std::string head_chunk_file(const std::vector<WrittenHeadChunk>& chunks, size_t zeros = 0) {
  std::string out = be(0x0130bc91, 4) + std::string("\1\0\0\0", 4);
  for (const WrittenHeadChunk& one : chunks) {
    const std::string data = one.chunk.bytes();
    const std::string covered =
        be(one.series, 8) + be(static_cast<uint64_t>(one.chunk.samples.front().time_ms), 8) +
        be(static_cast<uint64_t>(one.chunk.samples.back().time_ms), 8) +
        static_cast<char>(one.chunk.encoding | (one.is_late ? 0x80 : 0)) + varint(data.size()) + data;
    out += covered + crc_of(covered);
  }
  return out + std::string(zeros, '\0');
}

inline std::string meta_json(int64_t time_min_ms, int64_t time_max_ms, std::string_view compaction = "{}") {
  return R"({"ulid":"01AAAAAAAAAAAAAAAAAAAAAAAA","version":1,"minTime":)" + std::to_string(time_min_ms) +
         ",\"maxTime\":" + std::to_string(time_max_ms) +
         ",\"stats\":{\"numSamples\":7},\"compaction\":" + std::string(compaction) + "}";
}

}  // namespace sonde::prometheus_tsdb
