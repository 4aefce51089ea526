#include "common/io/gzip.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace sonde::io {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib: 16 asks for the gzip wrapper,
constexpr int kRawWindowBits = -15;       // a negative size for none.
constexpr size_t kPieceBytes = 16 * 1024;

// Owns a z_stream for one call.
class Inflater {
 public:
  explicit Inflater(int window_bits) { ready_ = ::inflateInit2(&stream_, window_bits) == Z_OK; }
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

// `noun` says in errors what the body should have been.
Result<std::string> decode(std::string_view compressed, size_t bytes_max, int window_bits,
                           const std::string& noun) {
  Inflater inflater(window_bits);
  if (!inflater.ready()) return Error(ErrorCode::LimitExceeded, noun + ": no memory for a decoder");
  z_stream& stream = inflater.stream();
  std::string out;
  std::array<char, kPieceBytes> piece;
  bool inside_member = true;
  while (true) {
    if (stream.avail_in == 0 && !compressed.empty()) {
      const size_t size = std::min<size_t>(compressed.size(), 1u << 30);
      // zlib's interface is not const-correct; it only reads.
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
      stream.avail_in = static_cast<uInt>(size);
      compressed.remove_prefix(size);
    }
    if (!inside_member) {
      if (stream.avail_in == 0) return out;
      ::inflateReset(&stream);
      inside_member = true;
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = kPieceBytes;
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    const size_t size = kPieceBytes - stream.avail_out;
    if (size > bytes_max - out.size()) {
      return Error(ErrorCode::LimitExceeded,
                   noun + ": more than " + std::to_string(bytes_max) + " bytes decoded");
    }
    out.append(piece.data(), size);
    if (result == Z_STREAM_END) {
      inside_member = false;
    } else if (result == Z_BUF_ERROR || (result == Z_OK && size == 0 && stream.avail_in == 0)) {
      return Error(ErrorCode::Truncated, noun + ": the body ends too early");
    } else if (result != Z_OK) {
      return Error(ErrorCode::Corrupt, noun + ": " + (stream.msg ? stream.msg : "damaged body"));
    }
  }
}

struct DecompressorDeleter {
  void operator()(libdeflate_decompressor* decompressor) const {
    ::libdeflate_free_decompressor(decompressor);
  }
};

// A deflate stream cannot grow by more (RFC 1951: 258 bytes from two bits).
constexpr size_t kGrowthMax = 1032;
constexpr size_t kGzipBytesMin = 18;
// Room is made before the first byte is decoded, for what a trailer says: no more than this on its word.
constexpr size_t kTrustedBytesMax = 16 << 20;

// What the trailer of the last member says was compressed, where that is possible.
size_t expected_bytes(std::string_view compressed) {
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i) {
    size |= size_t{static_cast<unsigned char>(compressed[compressed.size() - 4 + i])} << (8 * i);
  }
  return std::min(size, compressed.size() * kGrowthMax);
}

// The fast way: false when it is not one good member within the limit, and `out` is then unspecified.
bool gunzip_member(std::string_view compressed, std::string& out, size_t bytes_max) {
  if (compressed.size() < kGzipBytesMin) return false;
  const size_t expected = expected_bytes(compressed);
  if (expected > std::min(bytes_max, kTrustedBytesMax)) return false;
  thread_local const std::unique_ptr<libdeflate_decompressor, DecompressorDeleter> decompressor(
      ::libdeflate_alloc_decompressor());
  if (!decompressor) return false;
  out.resize(expected);
  size_t used = 0;
  size_t made = 0;
  const auto result = ::libdeflate_gzip_decompress_ex(
      decompressor.get(), compressed.data(), compressed.size(), out.data(), out.size(), &used, &made);
  return result == LIBDEFLATE_SUCCESS && used == compressed.size() && made == expected;
}

}  // namespace

Status gunzip_into(std::string_view compressed, std::string& out, size_t bytes_max) {
  if (gunzip_member(compressed, out, bytes_max)) return Ok{};
  auto decoded = decode(compressed, bytes_max, kGzipWindowBits, "gzip");
  if (!decoded) return decoded.error();
  out = std::move(*decoded);
  return Ok{};
}

Result<std::string> gunzip(std::string_view compressed, size_t bytes_max) {
  std::string out;
  if (auto decoded = gunzip_into(compressed, out, bytes_max); !decoded) return decoded.error();
  return out;
}

Result<std::string> inflate_raw(std::string_view compressed, size_t bytes_max) {
  return decode(compressed, bytes_max, kRawWindowBits, "deflate");
}

}  // namespace sonde::io
