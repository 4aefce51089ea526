#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {

TEST_SUITE("blackbox/stream_prober") {
  TEST_CASE("a connection that stands is a success") {
    const Peer peer(SOCK_STREAM, nullptr);
    ProbeLab lab;
    const auto outcome = lab.run("prober: tcp", peer.target());
    CHECK(outcome.success);
    CHECK(has(outcome, "probe_success 1"));
    CHECK(has(outcome, "probe_failed_due_to_regex 0"));
  }

  TEST_CASE("a refused connection says where it failed") {
    ProbeLab lab;
    const auto outcome = lab.run("prober: tcp", "127.0.0.1:1");
    CHECK_FALSE(outcome.success);
    CHECK(has(outcome, "probe_failure_info{phase=\"connect\",reason=\"unavailable\"} 1"));
  }

  TEST_CASE("a peer that is silent in the handshake is a timeout of TLS") {
    const Peer peer(SOCK_STREAM, nullptr);
    ProbeLab lab;
    const auto outcome = lab.run("{prober: tcp, tcp: {tls: true}}", peer.target(), 100);
    CHECK_FALSE(outcome.success);
    CHECK(has(outcome, "probe_failure_info{phase=\"tls\",reason=\"timeout\"} 1"));
  }

  TEST_CASE("a target without a port and a path that is no socket fail by name") {
    ProbeLab lab;
    CHECK(lab.run("prober: tcp", "127.0.0.1").log.find("missing port in address") != std::string::npos);
    CHECK_FALSE(lab.run("prober: unix", "/no/such/socket").success);
    CHECK_FALSE(lab.run("prober: unix", std::string(300, 'x')).success);
  }
}

}  // namespace sonde::blackbox
