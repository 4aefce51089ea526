#include "common/http_server/gzip_encoder.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

#include "common/core/check.h"
#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::http {
namespace {

// Level 1: a page of metrics shrinks about eightfold, and higher levels cost more CPU than they save network.
constexpr int kLevel = 1;
constexpr int kWindowBits = 15 + 16;  // + 16: a gzip header instead of zlib's
constexpr int kMemoryLevel = 8;
constexpr size_t kPieceBytes = 16 * 1024;

// The q value of one list member's parameters ("q=0.5;x=y"); 1 when there is none.
double quality(std::string_view parameters) {
  for (std::string_view parameter : split(parameters, ';')) {
    parameter = trim(parameter);
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      return parse_number(parameter.substr(2)).value_or(0);
    }
  }
  return 1;
}

}  // namespace

struct GzipEncoder::Stream {
  z_stream z{};
};

GzipEncoder::GzipEncoder() : stream_(std::make_unique<Stream>()) {
  const int rc =
      ::deflateInit2(&stream_->z, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
  check(rc == Z_OK, "zlib refuses its own constants or memory has run out");
}

GzipEncoder::~GzipEncoder() {
  ::deflateEnd(&stream_->z);
}

void GzipEncoder::reset() {
  ::deflateReset(&stream_->z);
}

void GzipEncoder::append(std::string_view data, bool last, std::string& out) {
  z_stream& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));  // zlib does not write there
  z.avail_in = static_cast<uInt>(data.size());
  const int flush = last ? Z_FINISH : Z_NO_FLUSH;
  int rc = Z_OK;
  do {
    const size_t used = out.size();
    const size_t room = std::max(kPieceBytes, out.capacity() - used);
    out.resize(used + room);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    z.avail_out = static_cast<uInt>(room);
    rc = ::deflate(&z, flush);
    out.resize(used + room - z.avail_out);
  } while (z.avail_out == 0 || (last && rc != Z_STREAM_END));
}

struct WholeGzip::Context {
  libdeflate_compressor* compressor = ::libdeflate_alloc_compressor(kLevel);
};

WholeGzip::WholeGzip() : context_(std::make_unique<Context>()) {
  check(context_->compressor != nullptr, "memory has run out");
}

WholeGzip::~WholeGzip() {
  ::libdeflate_free_compressor(context_->compressor);
}

std::string WholeGzip::compress(std::string_view body) {
  // Of the space, only what a result takes is ever touched.
  const size_t bound_bytes = ::libdeflate_gzip_compress_bound(context_->compressor, body.size());
  if (space_bytes_ < bound_bytes) {
    space_ = std::make_unique_for_overwrite<char[]>(bound_bytes);
    space_bytes_ = bound_bytes;
  }
  const size_t bytes =
      ::libdeflate_gzip_compress(context_->compressor, body.data(), body.size(), space_.get(), space_bytes_);
  check(bytes > 0, "a result is never larger than libdeflate says");
  return std::string(space_.get(), bytes);
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> any;
  while (!accept_encoding.empty()) {
    const Cut members = cut(accept_encoding, ',');
    accept_encoding = members.after;
    const Cut parts = cut(members.before, ';');
    const std::string_view coding = trim(parts.before);
    if (equals_ignoring_case(coding, "gzip")) return quality(parts.after) > 0;
    if (coding == "*") any = quality(parts.after);
  }
  return any.value_or(0) > 0;
}

}  // namespace sonde::http
