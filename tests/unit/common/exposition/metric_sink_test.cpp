#include "common/exposition/metric_sink.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace sonde::exposition {
namespace {

constexpr Desc kLoad{.name = "node_load1", .help = "1m load average."};
constexpr Desc kCpu{.name = "cpu_seconds_total",
                    .help = "Seconds.\nBy \\ mode.",
                    .type = MetricType::Counter,
                    .labels = {"cpu", "mode"}};

std::string page_of(const MetricSink& sink) {
  const std::array sinks{&sink};
  std::string page;
  join_text(sinks, page);
  return page;
}

}  // namespace

TEST_SUITE("exposition/metric_sink") {
  TEST_CASE("a page has HELP and TYPE and samples in the order they came") {
    MetricSink sink;
    sink.sample(kLoad, 0.21);
    sink.sample(kCpu, {"0", "user"}, 1234567);
    sink.sample(kCpu, {"0", "idle"}, -0.0);
    CHECK(page_of(sink) ==
          "# HELP cpu_seconds_total Seconds.\\nBy \\\\ mode.\n"
          "# TYPE cpu_seconds_total counter\n"
          "cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1.234567e+06\n"
          "cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 0\n"
          "# HELP node_load1 1m load average.\n"
          "# TYPE node_load1 gauge\n"
          "node_load1 0.21\n");
  }

  TEST_CASE("label values are escaped and made valid") {
    MetricSink sink;
    sink.sample(kCpu, {"a\"b\\c\nd", ""}, 1);
    sink.sample(kCpu, {"\xff", "é"}, 2);
    sink.sample(kCpu, {std::string(5000, 'x'), "y"}, 3);
    REQUIRE(sink.families().size() == 1);
    CHECK(sink.families()[0].body() ==
          "cpu_seconds_total{cpu=\"a\\\"b\\\\c\\nd\",mode=\"\"} 1\n"
          "cpu_seconds_total{cpu=\"\xEF\xBF\xBD\",mode=\"é\"} 2\n"
          "cpu_seconds_total{cpu=\"" +
              std::string(5000, 'x') + "\",mode=\"y\"} 3\n");
    CHECK(sink.families()[0].sample_count == 3);
  }

  TEST_CASE("a label value may be no text at all") {
    MetricSink sink;
    for (int scrape = 0; scrape < 2; ++scrape) {
      sink.clear();
      sink.sample(kCpu, {"0", std::string_view()}, 1);
      CHECK(sink.families()[0].body() == "cpu_seconds_total{cpu=\"0\",mode=\"\"} 1\n");
    }
  }

  TEST_CASE("lines have labels and suffix and time of their own") {
    MetricSink sink;
    const Desc& desc = sink.family("h", "Made at run time.", MetricType::Histogram);
    const std::array<LabelView, 2> labels{LabelView{"a", "b"}, LabelView{"le", "+Inf"}};
    sink.line(desc, "_bucket", labels, 3);
    sink.line(desc, "_sum", {}, std::numeric_limits<double>::infinity(), 1700000000123);
    const Desc& dotted =
        sink.family("a.b", "Dotted.", MetricType::Gauge, std::array<std::string_view, 1>{"c.d"});
    sink.sample(dotted, {"e"}, 1);
    sink.line(dotted, "", {}, 2);
    CHECK(page_of(sink) ==
          "# HELP \"a.b\" Dotted.\n# TYPE \"a.b\" gauge\n{\"a.b\",\"c.d\"=\"e\"} 1\n{\"a.b\"} 2\n"
          "# HELP h Made at run time.\n# TYPE h histogram\n"
          "h_bucket{a=\"b\",le=\"+Inf\"} 3\nh_sum +Inf 1700000000123\n");
    CHECK(&sink.family("h", "Other help.", MetricType::Gauge) == &desc);
  }

  TEST_CASE("families of one name in several sinks become one and empty ones are left out") {
    constexpr Desc kSame{.name = "node_load1", .help = "Other help."};
    constexpr Desc kEmpty{.name = "empty", .help = "No samples."};
    MetricSink first;
    MetricSink second;
    second.sample(kSame, 2);
    first.sample(kLoad, 1);
    first.sample(kEmpty, 1);
    const std::array<const MetricSink*, 2> sinks{&first, &second};
    PageJoiner joiner;
    std::string page;
    joiner.join(sinks, page);
    CHECK(page.starts_with("# HELP empty No samples.\n"));
    first.clear();
    second.clear();
    first.sample(kLoad, 3);
    second.sample(kSame, 4);
    page.clear();
    joiner.join(sinks, page);
    CHECK(page ==
          "# HELP node_load1 1m load average.\n# TYPE node_load1 gauge\nnode_load1 3\nnode_load1 4\n");
    // A family that the joiner has not seen yet.
    second.sample(kCpu, {"0", "user"}, 1);
    page.clear();
    joiner.join(sinks, page);
    CHECK(page.starts_with("# HELP cpu_seconds_total"));
  }

  TEST_CASE("many families are found again") {
    MetricSink sink;
    for (int round = 0; round < 2; ++round) {
      sink.clear();
      for (int i = 0; i < 1000; ++i) {
        sink.sample(sink.family("f" + std::to_string(i), "Help.", MetricType::Untyped), i);
      }
    }
    CHECK(sink.families().size() == 1000);
    for (size_t i = 0; i < 1000; ++i) {
      CHECK(sink.families()[i].body().starts_with("f" + std::to_string(i) + " "));
      CHECK(sink.families()[i].sample_count == 1);
    }
  }

  TEST_CASE("a scrape that differs from the last one is written as if there had been none") {
    struct Point {
      std::string cpu;
      double value;
      std::string text;  // of the value
      std::string escaped = cpu;
    };
    const Point idle{"idle", 0.5, "0.5"};
    const Point user{"user", 7, "7"};
    const Point quote{"a\"b", 1, "1", "a\\\"b"};
    // Looks like the line of `quote` when escaped and unescaped are mixed up.
    const Point escape{"a\\\"b", 1, "1", "a\\\\\\\"b"};
    const auto with = [](Point point, double value, const std::string& text) {
      point.value = value;
      point.text = text;
      return point;
    };
    const std::vector<std::vector<Point>> scrapes{
        {idle, user, {"x", 3, "3"}},
        {idle, user, {"x", 3, "3"}},                                   // nothing new
        {with(idle, 123456, "123456"), user, {"x", 4, "4"}},           // a longer number, then equal lines
        {with(idle, 1234567, "1.234567e+06"), user, {"x", 44, "44"}},  // longer each time
        {with(idle, 1, "1"), with(user, 12, "12"), {"x", 4, "4"}},     // shorter, longer, shorter
        {user, {"x", 4, "4"}},                                         // the first is gone
        {user, idle, {"x", 4, "4"}, {"y", 5, "5"}},                    // others between and behind
        {user},
        {},
        {user, quote, {"x", 1, "1"}},
        {user, quote, {"x", 1, "1"}},
        {user, escape, {"x", 1, "1"}},
        {user, quote, {"x", 2, "2"}},
        {{"", 1, "1"}, {"user", 1, "1"}},
        {{"use", 1, "1"}, {"r", 1, "1"}},
    };
    MetricSink sink;
    // Twice, so that each follows each order of its neighbours and the last is followed by the first.
    for (size_t i = 0; i < 2 * scrapes.size(); ++i) {
      sink.clear();
      std::string wanted;
      for (const Point& point : scrapes[i % scrapes.size()]) {
        sink.sample(kCpu, {point.cpu, "m"}, point.value);
        wanted += "cpu_seconds_total{cpu=\"" + point.escaped + "\",mode=\"m\"} " + point.text + "\n";
      }
      CAPTURE(i);
      CHECK(sink.families()[0].body() == wanted);
      CHECK(sink.families()[0].sample_count == scrapes[i % scrapes.size()].size());
    }
  }

  TEST_CASE("label values are told apart where one ends and the next begins") {
    MetricSink sink;
    sink.sample(kCpu, {"ab", "c"}, 1);
    sink.clear();
    sink.sample(kCpu, {"a", "bc"}, 1);
    sink.clear();
    sink.sample(kCpu, {"a\",mode=\"bc", ""}, 1);
    CHECK(sink.families()[0].body() == "cpu_seconds_total{cpu=\"a\\\",mode=\\\"bc\",mode=\"\"} 1\n");
  }

  TEST_CASE("many lines that all grow at once stay in order") {
    MetricSink sink;
    constexpr size_t kCount = 5000;
    for (const double value : {1.0, 22.0, 333.0, 0.125, 5.0}) {
      sink.clear();
      std::string wanted;
      std::string number = std::to_string(static_cast<int>(value));
      if (value == 0.125) number = "0.125";
      for (size_t i = 0; i < kCount; ++i) {
        const std::string cpu = std::to_string(i);
        sink.sample(kCpu, {cpu, "idle"}, value);
        wanted += "cpu_seconds_total{cpu=\"" + cpu + "\",mode=\"idle\"} " + number + "\n";
      }
      CHECK(sink.families()[0].body() == wanted);
    }
  }

  TEST_CASE("samples and lines of their own labels may take turns in a family") {
    MetricSink sink;
    const std::array<LabelView, 1> labels{LabelView{"le", "1"}};
    for (int round = 0; round < 3; ++round) {
      sink.clear();
      const bool line_first = round == 1;
      if (line_first) sink.line(kLoad, "_bucket", labels, 2);
      sink.sample(kLoad, 1);
      if (!line_first) sink.line(kLoad, "_bucket", labels, 2);
      sink.sample(kLoad, 3);
      CHECK(sink.families()[0].body() ==
            (line_first ? "node_load1_bucket{le=\"1\"} 2\nnode_load1 1\nnode_load1 3\n"
                        : "node_load1 1\nnode_load1_bucket{le=\"1\"} 2\nnode_load1 3\n"));
    }
  }

  TEST_CASE("instruments are exposed with cumulative buckets") {
    Registry registry;
    constexpr Desc kRequests{
        .name = "requests_total", .help = "R.", .type = MetricType::Counter, .labels = {"code"}};
    constexpr Desc kDuration{.name = "duration_seconds", .help = "D.", .type = MetricType::Histogram};
    constexpr Desc kAge{.name = "age", .help = "A."};
    registry.counter(kRequests, {"200"}).add(3);
    constexpr std::array kBounds{0.5, 1.0};
    Histogram& histogram = registry.histogram(kDuration, kBounds);
    for (const double value : {0.5, 0.6, 7.0}) histogram.observe(value);
    registry.callback(kAge, [] { return 42.0; });
    MetricSink sink;
    sink.instruments(registry);
    CHECK(page_of(sink) ==
          "# HELP age A.\n# TYPE age gauge\nage 42\n"
          "# HELP duration_seconds D.\n# TYPE duration_seconds histogram\n"
          "duration_seconds_bucket{le=\"0.5\"} 1\nduration_seconds_bucket{le=\"1\"} 2\n"
          "duration_seconds_bucket{le=\"+Inf\"} 3\nduration_seconds_sum 8.1\nduration_seconds_count 3\n"
          "# HELP requests_total R.\n# TYPE requests_total counter\nrequests_total{code=\"200\"} 3\n");
  }

}  // TEST_SUITE

}  // namespace sonde::exposition
