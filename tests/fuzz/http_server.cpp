// Any bytes on a connection to a real server over a real socket: the first byte says where the input is cut
// into two writes. Whatever comes, the server lives, answers the next client rightly and keeps no connection.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/http_server/client_hello.h"
#include "common/http_server/server.h"
#include "common/web/password_check.h"

namespace sonde::http {
namespace {

constexpr std::string_view kGoodRequest = "GET /good HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

// One server for all inputs: what an earlier one broke shows in a later one.
class Lab {
 public:
  Lab() : logger_(clock_, STDERR_FILENO), loop_(std::move(*loop::EventLoop::make(clock_))) {
    logger_.set(LogLevel::Error, LogFormat::Logfmt);
    server_ = std::make_unique<Server>(*loop_, logger_,
                                       ServerOptions{.header_bytes_max = 4096, .body_bytes_max = 16384});
    const auto echo = [](Request request, Responder responder) {
      Response response = text_response(200, request.path + request.remote_address);
      for (const Parameter& parameter : request.query) response.body += parameter.name + parameter.value;
      (void)web::read_basic_credentials(request.header("Authorization"));
      response.body += request.body;
      responder.send(std::move(response));
    };
    server_->route("", "/", echo);
    server_->route("GET", "/page/", [](const Request& request, Responder responder) {
      responder.send(html_response(std::string(2000, 'x') + request.raw_path));
    });
    server_->route("GET", "/good", [](const Request&, Responder responder) {
      responder.send(text_response(200, "still here"));
    });
    // In the abstract name space: no file is left behind.
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address_.sun_family = AF_UNIX;
    const std::string name = "sonde-fuzz-" + std::to_string(::getpid());
    std::memcpy(address_.sun_path + 1, name.data(), name.size());
    address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address_), address_size_) != 0 ||
        ::listen(fd, 64) != 0 || !server_->listen_on(fd)) {
      std::abort();
    }
  }

  void run(std::string_view input) {
    const size_t cut = input.empty() ? 0 : static_cast<uint8_t>(input[0]) * input.size() / 256;
    const int fd = connect();
    send(fd, input.substr(0, cut));
    turn();
    send(fd, input.substr(cut));
    ::shutdown(fd, SHUT_WR);
    receive(fd);
    ::close(fd);
    const int next = connect();
    send(next, kGoodRequest);
    if (!receive(next).ends_with("still here")) std::abort();
    ::close(next);
  }

 private:
  int connect() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address_), address_size_) != 0) std::abort();
    return fd;
  }
  // What the server's buffers do not take is dropped: it reads between two turns only.
  static void send(int fd, std::string_view bytes) {
    if (!bytes.empty()) (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // The loop handles what is ready and comes back.
  void turn() {
    loop_->after(std::chrono::nanoseconds(0),
                 [this] { loop_->after(std::chrono::nanoseconds(0), [this] { loop_->stop(); }); });
    loop_->run();
  }
  // Until the server closes; never longer than a few hundred turns.
  std::string receive(int fd) {
    std::string out;
    std::string piece(65536, '\0');
    for (int turns = 0; turns < 1000; ++turns) {
      turn();
      const ssize_t size = ::recv(fd, piece.data(), piece.size(), 0);
      if (size == 0) break;
      if (size > 0) out.append(piece, 0, static_cast<size_t>(size));
      if (size < 0 && errno != EAGAIN) break;
    }
    return out;
  }

  SystemClock clock_;
  Logger logger_;
  std::unique_ptr<loop::EventLoop> loop_;
  std::unique_ptr<Server> server_;
  sockaddr_un address_{};
  socklen_t address_size_ = 0;
};

}  // namespace
}  // namespace sonde::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto lab = std::make_unique<sonde::http::Lab>();
  (void)sonde::http::read_client_hello({data, size});
  lab->run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
