#include "exporters/blackbox/body_coding.h"

#include <brotli/decode.h>

#include <array>
#include <memory>

#include "common/core/text.h"
#include "common/io/gzip.h"

namespace sonde::blackbox {
namespace {

constexpr size_t kPieceBytes = 16 * 1024;

Result<std::string> decode_brotli(std::string_view body, uint64_t bytes_max) {
  const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> state(
      ::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), ::BrotliDecoderDestroyInstance);
  const auto* next_in = reinterpret_cast<const uint8_t*>(body.data());
  size_t left_in = body.size();
  std::string out;
  std::array<uint8_t, kPieceBytes> piece;
  for (;;) {
    uint8_t* next_out = piece.data();
    size_t left_out = piece.size();
    const auto result =
        ::BrotliDecoderDecompressStream(state.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - left_out);
    if (out.size() > bytes_max) return Error(ErrorCode::LimitExceeded, "brotli: body is too large");
    if (result == BROTLI_DECODER_RESULT_SUCCESS) return out;
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT)
      return Error(ErrorCode::Truncated, "brotli: unexpected EOF");
    if (result == BROTLI_DECODER_RESULT_ERROR) return Error(ErrorCode::Corrupt, "brotli: body is damaged");
  }
}

}  // namespace

Result<std::string> decompress(std::string_view coding, std::string body, uint64_t bytes_max) {
  const std::string name = to_lower_ascii(coding);
  if (name == "gzip") return io::gunzip(body, bytes_max);
  if (name == "deflate") return io::inflate_raw(body, bytes_max);
  if (name == "br") return decode_brotli(body, bytes_max);
  return body;
}

}  // namespace sonde::blackbox
