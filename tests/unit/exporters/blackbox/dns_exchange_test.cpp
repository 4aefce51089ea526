#include "exporters/blackbox/dns_exchange.h"

#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {
namespace {

using namespace std::string_literals;

constexpr const char* kTcpModule =
    "{prober: dns, dns: {query_name: a, query_type: SOA, transport_protocol: tcp}}";

}  // namespace

TEST_SUITE("blackbox/dns_exchange") {
  TEST_CASE("an answer over TCP may come byte by byte") {
    const Peer peer(SOCK_STREAM, accepting([](int fd) {
                      const std::string query = receive_some(fd);
                      const std::string answer = answer_of(query.substr(2));
                      const std::string framed = "\0"s + static_cast<char>(answer.size()) + answer;
                      for (const char byte : framed) send_all(fd, std::string(1, byte));
                    }));
    ProbeLab lab;
    CHECK(lab.run(kTcpModule, peer.target()).success);
  }

  TEST_CASE("a stream that ends within the answer is a failure") {
    const Peer peer(SOCK_STREAM, accepting([](int fd) {
                      receive_some(fd);
                      send_all(fd, "\0\x40too short"s);
                    }));
    ProbeLab lab;
    const auto outcome = lab.run(kTcpModule, peer.target());
    CHECK_FALSE(outcome.success);
    CHECK(outcome.log.find("EOF") != std::string::npos);
  }
}

}  // namespace sonde::blackbox
