#pragma once
// gzip for response bodies, in pieces as they come (zlib) or whole (libdeflate, which takes less CPU and
// cannot do pieces). Contexts are kept, because making one costs more than a small page. Not thread-safe.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sonde::http {

class GzipEncoder {
 public:
  GzipEncoder();
  ~GzipEncoder();
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  // Starts a new member; what was pending is forgotten.
  void reset();
  // Appends what the encoder gives for `data`; after `last` the member is complete.
  void append(std::string_view data, bool last, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

class WholeGzip {
 public:
  WholeGzip();
  ~WholeGzip();
  WholeGzip(const WholeGzip&) = delete;
  WholeGzip& operator=(const WholeGzip&) = delete;

  std::string compress(std::string_view body);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::unique_ptr<char[]> space_;  // as large as the largest result may be
  size_t space_bytes_ = 0;
};

// True when an Accept-Encoding header takes gzip: named with q above 0, or "*" where gzip is not named.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace sonde::http
