// Any bytes as the index, the tombstones and the description of a block.
#include <cstddef>
#include <cstdint>
#include <span>

#include "scraper/prometheus_tsdb/block_meta.h"
#include "scraper/prometheus_tsdb/index_reader.h"
#include "scraper/prometheus_tsdb/tombstones_file.h"
#include "tests/unit/scraper/prometheus_tsdb/formats.h"

namespace pt = sonde::prometheus_tsdb;

namespace {

void read_index(sonde::io::Bytes file) {
  const auto index = pt::IndexReader::open(file);
  if (!index) return;
  pt::IndexSeries series;
  size_t position = index->series_begin();
  for (auto more = index->next(position, series); more && *more; more = index->next(position, series))
    (void)index->labels(series);
}

// An index of these symbols and one series, with good checksums.
std::string index_of(uint8_t format, const std::string& symbols, const std::string& series) {
  std::string out = pt::be(0xbaaad700, 4) + static_cast<char>(format);
  const size_t symbols_at = out.size();
  out += pt::be(symbols.size(), 4) + symbols + pt::crc_of(symbols);
  out.resize((out.size() + 15) / 16 * 16, '\0');
  const size_t series_at = out.size();
  out += pt::varint(series.size()) + series + pt::crc_of(series);
  const std::string contents =
      pt::be(symbols_at, 8) + pt::be(series_at, 8) + pt::be(out.size(), 8) + std::string(24, '\0');
  return out + contents + pt::crc_of(contents);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const auto bytes = std::as_bytes(std::span(data + 2, size - 2));
  const std::string text(sonde::io::as_text(bytes));
  read_index(bytes);
  const size_t cut = text.size() * data[1] / 256;
  const std::string index = index_of(data[0] % 4, text.substr(0, cut), text.substr(cut));
  read_index(sonde::io::as_bytes(index));
  (void)pt::read_tombstones(bytes);
  const std::string tombstones = pt::be(0x0130ba30, 4) + "\1" + text + pt::crc_of(text);
  (void)pt::read_tombstones(sonde::io::as_bytes(tombstones));
  (void)pt::parse_block_meta(text);
  return 0;
}
