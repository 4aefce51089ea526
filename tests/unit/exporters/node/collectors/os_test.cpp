#include <doctest/doctest.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/os") {
  constexpr std::string_view kFile =
      "# comment\nNAME=\"Ubuntu\"\nVERSION='20.04.2 LTS (Focal Fossa)'\nID=ubuntu\nID_LIKE=debian\n"
      "PRETTY_NAME=\"A \\\"quoted\\\" name\"\nVERSION_ID=\"20.04.2\"\nSUPPORT_END=2025-04-29\n\n";

  TEST_CASE("quotes are taken off and the version is cut to a number") {
    Host host;
    host.write("usr/lib/os-release", kFile);
    CHECK(host.scrape(make_os) ==
          "node_os_info{build_id=\"\",id=\"ubuntu\",id_like=\"debian\",image_id=\"\",image_version=\"\",name="
          "\"Ubuntu\","
          "pretty_name=\"A \\\"quoted\\\" name\",variant=\"\",variant_id=\"\",version=\"20.04.2 LTS (Focal "
          "Fossa)\","
          "version_codename=\"\",version_id=\"20.04.2\"} 1\n"
          "node_os_support_end_timestamp_seconds 1.7458848e+09\n"
          "node_os_version{id=\"ubuntu\",id_like=\"debian\",name=\"Ubuntu\"} 20.04\n");
  }

  TEST_CASE("the file in etc comes first and is read again when it changes") {
    Host host;
    host.write("usr/lib/os-release", "ID=vendor\nVERSION_ID=12.\n");
    host.write("etc/os-release", "ID=local\n");
    host.make(make_os);
    CHECK(host.scrape().find("id=\"local\"") != std::string::npos);
    host.write("etc/os-release", "ID=changed\n");
    CHECK(host.scrape().find("id=\"changed\"") != std::string::npos);
    host.remove("etc");
    CHECK(host.scrape().find("node_os_version{id=\"vendor\",id_like=\"\",name=\"\"} 12\n") !=
          std::string::npos);
  }

  TEST_CASE("no file is no data and broken lines are corrupt") {
    Host host;
    host.scrape(make_os);
    CHECK(host.error_code() == ErrorCode::NotFound);
    for (const char* content :
         {"words\n", "NAME=\"open\n", "SUPPORT_END=soon\n", "SUPPORT_END=2025-02-30\n"}) {
      CAPTURE(content);
      host.write("etc/os-release", content);
      host.scrape(make_os);
      CHECK(host.error_code() == ErrorCode::Corrupt);
    }
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
