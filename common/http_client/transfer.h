#pragma once
// One request on its way: a libcurl handle, what was asked, and what has come so far. Handles are used again
// for later requests. Belongs to the client, and with it to the loop's thread.

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http_client/client.h"
#include "common/http_client/file_cache.h"
#include "common/http_client/tls_session.h"
#include "common/http_client/tls_trace.h"

namespace sonde::http {

class Transfer {
 public:
  Transfer();
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Makes the handle ready for one hop of the request to `request.url`, `timeout_ms` long at most. A handle
  // that still is as an equal request left it is not made anew.
  Status prepare(TlsStores& stores, int64_t timeout_ms);

  // Whether the next equal request finds the handle ready: nothing that was put into it can have changed.
  bool stays_ready() const { return ready_; }

  // Completes the request's trace; the handle still has the transfer's times. `whole`: the answer is.
  void finish_trace(bool whole);

  // What became of the hop, in the words of the originals; decodes the body of a good one.
  Status outcome(CURLcode code);

  // The absolute URL that the answer redirects to; nullopt when it does not.
  std::optional<std::string> redirect_target() const;

  // Drops what belongs to one run of the request, and keeps what makes the handle ready for the next.
  void rest();
  // Before the handle goes to another request: drops everything.
  void clear();

  CURL* easy() const { return easy_; }

  FetchId id = FetchId::None;
  FetchRequest request;
  std::shared_ptr<const ClientConfig> config;
  FetchCallback done;
  FetchResponse response;
  std::string compressed_body;          // until it is whole
  std::string room;                     // an earlier body: room for this one, and bytes of no meaning
  RepeatedRequest* repeated = nullptr;  // where the handle goes back to
  int64_t deadline_ns = 0;
  int redirect_count = 0;
  std::string first_url;  // the one before redirects, for whose host the credentials are

 private:
  Status set_up(TlsStores& stores);
  bool may_send_credentials() const;
  Status set_tls(TlsStores& stores);
  Status set_authorities(TlsStores& stores);
  Status set_blob(CURLoption option, const Secret& secret, FileCache& files, std::string_view what);
  Status set_headers(FileCache& files);
  Status set_server_name(std::string_view server_name);
  void set_url();
  std::string wanted_name() const;
  void set_method();
  void set_dial_ip();
  void set_proxy();
  void free_lists();
  size_t take_body(const char* bytes, size_t size);
  size_t body_bytes_max() const;
  Status decode_body();
  void take_header(std::string_view line);
  static size_t on_body(char* bytes, size_t size, size_t count, void* self);
  static size_t on_header(char* bytes, size_t size, size_t count, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  CURL* easy_;
  CURLU* url_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_slist* proxy_headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::vector<std::shared_ptr<const std::string>> files_in_use_;  // libcurl reads them in place.
  TlsTrace tls_trace_;                                            // of a request with a trace
  std::string url_in_use_;
  std::string dialled_;  // "1.2.3.4:9100": the last address that was tried
  bool ready_ = false;
  bool compressed_ = false;       // the body is gzip
  std::optional<Error> failure_;  // why a callback of ours ended the transfer
  std::array<char, CURL_ERROR_SIZE> message_{};
};

// The URL as an error may show it: a password in it reads "***", as in the originals' errors.
std::string without_password(const std::string& url);

// "host:port" of a URL, with the scheme's default port, to tell whether two URLs are one host; "" for
// nonsense.
std::string host_and_port(const std::string& url);

}  // namespace sonde::http
