#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {

TEST_SUITE("blackbox/grpc_prober") {
  TEST_CASE("nobody there is code 14 and a silent peer code 4") {
    ProbeLab lab;
    const auto refused = lab.run("prober: grpc", "127.0.0.1:1");
    CHECK_FALSE(refused.success);
    CHECK(has(refused, "probe_grpc_status_code 14"));
    CHECK(has(refused, "probe_grpc_healthcheck_response{serving_status=\"SERVING\"} 0"));
    CHECK(has(refused, "probe_failure_info{phase=\"connect\",reason=\"unavailable\"} 1"));
    const Peer peer(SOCK_STREAM, nullptr);
    CHECK(has(lab.run("prober: grpc", peer.target(), 100), "probe_grpc_status_code 4"));
  }

  TEST_CASE("a peer that speaks HTTP/1.1 is no gRPC server") {
    const Peer peer(SOCK_STREAM, accepting([](int fd) {
                      receive_some(fd);
                      send_all(fd, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    }));
    ProbeLab lab;
    CHECK_FALSE(lab.run("prober: grpc", peer.target()).success);
  }

  TEST_CASE("a target without a host is refused") {
    ProbeLab lab;
    CHECK_FALSE(lab.run("prober: grpc", "http://").success);
  }
}

}  // namespace sonde::blackbox
