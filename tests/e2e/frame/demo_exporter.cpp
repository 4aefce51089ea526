// A small exporter for the frame's own tests: one collector that works, one that fails, one that finds
// nothing, and one that sleeps for as long as --demo.sleep says.

#include <time.h>

#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "common/exporter/frame.h"

namespace {

using namespace std::chrono_literals;
using sonde::Desc;
using sonde::Error;
using sonde::ErrorCode;
using sonde::MetricType;
using sonde::Ok;
using sonde::Result;
using sonde::Status;
using sonde::exporter::Application;
using sonde::exporter::Collector;
using sonde::exporter::CollectorEntry;
using sonde::exporter::CollectorSet;
using sonde::exporter::Context;
using sonde::exporter::MetricSink;

constexpr Desc kAnswer{"demo_answer", "What the demo knows.", MetricType::Gauge, {"about"}};
constexpr Desc kPartial{"demo_partial", "What came before the failure."};
constexpr Desc kSlept{"demo_slept_seconds", "How long the collector slept."};
constexpr Desc kDuration{"demo_scrape_collector_duration_seconds",
                         "Duration of a collector scrape.",
                         MetricType::Gauge,
                         {"collector"}};
constexpr Desc kSuccess{
    "demo_scrape_collector_success", "Whether a collector succeeded.", MetricType::Gauge, {"collector"}};

class Answer final : public Collector {
 public:
  Status collect(MetricSink& sink) override {
    sink.sample(kAnswer, {"everything"}, 42);
    return Ok{};
  }
};

class Failing final : public Collector {
 public:
  Status collect(MetricSink& sink) override {
    sink.sample(kPartial, 1);
    return Error(ErrorCode::Corrupt, "demo: broken on purpose");
  }
};

class Absent final : public Collector {
 public:
  Status collect(MetricSink&) override { return Error(ErrorCode::NotFound, "demo: not on this host"); }
};

class Sleeper final : public Collector {
 public:
  explicit Sleeper(const std::chrono::milliseconds& duration) : duration_(duration) {}
  Status collect(MetricSink& sink) override {
    const auto ms = duration_.count();
    timespec left{.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1'000'000};
    ::nanosleep(&left, nullptr);
    sink.sample(kSlept, static_cast<double>(ms) / 1000);
    return Ok{};
  }

 private:
  const std::chrono::milliseconds& duration_;
};

}  // namespace

int main(int argc, char** argv) {
  std::chrono::milliseconds sleep = 0ms;
  CollectorSet* set = nullptr;  // Lives while the server does.
  sonde::loop::EventLoop* loop = nullptr;
  Application application;
  application.program = "sonde-demo-exporter";
  application.title = "Demo Exporter";
  application.description = "Shows the frame at work.";
  application.build_info_name = "demo_exporter_build_info";
  application.default_listen_address = ":9999";
  application.has_max_requests = true;
  application.has_disable_exporter_metrics = true;
  application.add_flags = [&](sonde::exporter::Flags& flags) {
    flags.duration("demo.sleep", sleep, "How long the sleeping collector takes.");
    flags.ignored("runtime.gomaxprocs", true, "No effect.");
  };
  application.start = [&](Context& context) -> Result<std::shared_ptr<void>> {
    std::vector<CollectorEntry> entries;
    entries.push_back({"absent", std::make_unique<Absent>()});
    entries.push_back({"answer", std::make_unique<Answer>()});
    entries.push_back({"failing", std::make_unique<Failing>()});
    entries.push_back({"sleeper", std::make_unique<Sleeper>(sleep), true});
    loop = &context.loop;
    auto made = std::make_shared<CollectorSet>(std::move(entries), CollectorSet::Names{&kDuration, &kSuccess},
                                               context.clock, context.logger);
    made->set_disabled({"spare"});
    set = made.get();
    return std::shared_ptr<void>(std::move(made));
  };
  application.scrape = [&](const sonde::http::Request& request, int64_t deadline_ns,
                           std::function<void(sonde::http::Response)> done) {
    CollectorSet::Selection selection;
    for (const std::string_view name : request.parameters("collect[]")) selection.include.emplace_back(name);
    for (const std::string_view name : request.parameters("exclude[]")) selection.exclude.emplace_back(name);
    if (const auto good = set->check(selection); !good) {
      return done(sonde::http::text_response(400, good.error().message() + "\n"));
    }
    set->collect(*loop, selection, deadline_ns, [done = std::move(done)](std::string page) {
      sonde::http::Response response;
      response.body = std::move(page);
      done(std::move(response));
    });
  };
  return sonde::exporter::run(std::move(application), argc, argv);
}
