#pragma once
// Turns a Response into libmicrohttpd's: compressed where that pays, streamed where it has a source. On the
// loop's thread; keeps one compression context between responses.

#include <memory>
#include <optional>

#include "common/http_server/gzip_encoder.h"
#include "common/http_server/request.h"

struct MHD_Response;

namespace sonde::http {

class ResponseFactory {
 public:
  struct Facts {
    bool gzip = false;   // the client takes it
    bool close = false;  // the connection ends after this
  };
  // The caller destroys it after queueing; never null.
  MHD_Response* make(Response response, Facts facts);

 private:
  std::string compress(std::string_view body);

  std::unique_ptr<WholeGzip> gzip_;  // made at first use: it is larger than the rest of the server
};

}  // namespace sonde::http
