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

class DemoExporter final : public sonde::exporter::Exporter {
 public:
  DemoExporter(Context& context, const std::chrono::milliseconds& sleep) : context_(context), sleep_(sleep) {}

  Status start() override {
    std::vector<CollectorEntry> entries;
    entries.push_back({"absent", std::make_unique<Absent>()});
    entries.push_back({"answer", std::make_unique<Answer>()});
    entries.push_back({"failing", std::make_unique<Failing>()});
    entries.push_back({"sleeper", std::make_unique<Sleeper>(sleep_), true});
    set_ = std::make_unique<CollectorSet>(std::move(entries), CollectorSet::Names{&kDuration, &kSuccess},
                                          context_.clock, context_.logger, context_.workers);
    set_->set_disabled({"spare"});
    return Ok{};
  }

  void scrape(const sonde::http::Request& request, int64_t deadline_monotonic_ns,
              sonde::exporter::Answer answer) override {
    CollectorSet::Selection selection;
    for (const std::string_view name : request.parameters("collect[]")) selection.include.emplace_back(name);
    for (const std::string_view name : request.parameters("exclude[]")) selection.exclude.emplace_back(name);
    if (const auto good = set_->check(selection); !good) {
      return answer(sonde::http::text_response(400, good.error().message() + "\n"));
    }
    set_->collect(context_.loop, selection, deadline_monotonic_ns,
                  [answer = std::move(answer)](std::string page) { answer({.body = std::move(page)}); });
  }

 private:
  Context& context_;
  const std::chrono::milliseconds& sleep_;
  std::unique_ptr<CollectorSet> set_;
};

}  // namespace

int main(int argc, char** argv) {
  std::chrono::milliseconds sleep = 0ms;
  Application application{
      .program = "sonde-demo-exporter",
      .title = "Demo Exporter",
      .description = "Shows the frame at work.",
      .build_info_name = "demo_exporter_build_info",
      .default_listen_address = ":9999",
      .add_flags =
          [&](sonde::exporter::Flags& flags) {
            flags.duration("demo.sleep", sleep, "How long the sleeping collector takes.");
            flags.ignored("runtime.gomaxprocs", true, "No effect.");
          },
      .make = [&](Context& context) { return std::make_unique<DemoExporter>(context, sleep); },
      .has_max_requests = true,
      .has_disable_exporter_metrics = true,
  };
  return sonde::exporter::run(std::move(application), argc, argv);
}
