#include <doctest/doctest.h>

#include <sys/stat.h>

#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

using test::Host;

TEST_SUITE("node/textfile") {
  TEST_CASE("without a directory there is only the error family") {
    Host host;
    CHECK(host.scrape(make_textfile) == "node_textfile_scrape_error 0\n");
  }

  TEST_CASE("files are merged by family and missing labels and help are filled in") {
    Host host;
    host.write("text/a.prom", "one{x=\"1\"} 1\none 2\n");
    host.write("text/b.prom", "one{x=\"3\"} 3\n");
    host.write("text/c.txt", "two 1\n");
    host.options.textfile_directories = {host.root() + "/te*"};
    const std::string samples = host.scrape(make_textfile);
    CHECK(samples.ends_with("node_textfile_scrape_error 0\none{x=\"1\"} 1\none{x=\"\"} 2\none{x=\"3\"} 3\n"));
    CHECK(samples.starts_with("node_textfile_mtime_seconds{file=\"" + host.root() + "/text/a.prom\"} "));
    CHECK(host.page.find("# HELP one Metric read from " + host.root() + "/text/a.prom, " + host.root() +
                         "/text/b.prom\n# TYPE one untyped\n") != std::string::npos);
  }

  TEST_CASE("histograms and summaries pass through in order") {
    Host host;
    host.write("text/a.prom",
               "# TYPE h histogram\nh_bucket{a=\"b\",le=\"400\"} 2\nh_bucket{a=\"b\",le=\"1e2\"} "
               "1\nh_sum{a=\"b\"} 9\nh_count{a=\"b\"} 3\n"
               "# TYPE s summary\ns{quantile=\"0.5\"} 7\ns_sum 8\ns_count 9\n");
    host.options.textfile_directories = {host.root() + "/text"};
    const std::string samples = host.scrape(make_textfile);
    CHECK(samples.starts_with(
        "h_bucket{a=\"b\",le=\"100\"} 1\nh_bucket{a=\"b\",le=\"400\"} 2\nh_bucket{a=\"b\",le=\"+Inf\"} 3\n"
        "h_sum{a=\"b\"} 9\nh_count{a=\"b\"} 3\n"));
    CHECK(samples.ends_with("s{quantile=\"0.5\"} 7\ns_sum 8\ns_count 9\n"));
  }

  TEST_CASE("a bad file costs itself and sets the error") {
    Host host;
    host.write("text/good.prom", "good 1\n");
    host.options.textfile_directories = {host.root() + "/text"};
    for (const char* content :
         {"bad{ 1\n", "bad 1 1441205977284\n", "bad 1", "# TYPE bad counter\n# TYPE bad counter\nbad 1\n",
          "{\"bad.name\"} 1\n", "bad 1\n# TYPE bad gauge\n"}) {
      CAPTURE(content);
      host.write("text/bad.prom", content);
      const std::string samples = host.scrape(make_textfile);
      CHECK(samples.find("good 1\n") != std::string::npos);
      CHECK(samples.find("node_textfile_scrape_error 1\n") != std::string::npos);
      CHECK(samples.find("bad 1") == std::string::npos);
      CHECK(samples.find("bad.prom") == std::string::npos);
    }
  }

  TEST_CASE("a differing help text drops the later file's family and sets the error") {
    Host host;
    host.write("text/a.prom", "# HELP m first\nm{f=\"a\"} 1\n");
    host.write("text/b.prom", "# HELP m second\nm{f=\"b\"} 2\n");
    host.options.textfile_directories = {host.root() + "/text"};
    const std::string samples = host.scrape(make_textfile);
    CHECK(samples.find("m{f=\"a\"} 1\n") != std::string::npos);
    CHECK(samples.find("m{f=\"b\"}") == std::string::npos);
    CHECK(samples.find("node_textfile_scrape_error 1\n") != std::string::npos);
  }

  TEST_CASE("a directory that is missing and a FIFO are errors that do not hang") {
    Host host;
    host.options.textfile_directories = {host.root() + "/nowhere"};
    CHECK(host.scrape(make_textfile) == "node_textfile_scrape_error 1\n");
    host.write("text/a.prom", "one 1\n");
    host.options.textfile_directories = {host.root() + "/text"};
    REQUIRE(::mkfifo((host.root() + "/text/pipe.prom").c_str(), 0600) == 0);
    const std::string samples = host.scrape(make_textfile);
    CHECK(samples.find("one 1\n") != std::string::npos);
    CHECK(samples.find("node_textfile_scrape_error 1\n") != std::string::npos);
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
