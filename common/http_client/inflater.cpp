#include "common/http_client/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "common/core/check.h"

namespace sonde::http {
namespace {

constexpr int kGzipWindowBits = 16 + MAX_WBITS;
constexpr size_t kPieceBytes = 32 * 1024;

}  // namespace

struct Inflater::State {
  z_stream stream{};
  bool member_ended = false;
  std::array<char, kPieceBytes> piece{};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  check(inflateInit2(&state_->stream, kGzipWindowBits) == Z_OK, "zlib starts");
}

Inflater::~Inflater() {
  inflateEnd(&state_->stream);
}

void Inflater::start() {
  inflateReset2(&state_->stream, kGzipWindowBits);
  state_->member_ended = false;
}

Status Inflater::write(const char* input, size_t size, std::string& out, size_t out_bytes_max) {
  z_stream& stream = state_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input));
  stream.avail_in = static_cast<uInt>(size);
  for (;;) {
    if (state_->member_ended) {
      if (stream.avail_in == 0) return Ok{};
      inflateReset(&stream);
      state_->member_ended = false;
    }
    stream.next_out = reinterpret_cast<Bytef*>(state_->piece.data());
    stream.avail_out = static_cast<uInt>(state_->piece.size());
    const int rc = inflate(&stream, Z_NO_FLUSH);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
      return Error(ErrorCode::Corrupt,
                   stream.msg == nullptr ? "gzip: invalid data" : "gzip: " + std::string(stream.msg));
    }
    const size_t got = state_->piece.size() - stream.avail_out;
    if (got > out_bytes_max - std::min(out_bytes_max, out.size())) {
      return Error(ErrorCode::LimitExceeded, "body size limit exceeded");
    }
    out.append(state_->piece.data(), got);
    state_->member_ended = rc == Z_STREAM_END;
    if (!state_->member_ended && stream.avail_out > 0) return Ok{};  // All input is used up.
  }
}

bool Inflater::complete() const {
  return state_->member_ended;
}

}  // namespace sonde::http
