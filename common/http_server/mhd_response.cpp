#include "common/http_server/mhd_response.h"

#include <microhttpd.h>

#include <algorithm>
#include <utility>

#include "common/core/check.h"

namespace sonde::http {
namespace {

constexpr size_t kGzipBytesMin = 860;  // below, a body fits into one packet anyway
constexpr size_t kStreamBlockBytes = 32 * 1024;

// What a streamed response holds until its end; libmicrohttpd owns it through a pointer.
struct Stream {
  std::string ready;  // pieces not sent yet, compressed where wanted
  size_t sent = 0;    // bytes of `ready` that are gone
  bool ended = false;
  BodySource source;
  std::string piece;
  std::unique_ptr<GzipEncoder> encoder;
};

// Fetches the next piece into stream.ready; false on an error of the source.
bool fill(Stream& stream) {
  stream.piece.clear();
  const auto more = stream.source(stream.piece);
  if (!more) return false;
  stream.ended = !*more;
  stream.ready.clear();
  stream.sent = 0;
  if (stream.encoder) {
    stream.encoder->append(stream.piece, stream.ended, stream.ready);
  } else {
    stream.ready.swap(stream.piece);
  }
  return true;
}

ssize_t read_stream(void* cls, uint64_t, char* out, size_t bytes_max) {
  auto& stream = *static_cast<Stream*>(cls);
  while (stream.sent == stream.ready.size()) {
    if (stream.ended) return MHD_CONTENT_READER_END_OF_STREAM;
    if (!fill(stream)) return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  const size_t count = std::min(bytes_max, stream.ready.size() - stream.sent);
  std::copy_n(stream.ready.data() + stream.sent, count, out);
  stream.sent += count;
  return static_cast<ssize_t>(count);
}

void free_stream(void* cls) {
  const std::unique_ptr<Stream> owned(static_cast<Stream*>(cls));
}

void free_body(void* cls) {
  const std::unique_ptr<std::string> owned(static_cast<std::string*>(cls));
}

MHD_Response* make_streamed(Response& response, bool gzip) {
  auto stream = std::make_unique<Stream>();
  stream->source = std::move(response.source);
  stream->ready = std::move(response.body);
  if (gzip) {
    stream->encoder = std::make_unique<GzipEncoder>();
    stream->piece.swap(stream->ready);
    stream->encoder->append(stream->piece, false, stream->ready);
  }
  return ::MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlockBytes, &read_stream,
                                             stream.release(), &free_stream);
}

MHD_Response* make_whole(std::string text) {
  auto body = std::make_unique<std::string>(std::move(text));
  const size_t size_bytes = body->size();
  char* bytes = body->data();
  return ::MHD_create_response_from_buffer_with_free_callback_cls(size_bytes, bytes, &free_body,
                                                                  body.release());
}

}  // namespace

std::string ResponseFactory::compress(std::string_view body) {
  if (!gzip_) gzip_ = std::make_unique<WholeGzip>();
  return gzip_->compress(body);
}

MHD_Response* ResponseFactory::make(Response response, Facts facts) {
  const bool streamed = static_cast<bool>(response.source);
  const bool worth_it = response.compressible && (streamed || response.body.size() >= kGzipBytesMin);
  const bool gzip = worth_it && facts.gzip;
  MHD_Response* made = nullptr;
  if (streamed) {
    made = make_streamed(response, gzip);
  } else {
    made = make_whole(gzip ? compress(response.body) : std::move(response.body));
  }
  check(made != nullptr, "memory has run out");
  // A refused header (a line break in it) is left out by the library.
  const auto add = [made](const char* name, const char* value) {
    ::MHD_add_response_header(made, name, value);
  };
  if (!response.content_type.empty()) add("Content-Type", response.content_type.c_str());
  if (gzip) add("Content-Encoding", "gzip");
  if (worth_it) add("Vary", "Accept-Encoding");
  for (const Header& header : response.headers) add(header.name.c_str(), header.value.c_str());
  if (facts.close) add("Connection", "close");
  return made;
}

}  // namespace sonde::http
