#include "exporters/blackbox/query_script.h"

#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {
namespace {

ProbeOutcome run(const std::string& steps, std::function<void(int)> talk, int timeout_ms = 5000) {
  const Peer peer(SOCK_STREAM, accepting(std::move(talk)));
  ProbeLab lab;
  return lab.run("{prober: tcp, tcp: {query_response: [" + steps + "]}}", peer.target(), timeout_ms);
}

}  // namespace

TEST_SUITE("blackbox/query_script") {
  TEST_CASE("lines in pieces are put together and their ends do not count") {
    const auto outcome =
        run("{expect: '^one$'}, {expect: '^two$', send: '$0!'}, {expect: '^bye$'}", [](int fd) {
          send_all(fd, "on");
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
          send_all(fd, "e\r\ntw");
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
          send_all(fd, "o\n");
          CHECK(receive_some(fd) == "two!\n");
          send_all(fd, "bye");  // The end of the stream ends a line, too.
        });
    CHECK(outcome.success);
  }

  TEST_CASE("a stream that ends without the line is a failure of the pattern") {
    const auto outcome = run("{expect: '^x$'}", [](int fd) { send_all(fd, "a\nb\n"); });
    CHECK_FALSE(outcome.success);
    CHECK(has(outcome, "probe_failed_due_to_regex 1"));
    CHECK(has(outcome, "probe_failure_info{phase=\"response\",reason=\"regexp\"} 1"));
  }

  TEST_CASE("a line without an end is refused at its limit") {
    const auto outcome = run("{expect: '^x$'}", [](int fd) {
      send_all(fd, std::string(60'000, 'y'));
      send_all(fd, std::string(10'000, 'y'));
      receive_some(fd);
    });
    CHECK_FALSE(outcome.success);
    CHECK(has(outcome, "probe_failed_due_to_regex 0"));
    CHECK(outcome.log.find("token too long") != std::string::npos);
  }

  TEST_CASE("bytes are expected as many as they are") {
    CHECK(run("{expect_bytes: abc}, {expect_bytes: d}", [](int fd) { send_all(fd, "abcdef"); }).success);
    const auto wrong = run("{expect_bytes: abc}", [](int fd) { send_all(fd, "abx"); });
    CHECK_FALSE(wrong.success);
    CHECK(has(wrong, "probe_failed_due_to_bytes 1"));
    const auto cut = run("{expect_bytes: abc}", [](int fd) { send_all(fd, "ab"); });
    CHECK_FALSE(cut.success);
    CHECK(has(cut, "probe_failed_due_to_bytes 0"));
  }

  TEST_CASE("labels are exported as they matched") {
    const auto outcome =
        run("{expect: '(\\w+)-(\\w+)', labels: [{name: a, value: '$1'}, {name: b, value: '<$2>'}]}",
            [](int fd) { send_all(fd, "SSH-two\n"); });
    CHECK(outcome.success);
    CHECK(has(outcome, "probe_expect_info{a=\"SSH\",b=\"<two>\"} 1"));
  }

  TEST_CASE("a silent peer is a timeout that keeps the families") {
    const auto outcome = run(
        "{expect: x}", [](int fd) { receive_some(fd); }, 100);
    CHECK_FALSE(outcome.success);
    CHECK(has(outcome, "probe_failed_due_to_regex 0"));
    CHECK(has(outcome, "probe_failure_info{phase=\"response\",reason=\"timeout\"} 1"));
  }
}

}  // namespace sonde::blackbox
