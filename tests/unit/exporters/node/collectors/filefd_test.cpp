#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/filefd") {
  TEST_CASE("the first and the third number are shown") {
    Host host;
    host.write("proc/sys/fs/file-nr", "1024\t0\t1631329\n");
    CHECK(host.scrape(make_filefd) == "node_filefd_allocated 1024\nnode_filefd_maximum 1.631329e+06\n");
  }

  TEST_CASE("fewer numbers or words are corrupt") {
    Host host;
    for (const char* content : {"", "1024\t0", "a\tb\tc\n"}) {
      CAPTURE(content);
      host.write("proc/sys/fs/file-nr", content);
      CHECK(host.scrape(make_filefd).empty());
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
