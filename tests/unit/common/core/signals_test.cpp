#include "common/core/signals.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

namespace sonde {

TEST_SUITE("core/signals") {
  TEST_CASE("signals are read from the descriptor") {
    auto opened = SignalDescriptor::open();
    REQUIRE(opened);
    SignalDescriptor signals = std::move(*opened);
    CHECK(signals.read() == 0);
    REQUIRE(::kill(::getpid(), SIGHUP) == 0);
    CHECK(signals.read() == SIGHUP);
    REQUIRE(::kill(::getpid(), SIGTERM) == 0);
    REQUIRE(::kill(::getpid(), SIGTERM) == 0);
    CHECK(signals.read() == SIGTERM);  // Pending twice is pending once.
    CHECK(signals.read() == 0);
  }

  TEST_CASE("a closed pipe is an error of write and not a signal") {
    auto signals = SignalDescriptor::open();
    REQUIRE(signals);
    int fds[2] = {-1, -1};
    REQUIRE(::pipe(fds) == 0);
    ::close(fds[0]);
    CHECK(::write(fds[1], "x", 1) == -1);
    ::close(fds[1]);
  }

}  // TEST_SUITE

}  // namespace sonde
