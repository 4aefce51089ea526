#include "scraper/scrape/scrape_loop.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "common/core/clock.h"
#include "scraper/scrape/shard.h"
#include "tests/unit/common/http_client/scripted_server.h"
#include "tests/unit/scraper/scrape/recording_sink.h"

namespace config = sonde::config;
namespace discovery = sonde::discovery;
namespace scrape = sonde::scrape;
using sonde::Labels;
using sonde::testing::Peer;
using sonde::testing::RecordingSink;
using sonde::testing::ScriptedServer;
using namespace std::chrono_literals;

namespace {

// A body that the test changes between scrapes.
class Page {
 public:
  void set(std::string status, std::string body, std::string content_type = "text/plain; version=0.0.4") {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    body_ = std::move(body);
    headers_ = content_type.empty() ? "" : "Content-Type: " + content_type + "\r\n";
  }
  void set(std::string body) { set("200 OK", std::move(body)); }
  ScriptedServer::Script script() {
    return ScriptedServer::replies([this](Peer& peer, const std::string& request) {
      const std::lock_guard lock(mutex_);
      request_ = request;
      peer.answer(status_, body_, headers_);
    });
  }
  std::string request() {
    const std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  std::mutex mutex_;
  std::string status_ = "200 OK";
  std::string body_;
  std::string headers_ = "Content-Type: text/plain\r\n";
  std::string request_;
};

// One loop on a real shard that scrapes every 100 ms.
struct Fixture {
  sonde::SystemClock clock;
  sonde::Logger logger{clock, STDERR_FILENO};
  sonde::Registry registry;
  scrape::ScrapeMetrics metrics{registry};
  scrape::GroupClaims claims;
  RecordingSink sink;
  config::ScrapeConfig job;
  discovery::Target target;
  std::shared_ptr<scrape::LoopStatus> status = std::make_shared<scrape::LoopStatus>();
  std::unique_ptr<scrape::Shard> shard = *scrape::Shard::make(
      {.clock = clock, .logger = logger, .sink = sink, .claims = claims, .metrics = metrics});

  explicit Fixture(const std::string& url) {
    job.job_name = "j";
    job.scrape.protocols = {
        config::ScrapeProtocol::OpenMetricsText1_0_0, config::ScrapeProtocol::OpenMetricsText0_0_1,
        config::ScrapeProtocol::PrometheusText1_0_0, config::ScrapeProtocol::PrometheusText0_0_4};
    target.labels = Labels{{"job", "j"}, {"instance", "i"}};
    target.url = url;
    target.interval = 100ms;
    target.timeout = 100ms;
    target.hash = 7'000'000;
  }
  void start(uint64_t id = 1) {
    shard->add(std::make_shared<const scrape::PoolContext>(job, false), target,
               {.id = id, .server_hash = 0, .forced_error = {}}, status);
  }
  // Waits for `count` more rows.
  void wait_rows(size_t count) {
    const size_t wanted = sink.rows() + count;
    wait([&] { return sink.rows() >= wanted; });
  }
  template <class Condition>
  void wait(Condition condition) {
    for (int i = 0; i < 500; ++i) {
      if (condition()) return;
      std::this_thread::sleep_for(10ms);
    }
    FAIL("waited in vain: " << status->get().last_error);
  }
  std::optional<double> last(const std::string& name) const { return sink.last(name); }
};

constexpr const char* kUp = R"(up{instance="i",job="j"})";
constexpr const char* kA = R"(a{instance="i",job="j"})";

}  // namespace

TEST_SUITE("scrape/scrape_loop") {
  TEST_CASE("samples and reports are one row with the target's labels") {
    Page page;
    page.set("# TYPE a counter\na 1\nb{x=\"y\"} 2.5e3\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(2);
    fixture.shard->stop();
    const auto series = fixture.sink.series();
    CHECK(series.size() == 7);
    CHECK(fixture.last(kA) == 1);
    CHECK(fixture.last(R"(b{instance="i",job="j",x="y"})") == 2500);
    CHECK(fixture.last(kUp) == 1);
    CHECK(fixture.last(R"(scrape_samples_scraped{instance="i",job="j"})") == 2);
    CHECK(fixture.last(R"(scrape_samples_post_metric_relabeling{instance="i",job="j"})") == 2);
    const auto added = fixture.sink.samples(R"(scrape_series_added{instance="i",job="j"})");
    CHECK(added[0].second == 2);
    CHECK(added[1].second == 0);
    for (const auto& [name, samples] : series) CHECK(samples[0].first == added[0].first);
    CHECK(fixture.sink.problems().empty());
    CHECK(fixture.sink.shapes() == 1);
    CHECK(fixture.status->get().health == scrape::TargetHealth::Up);
  }

  TEST_CASE("the request has the reference's headers") {
    Page page;
    ScriptedServer server(page.script());
    Fixture fixture(server.url("/m?a=b"));
    fixture.start();
    fixture.wait_rows(1);
    const std::string request = page.request();
    CHECK(request.starts_with("GET /m?a=b HTTP/1.1\r\n"));
    CHECK(request.find("Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                       "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
                       "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n") !=
          std::string::npos);
    CHECK(request.find("Accept-Encoding: gzip\r\n") != std::string::npos);
    CHECK(request.find("User-Agent: Prometheus/3.14.0\r\n") != std::string::npos);
    CHECK(request.find("X-Prometheus-Scrape-Timeout-Seconds: 0.1\r\n") != std::string::npos);
  }

  TEST_CASE("a failed scrape ends all series but the reports and the next good one brings them back") {
    Page page;
    page.set("a 1\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(1);
    page.set("500 Internal Server Error", "");
    fixture.wait([&] { return fixture.last(kUp) == 0; });
    CHECK_FALSE(fixture.last(kA));
    CHECK(fixture.last(R"(scrape_samples_scraped{instance="i",job="j"})") == 0);
    CHECK(fixture.status->get().last_error == "server returned HTTP status 500 Internal Server Error");
    CHECK(fixture.sink.samples(kA).back().first ==
          fixture.sink.samples(kUp)[fixture.sink.samples(kA).size() - 1].first);
    page.set("a 2\n");
    fixture.wait([&] { return fixture.last(kA) == 2; });
    CHECK(fixture.last(kUp) == 1);
    CHECK(fixture.last(R"(scrape_series_added{instance="i",job="j"})") == 0);
  }

  TEST_CASE("each kind of bad answer costs only its scrape") {
    struct Case {
      std::string status, body, content_type, error;
    };
    const std::vector<Case> cases{
        {"204 No Content", "", "text/plain", "server returned HTTP status 204 No Content"},
        {"200 OK", "a 1\n", "",
         "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified "
         "for target"},
        {"200 OK", "a 1\n", "text/html",
         "received unsupported Content-Type \"text/html\" and no fallback_scrape_protocol specified for "
         "target"},
        {"200 OK", "a 1\nb{ 2\n", "text/plain", ""},
        {"200 OK", "a 1\nb{x=\"\xff\"} 2\n", "text/plain", ""},
        {"200 OK", "a 1\r\n", "text/plain", ""},
        {"200 OK", "a 1\n", "application/openmetrics-text", ""},
        {"200 OK", "a{x=\"1\",x=\"2\"} 1\n", "text/plain", ""},
        {"200 OK", "\x01\x02\x03",
         "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited", ""},
    };
    for (const Case& bad : cases) {
      CAPTURE(bad.body);
      CAPTURE(bad.content_type);
      Page page;
      page.set("a 1\n");
      ScriptedServer server(page.script());
      Fixture fixture(server.url());
      fixture.start();
      fixture.wait([&] { return fixture.last(kA) == 1; });
      page.set(bad.status, bad.body, bad.content_type);
      fixture.wait([&] { return fixture.last(kUp) == 0; });
      CHECK_FALSE(fixture.last(kA));
      // The status follows the row.
      fixture.wait([&] { return !fixture.status->get().last_error.empty(); });
      if (!bad.error.empty()) CHECK(fixture.status->get().last_error == bad.error);
      page.set("a 3\n");
      fixture.wait([&] { return fixture.last(kA) == 3; });
      CHECK(fixture.last(kUp) == 1);
    }
  }

  TEST_CASE("an empty body is a good scrape of nothing") {
    Page page;
    page.set("200 OK", "", "");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(1);
    CHECK(fixture.last(kUp) == 1);
    CHECK(fixture.sink.series().size() == 5);
  }

  TEST_CASE("a slow target fails by its timeout while another goes on") {
    ScriptedServer slow([](Peer& peer) {
      peer.read_request();
      peer.wait_for_end();
    });
    Page page;
    page.set("a 1\n");
    ScriptedServer good(page.script());
    Fixture fixture(slow.url());
    fixture.target.timeout = 50ms;
    fixture.start(1);
    fixture.target.labels = Labels{{"job", "j"}, {"instance", "good"}};
    fixture.target.url = good.url();
    fixture.status = std::make_shared<scrape::LoopStatus>();
    fixture.start(2);
    fixture.wait([&] { return fixture.sink.samples(kUp).size() >= 3; });
    CHECK(fixture.last(kUp) == 0);
    CHECK(fixture.sink.samples(R"(a{instance="good",job="j"})").size() >= 2);
  }

  TEST_CASE("limits fail the whole scrape and the real count is told") {
    Page page;
    page.set("a 1\nb 2\nc{long=\"label\"} 3\n");
    ScriptedServer server(page.script());
    const auto run = [&](auto configure) {
      Fixture fixture(server.url());
      configure(fixture.job);
      fixture.start();
      fixture.wait_rows(1);
      fixture.wait([&] { return !fixture.status->get().last_error.empty(); });
      CHECK(fixture.last(kUp) == 0);
      CHECK(fixture.sink.series().size() == 5);
      return fixture.status->get().last_error + "|" +
             std::to_string(
                 static_cast<int>(*fixture.last(R"(scrape_samples_scraped{instance="i",job="j"})")));
    };
    CHECK(run([](auto& job) { job.scrape.limits.samples = 2; }) == "sample limit exceeded|3");
    CHECK(run([](auto& job) { job.scrape.limits.body_size_bytes = 20; }) == "body size limit exceeded|0");
    CHECK(run([](auto& job) { job.scrape.limits.labels = 3; }) ==
          "label_limit exceeded (metric: c, number of labels: 4, limit: 3)|3");
    CHECK(run([](auto& job) {
            job.scrape.limits.label_name_bytes = 7;
          }).starts_with("label_name_length_limit exceeded"));
    CHECK(run([](auto& job) { job.scrape.limits.label_value_bytes = 4; }) ==
          "label_value_length_limit exceeded (metric: c, label name: long, value: \"label\", length: 5, "
          "limit: 4)|3");
  }

  TEST_CASE("limits that are just kept do no harm") {
    Page page;
    page.set("a 1\nb 2\nc{long=\"label\"} 3\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.job.scrape.limits = {
        .body_size_bytes = 29, .samples = 3, .labels = 4, .label_name_bytes = 8, .label_value_bytes = 5};
    fixture.start();
    fixture.wait_rows(1);
    CHECK(fixture.last(kUp) == 1);
  }

  TEST_CASE("explicit timestamps are kept and do not end by absence") {
    Page page;
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    const int64_t now_ms = fixture.clock.wall_ms();
    const auto line = [](const std::string& series, int64_t time) {
      return series + " 1 " + std::to_string(time) + "\n";
    };
    page.set("plain 1\n" + line("a", now_ms - 1000) + line("b{id=\"1\"}", now_ms - 2000) +
             line("c{id=\"1\"}", now_ms - 2000) + line("b{id=\"2\"}", now_ms - 500) +
             line("far", now_ms + 700'000) + line("a", now_ms - 900));
    fixture.start();
    fixture.wait([&] { return fixture.sink.samples(kA).size() == 2; });
    fixture.wait_rows(2);
    CHECK(fixture.sink.samples(kA) ==
          std::vector<RecordingSink::Sample>{{now_ms - 1000, 1}, {now_ms - 900, 1}});
    CHECK(fixture.sink.samples(R"(c{id="1",instance="i",job="j"})").front().first == now_ms - 2000);
    CHECK(fixture.sink.samples(R"(b{id="2",instance="i",job="j"})").front().first == now_ms - 500);
    CHECK(fixture.sink.samples(R"(far{instance="i",job="j"})").empty());
    CHECK(fixture.metrics.sample_out_of_bounds.value() > 0);
    page.set("plain 1\n");
    fixture.wait_rows(2);
    CHECK(fixture.last(kA) == 1);
    CHECK(fixture.last(kUp) == 1);
    CHECK(fixture.sink.problems().empty());
  }

  TEST_CASE("track_timestamps_staleness ends series with timestamps too") {
    Page page;
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.job.track_timestamps_staleness = true;
    page.set("a 1 " + std::to_string(fixture.clock.wall_ms()) + "\n");
    fixture.start();
    fixture.wait([&] { return fixture.last(kA) == 1; });
    page.set("b 1\n");
    fixture.wait([&] { return !fixture.last(kA); });
  }

  TEST_CASE("honor_timestamps false takes the time of the scrape") {
    Page page;
    page.set("a 1 1000\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.job.honor_timestamps = false;
    fixture.start();
    fixture.wait([&] { return !fixture.sink.samples(kA).empty(); });
    CHECK(fixture.sink.samples(kA).front().first == fixture.sink.samples(kUp).front().first);
  }

  TEST_CASE("colliding labels are renamed or honored") {
    Page page;
    page.set("a{job=\"x\",exported_job=\"z\"} 1\nb{instance=\"\"} 2\nc{job=\"p\",instance=\"q\"} 3\n");
    ScriptedServer server(page.script());
    {
      Fixture fixture(server.url());
      fixture.start();
      fixture.wait_rows(1);
      CHECK(fixture.last(R"(a{exported_exported_job="x",exported_job="z",instance="i",job="j"})") == 1);
      CHECK(fixture.last(R"(b{instance="i",job="j"})") == 2);
    }
    Fixture fixture(server.url());
    fixture.job.honor_labels = true;
    fixture.start();
    fixture.wait_rows(4);
    CHECK(fixture.last(R"(a{exported_job="z",instance="i",job="x"})") == 1);
    CHECK(fixture.last(R"(b{job="j"})") == 2);
    CHECK(fixture.last(R"(c{instance="q",job="p"})") == 3);
    CHECK(fixture.last(kUp) == 1);
    page.set("c{job=\"p\",instance=\"q\"} 4\n");
    fixture.wait([&] { return fixture.last(R"(c{instance="q",job="p"})") == 4; });
    CHECK_FALSE(fixture.last(R"(b{job="j"})"));
    page.set("500 No", "");
    fixture.wait([&] { return fixture.last(kUp) == 0; });
    CHECK_FALSE(fixture.last(R"(c{instance="q",job="p"})"));
    CHECK(fixture.sink.problems().empty());
  }

  TEST_CASE("a series named as a report is the target's") {
    Page page;
    page.set("up 5\nup{a=\"b\"} 6\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(1);
    CHECK(fixture.last(kUp) == 5);
    CHECK(fixture.last(R"(up{a="b",instance="i",job="j"})") == 6);
    page.set("500 No", "");
    fixture.wait([&] { return fixture.last(kUp) == 0; });
  }

  TEST_CASE("of two equal series the first counts") {
    Page page;
    page.set("a 1\na 2\na{x=\"\"} 3\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(2);
    CHECK(fixture.last(kA) == 1);
    CHECK(fixture.last(kUp) == 1);
    CHECK(fixture.metrics.sample_duplicate.value() >= 4);
    CHECK(fixture.last(R"(scrape_samples_post_metric_relabeling{instance="i",job="j"})") == 3);
  }

  TEST_CASE("a loop that ends leaves stale markers after a while") {
    Page page;
    page.set("a 1\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(1);
    const int64_t last_ms = fixture.sink.samples(kUp).back().first;
    fixture.shard->end(1);
    fixture.wait([&] { return !fixture.last(kUp); });
    CHECK_FALSE(fixture.last(kA));
    CHECK(fixture.sink.samples(kUp).back().first > last_ms);
    CHECK(fixture.sink.samples(kUp).back().first <= last_ms + 300);
  }

  TEST_CASE("a loop that takes over leaves no gap and no marker") {
    Page page;
    page.set("a 1\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start(1);
    fixture.wait_rows(1);
    fixture.shard->end(1);
    fixture.start(2);
    fixture.wait_rows(6);
    for (const auto& [time, value] : fixture.sink.samples(kA)) CHECK(value.has_value());
  }

  TEST_CASE("stopping writes no markers") {
    Page page;
    page.set("a 1\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start();
    fixture.wait_rows(1);
    fixture.shard->stop();
    CHECK(fixture.last(kA) == 1);
    CHECK(fixture.last(kUp) == 1);
  }

  TEST_CASE("a second target with the same labels is told so") {
    Page page;
    page.set("a 1\n");
    ScriptedServer server(page.script());
    Fixture fixture(server.url());
    fixture.start(1);
    fixture.wait_rows(1);
    fixture.status = std::make_shared<scrape::LoopStatus>();
    fixture.start(2);
    fixture.wait([&] { return fixture.status->get().health == scrape::TargetHealth::Down; });
    CHECK(fixture.status->get().last_error.find("same labels") != std::string::npos);
    CHECK(fixture.last(kUp) == 1);
  }
}
