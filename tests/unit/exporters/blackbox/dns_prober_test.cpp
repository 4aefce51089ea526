#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {
namespace {

using namespace std::string_literals;

constexpr const char* kModule = "{prober: dns, dns: {query_name: a, query_type: SOA}}";

// A datagram peer that answers the first query by `answer`, which gets the query.
std::function<void(int)> answering(std::function<std::vector<std::string>(std::string)> answer) {
  return [answer = std::move(answer)](int fd) {
    char bytes[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(fd, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    for (const std::string& message : answer(std::string(bytes, static_cast<size_t>(got)))) {
      ::sendto(fd, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
  };
}

}  // namespace

TEST_SUITE("blackbox/dns_prober") {
  TEST_CASE("an answer over UDP is counted") {
    const Peer peer(SOCK_DGRAM,
                    answering([](std::string query) { return std::vector{answer_of(std::move(query))}; }));
    ProbeLab lab;
    const auto outcome = lab.run(kModule, peer.target());
    CHECK(outcome.success);
    CHECK(has(outcome, "probe_dns_serial 7"));
    CHECK(has(outcome, "probe_dns_answer_rrs 1"));
    CHECK(has(outcome, "probe_dns_query_succeeded 1"));
  }

  TEST_CASE("an answer of another id is passed over") {
    const Peer peer(SOCK_DGRAM, answering([](std::string query) {
                      std::string other = answer_of(query);
                      other[0] = static_cast<char>(other[0] + 1);
                      return std::vector{other, "x"s, answer_of(query)};
                    }));
    ProbeLab lab;
    CHECK(lab.run(kModule, peer.target()).success);
  }

  TEST_CASE("a message that is no answer is a failure of the query") {
    const Peer peer(SOCK_DGRAM, answering([](std::string query) { return std::vector{query.substr(0, 6)}; }));
    ProbeLab lab;
    const auto outcome = lab.run(kModule, peer.target());
    CHECK_FALSE(outcome.success);
    CHECK(has(outcome, "probe_dns_query_succeeded 0"));
    CHECK(has(outcome, "probe_failure_info{phase=\"response\",reason=\"protocol\"} 1"));
  }

  TEST_CASE("a DNS URI as the target says what is asked for") {
    const Peer peer(SOCK_DGRAM, answering([](std::string query) {
                      // RFC 1035, 4.1.2: the name in labels, then type and class.
                      CHECK(query.substr(12) == "\7example\3org\0\0\6\0\1"s);
                      return std::vector{answer_of(std::move(query))};
                    }));
    ProbeLab lab;
    const auto outcome = lab.run("{prober: dns, dns: {query_name: a, query_type: A}}",
                                 "dns://" + peer.target() + "/example.org?type=SOA");
    CHECK(outcome.success);
    CHECK(has(outcome, "probe_dns_serial 7"));
  }

  TEST_CASE("a DNS URI that cannot be asked is a failure of the request") {
    ProbeLab lab;
    const auto outcome = lab.run(kModule, "dns://127.0.0.1");
    CHECK(has(outcome, "probe_dns_query_succeeded 0"));
    CHECK(has(outcome, "probe_failure_info{phase=\"request\",reason=\"configuration\"} 1"));
  }

  TEST_CASE("a silent server is a timeout") {
    const Peer peer(SOCK_DGRAM, nullptr);
    ProbeLab lab;
    const auto outcome = lab.run(kModule, peer.target(), 100);
    CHECK(has(outcome, "probe_failure_info{phase=\"response\",reason=\"timeout\"} 1"));
  }

  TEST_CASE("TLS over UDP is a configuration that cannot be") {
    ProbeLab lab;
    const auto outcome = lab.run("{prober: dns, dns: {query_name: a, dns_over_tls: true}}", "127.0.0.1:1");
    CHECK(has(outcome, "probe_failure_info{phase=\"request\",reason=\"configuration\"} 1"));
  }
}

}  // namespace sonde::blackbox
