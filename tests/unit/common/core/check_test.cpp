#include "common/core/check.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace sonde {
namespace {

struct Death {
  int status = 0;
  std::string stderr_text;
};

// Runs `action` in a child with its standard error caught.
template <class Action>
Death die(Action action) {
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(fds[1], STDERR_FILENO);
    // The test framework catches the signal otherwise.
    ::signal(SIGABRT, SIG_DFL);
    action();
    ::_exit(99);
  }
  ::close(fds[1]);
  Death out;
  std::array<char, 512> buffer{};
  const ssize_t bytes = ::read(fds[0], buffer.data(), buffer.size());
  if (bytes > 0) out.stderr_text.assign(buffer.data(), static_cast<size_t>(bytes));
  ::close(fds[0]);
  ::waitpid(child, &out.status, 0);
  return out;
}

}  // namespace

TEST_SUITE("core/check") {
  TEST_CASE("a failed check aborts and names its place") {
    const Death death = die([] { check(1 > 2, "one is less than two"); });
    CHECK(WIFSIGNALED(death.status));
    CHECK(WTERMSIG(death.status) == SIGABRT);
    CHECK(death.stderr_text.starts_with("BUG: "));
    CHECK(death.stderr_text.find("check_test.cpp:") != std::string::npos);
    // An emulator (qemu-user) adds a line of its own.
    CHECK(death.stderr_text.find(": one is less than two\n") != std::string::npos);
  }

  TEST_CASE("a check that holds does nothing") {
    check(true, "never seen");
  }

  TEST_CASE("fatal ends the process with code 1") {
    const Death death = die([] { fatal("the disk is gone"); });
    CHECK(WIFEXITED(death.status));
    CHECK(WEXITSTATUS(death.status) == 1);
    CHECK(death.stderr_text == "FATAL: the disk is gone\n");
  }

}  // TEST_SUITE

}  // namespace sonde
