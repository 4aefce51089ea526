#include "common/core/service_manager.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace sonde {
namespace {

// The service manager's end: a datagram socket of an abstract name that no other test run has.
class Manager {
 public:
  Manager() : name_("@sonde-test-" + std::to_string(::getpid())), fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string heard() const {
    std::array<char, 256> buffer{};
    const ssize_t bytes = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return bytes > 0 ? std::string(buffer.data(), static_cast<size_t>(bytes)) : std::string();
  }

 private:
  std::string name_;
  int fd_;
};

}  // namespace

TEST_SUITE("core/service_manager") {
  TEST_CASE("without a service manager nothing happens") {
    ::unsetenv("NOTIFY_SOCKET");
    CHECK(notify_service_manager("READY=1"));
  }

  TEST_CASE("a service manager hears what it is told") {
    const Manager manager;
    REQUIRE(notify_service_manager("READY=1"));
    CHECK(manager.heard() == "READY=1");
    REQUIRE(notify_service_manager("STOPPING=1"));
    CHECK(manager.heard() == "STOPPING=1");
    CHECK(manager.heard().empty());
  }

  TEST_CASE("a socket that is none is an error") {
    ::setenv("NOTIFY_SOCKET", "relative/path", 1);
    CHECK_FALSE(notify_service_manager("READY=1"));
    ::setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
    CHECK_FALSE(notify_service_manager("READY=1"));
    ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    CHECK_FALSE(notify_service_manager("READY=1"));
    ::unsetenv("NOTIFY_SOCKET");
  }

  TEST_CASE("sockets are handed over once and only to this process") {
    ::unsetenv("LISTEN_FDS");
    CHECK(take_inherited_sockets().error().code() == ErrorCode::NotFound);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", "1", 1);
    CHECK(take_inherited_sockets().error().code() == ErrorCode::NotFound);
    CHECK(::getenv("LISTEN_FDS") == nullptr);
    for (const char* count : {"0", "-1", "x", "1025", "99999999999999999999"}) {
      ::setenv("LISTEN_FDS", count, 1);
      CHECK_FALSE(take_inherited_sockets());
    }
  }

  TEST_CASE("the watchdog's interval is for the process that it names") {
    ::unsetenv("WATCHDOG_PID");
    ::setenv("WATCHDOG_USEC", "20000000", 1);
    CHECK(watchdog_interval() == std::chrono::seconds(20));
    ::setenv("WATCHDOG_PID", "1", 1);
    CHECK_FALSE(watchdog_interval());
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    CHECK(watchdog_interval() == std::chrono::seconds(20));
    ::setenv("WATCHDOG_USEC", "0", 1);
    CHECK_FALSE(watchdog_interval());
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
  }

}  // TEST_SUITE

}  // namespace sonde
