#include "scraper/prometheus_tsdb/record_compression.h"

#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace sonde::prometheus_tsdb {
namespace {

constexpr size_t kFirstStepBytes = 4096;

Error too_large(size_t bytes_max) {
  return {ErrorCode::LimitExceeded, "a record of more than " + std::to_string(bytes_max) + " bytes"};
}

Status uncompress_snappy(io::Bytes data, size_t bytes_max, std::string& out) {
  const auto* text = reinterpret_cast<const char*>(data.data());
  size_t size = 0;
  if (!::snappy::GetUncompressedLength(text, data.size(), &size))
    return Error(ErrorCode::Corrupt, "the record is no snappy data");
  if (size > bytes_max) return too_large(bytes_max);
  // Snappy makes 64 bytes of 3 at most: a larger claim is a lie, and costs no memory.
  if (size / 64 > data.size() || !::snappy::IsValidCompressedBuffer(text, data.size()))
    return Error(ErrorCode::Corrupt, "the record is no snappy data");
  if (!::snappy::Uncompress(text, data.size(), &out))
    return Error(ErrorCode::Corrupt, "the record is no snappy data");
  return Ok{};
}

// In steps, since a frame need not say how large it is, and may lie.
Status uncompress_zstd(io::Bytes data, size_t bytes_max, std::string& out) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  out.clear();
  const size_t first_step = std::max(kFirstStepBytes, 4 * data.size());
  size_t left = 1;
  while (left > 0) {
    const size_t before = out.size();
    if (before >= bytes_max) return too_large(bytes_max);
    out.resize(std::min(bytes_max, before + std::max(first_step, before)));
    ZSTD_outBuffer piece{out.data() + before, out.size() - before, 0};
    left = ZSTD_decompressStream(context.get(), &piece, &in);
    out.resize(before + piece.pos);
    if (ZSTD_isError(left) != 0 || (left > 0 && piece.pos == 0 && in.pos == in.size))
      return Error(ErrorCode::Corrupt, "the record is no zstd data");
  }
  if (in.pos != in.size) return Error(ErrorCode::Corrupt, "the record has bytes behind its zstd data");
  return Ok{};
}

}  // namespace

Status uncompress_record(RecordCompression kind, io::Bytes data, size_t bytes_max, std::string& out) {
  return kind == RecordCompression::Snappy ? uncompress_snappy(data, bytes_max, out)
                                           : uncompress_zstd(data, bytes_max, out);
}

}  // namespace sonde::prometheus_tsdb
