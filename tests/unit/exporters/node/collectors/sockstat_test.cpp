#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/sockstat") {
  TEST_CASE("protocols and states make the names and pages become bytes") {
    Host host;
    host.write("proc/net/sockstat",
               "sockets: used 229\nTCP: inuse 4 orphan 0 tw 4 alloc 17 mem 2\nFRAG: inuse 0 memory 8\n");
    host.write("proc/net/sockstat6", "TCP6: inuse 17\n");
    const std::string page_bytes = std::to_string(2 * ::sysconf(_SC_PAGESIZE));
    CHECK(host.scrape(make_sockstat) ==
          "node_sockstat_FRAG_inuse 0\nnode_sockstat_FRAG_memory 8\nnode_sockstat_TCP6_inuse 17\n"
          "node_sockstat_TCP_alloc 17\nnode_sockstat_TCP_inuse 4\nnode_sockstat_TCP_mem 2\n"
          "node_sockstat_TCP_mem_bytes " +
              page_bytes +
              "\nnode_sockstat_TCP_orphan 0\nnode_sockstat_TCP_tw 4\n"
              "node_sockstat_sockets_used 229\n");
  }

  TEST_CASE("absent files are no error and odd lines are") {
    Host host;
    CHECK(host.scrape(make_sockstat).empty());
    CHECK_FALSE(host.error);
    for (const char* content : {"TCP inuse 4\n", "TCP: inuse\n", "TCP: inuse four\n"}) {
      CAPTURE(content);
      host.write("proc/net/sockstat", content);
      CHECK(host.scrape(make_sockstat).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
