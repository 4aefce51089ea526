#pragma once
// What a handler sees of a request and what it answers with.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/result.h"

namespace sonde::http {

struct Header {
  std::string name;
  std::string value;
};

struct Parameter {
  std::string name;
  std::string value;
};

// What serving a request does, which decides who may ask for it.
enum class Effect : uint8_t { Reads, Changes };

// A whole request: handlers are called when the body is complete and within its limit.
struct Request {
  std::string method;    // "GET", "POST", …; HEAD is served as GET without a body
  std::string path;      // percent-decoded, without the query
  std::string raw_path;  // as on the wire, without the query (grouping keys of the pushgateway need it)
  // Of a form POST's body, then of the URL: in order, repeated names kept.
  std::vector<Parameter> query;
  std::vector<Header> headers;
  std::string body;
  std::string remote_address;       // "127.0.0.1:40312"
  Effect effect = Effect::Changes;  // as the route says

  // The first value, or nullopt. Header names in any case.
  std::optional<std::string_view> parameter(std::string_view name) const;
  std::vector<std::string_view> parameters(std::string_view name) const;
  std::string_view header(std::string_view name) const;  // "" when absent
};

// Gives a body piece by piece: appends the next piece to `out` and returns true, or false after the last.
// Called on the server's loop thread when the socket can take more; an error cuts the connection.
using BodySource = std::function<Result<bool>(std::string& out)>;

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<Header> headers{};
  BodySource source{};       // when set, streamed after `body`
  bool compressible = true;  // gzip when the client takes it and the body is worth it
};

Response text_response(int status, std::string body);
// With the headers that keep a page from being framed by others, from being taken for something else, and
// from telling others where its links were followed.
Response html_response(std::string body);

// Answers one request, once, from any thread. Moving it away lets the handler return first; a responder that
// is dropped unanswered answers 500.
class Responder {
 public:
  class Exchange;  // the server's side
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  void send(Response response);
  // Goes out with whatever is sent later, in the place of the handler's own header of that name; an empty
  // value takes that one away. For filters.
  void add_header(std::string name, std::string value);
  // True once the client has hung up (noticed by watching the descriptor); any thread.
  bool cancelled() const;

 private:
  std::shared_ptr<Exchange> exchange_;  // Shared with the connection, which may end first.
};

// Called on the loop's thread; must not block.
using Handler = std::function<void(Request request, Responder responder)>;

}  // namespace sonde::http
