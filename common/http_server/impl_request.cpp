#include <sys/epoll.h>

#include <utility>

#include "common/core/number_text.h"
#include "common/core/percent.h"
#include "common/core/text.h"
#include "common/http_server/gzip_encoder.h"
#include "common/http_server/impl.h"
#include "common/http_server/url.h"

namespace sonde::http {
namespace {

// A body past its limit is read on for this long, so that the client gets to see the answer.
constexpr size_t kDiscardedBytesMax = 1024 * 1024;

MHD_Result append_header(void* cls, MHD_ValueKind, const char* name, size_t name_bytes, const char* value,
                         size_t value_bytes) {
  auto& headers = *static_cast<std::vector<Header>*>(cls);
  headers.push_back({std::string(name, name_bytes), std::string(value == nullptr ? "" : value, value_bytes)});
  return MHD_YES;
}

struct Framing {
  bool good = true;
  bool chunked = false;
  uint64_t length_bytes = 0;
};

// How long the body is. Two answers to that question are refused: they are how requests are smuggled.
Framing framing_of(const Request& request) {
  Framing out;
  std::optional<std::string_view> length;
  for (const Header& header : request.headers) {
    if (equals_ignoring_case(header.name, "Transfer-Encoding")) out.chunked = true;
    if (!equals_ignoring_case(header.name, "Content-Length")) continue;
    const auto bytes = parse_unsigned(trim(header.value));
    if (!bytes || (length && *length != header.value)) out.good = false;
    length = header.value;
    out.length_bytes = bytes.value_or(0);
  }
  if (out.chunked && length) out.good = false;
  return out;
}

bool is_form(const Request& request) {
  const std::string_view type = request.header("Content-Type");
  return equals_ignoring_case(trim(cut(type, ';').before), "application/x-www-form-urlencoded");
}

// Fills path and query from the target as received; false when it is malformed.
bool read_target(Request& request) {
  const std::string target = std::move(request.raw_path);
  const Target parts = split_target(target);
  request.raw_path = parts.path;
  auto path = decode_percent(parts.path);
  if (!path) return false;
  request.path = std::move(*path);
  if (is_form(request) && !request.body.empty()) append_parameters(request.body, request.query);
  append_parameters(parts.query, request.query);
  return true;
}

Response too_large(size_t bytes_max) {
  return text_response(413, "the request body is larger than " + std::to_string(bytes_max) + " bytes\n");
}

}  // namespace

MHD_Result Server::Impl::begin(Connection& connection, const char* method) {
  Request& request = connection.request;
  request.method = method;
  request.remote_address = connection.remote_address;
  connection.stage = Connection::Stage::Body;
  connection.body_bytes = 0;
  ::MHD_get_connection_values_n(connection.handle, MHD_HEADER_KIND, &append_header, &request.headers);
  connection.gzip = accepts_gzip(request.header("Accept-Encoding"));

  const auto* size = ::MHD_get_connection_info(connection.handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  if (size != nullptr && size->header_size > options_.header_bytes_max) {
    return queue(connection,
                 text_response(431, "the request header is larger than " +
                                        std::to_string(options_.header_bytes_max) + " bytes\n"),
                 true);
  }
  const Framing framing = framing_of(request);
  if (!framing.good) {
    return queue(connection, text_response(400, "the request says in two ways how long its body is\n"), true);
  }
  if (framing.length_bytes > options_.body_bytes_max + kDiscardedBytesMax) {
    return queue(connection, too_large(options_.body_bytes_max), true);
  }
  if (framing.chunked || framing.length_bytes > 0) {
    if (connection.begun_ns == 0) connection.begun_ns = loop_.clock().monotonic_ns();
    scan_later();
  }
  return MHD_YES;
}

MHD_Result Server::Impl::take_body(Connection& connection, const char* data, size_t* data_bytes) {
  connection.body_bytes += *data_bytes;
  if (connection.cut) {
    // What still comes of it is of no use.
  } else if (connection.body_bytes <= options_.body_bytes_max) {
    connection.request.body.append(data, *data_bytes);
    keep_body(connection, *data_bytes);
  } else if (connection.body_bytes > options_.body_bytes_max + kDiscardedBytesMax) {
    return MHD_NO;  // Cuts the connection: the library cannot answer in the middle of a body.
  }
  *data_bytes = 0;
  return MHD_YES;
}

MHD_Result Server::Impl::dispatch(Connection& connection) {
  ++progress_;
  connection.begun_ns = 0;
  if (connection.cut) return MHD_NO;
  if (connection.body_bytes > options_.body_bytes_max) {
    return queue(connection, too_large(options_.body_bytes_max), true);
  }
  if (!read_target(connection.request)) {
    return queue(connection, text_response(400, "the path has a malformed escape\n"));
  }
  connection.stage = Connection::Stage::Dispatched;
  connection.exchange = std::make_shared<Responder::Exchange>(desk_);
  connection.exchange->connection = &connection;
  hand_over(connection);
  if (connection.exchange->answered()) return queue(connection, connection.exchange->take_response());
  suspend(connection);
  return MHD_YES;
}

// Calls the handler, through the filter where there is one.
void Server::Impl::hand_over(Connection& connection) {
  static const Handler not_found = [](const Request&, Responder responder) {
    responder.send(text_response(404, "404 page not found\n"));
  };
  static const Handler wrong_method = [](const Request&, Responder responder) {
    responder.send(text_response(405, "Method Not Allowed\n"));
  };
  Request request = std::move(connection.request);
  if (request.method == "HEAD") request.method = "GET";
  const Router::Match match = router.find(request.method, request.path);
  request.effect = match.effect;
  Responder responder(connection.exchange);
  const Handler* handler = match.handler;
  if (handler == nullptr) {
    handler = match.allowed.empty() ? &not_found : &wrong_method;
    if (!match.allowed.empty()) responder.add_header("Allow", match.allowed);
  }
  if (filter != nullptr) {
    filter->filter(std::move(request), std::move(responder), *handler);
  } else {
    (*handler)(std::move(request), std::move(responder));
  }
}

MHD_Result Server::Impl::queue(Connection& connection, Response response, bool close) {
  connection.stage = Connection::Stage::Answered;
  connection.answered_ns = loop_.clock().monotonic_ns();
  const auto status = static_cast<unsigned>(response.status);
  // While others wait for a place a client gets one answer per connection, however many requests it has sent.
  const bool ends = close || stopping_ || !accepting_;
  MHD_Response* made = responses_.make(std::move(response), {.gzip = connection.gzip, .close = ends});
  const MHD_Result queued = ::MHD_queue_response(connection.handle, status, made);
  ::MHD_destroy_response(made);
  return queued;
}

// --- Answers that come later.

void Server::Impl::deliver(const std::shared_ptr<Responder::Exchange>& exchange) {
  exchange->set_delivered();
  if (exchange->connection == nullptr) return;
  resume(*static_cast<Connection*>(exchange->connection));
}

// A suspended connection does not notice that its client has gone, so that its descriptor is watched here.
void Server::Impl::suspend(Connection& connection) {
  connection.suspended = true;
  ::MHD_suspend_connection(connection.handle);
  const int fd = connection.fd;
  const auto watched = loop_.watch(fd, EPOLLRDHUP, [this, fd, exchange = connection.exchange](uint32_t) {
    exchange->cancel();
    loop_.unwatch(fd);
  });
  if (!watched) logger_.warn("cannot watch for a hang-up", {{"err", watched.error().message()}});
}

void Server::Impl::resume(Connection& connection) {
  if (!connection.suspended) return;
  connection.suspended = false;
  loop_.unwatch(connection.fd);
  ::MHD_resume_connection(connection.handle);
  run_daemon_at(
      loop_.clock().monotonic_ns());  // The library's own wake-up does not reach its epoll descriptor.
}

}  // namespace sonde::http
