#include "exporters/blackbox/both_protocols.h"

#include <doctest/doctest.h>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {

TEST_SUITE("blackbox/both_protocols") {
  TEST_CASE("a target of one family is that family's probe and says so") {
    const Peer peer(SOCK_STREAM, nullptr);
    ProbeLab lab;
    const auto outcome = lab.run("{prober: tcp, both_ip_protocols: true}", peer.target());
    CHECK(outcome.success);
    CHECK(has(outcome, "probe_ip_protocol 4"));
    CHECK(has(outcome, "probe_both_success{ip_protocol=\"ip4\"} 1"));
    CHECK(outcome.page.find("ip6") == std::string::npos);
  }

  TEST_CASE("a prober without addresses is refused where it is read") {
    Module module;
    CHECK_FALSE(yaml::load("{prober: unix, both_ip_protocols: true}", "test", module));
  }
}

}  // namespace sonde::blackbox
