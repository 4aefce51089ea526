#include "exporters/node/node_exporter.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "exporters/node/collector_list.h"
#include "exporters/node/shared_reads.h"

namespace sonde::node {
namespace {

using exporter::CollectorSet;

constexpr Desc kScrapeDuration{"node_scrape_collector_duration_seconds",
                               "node_exporter: Duration of a collector scrape.",
                               MetricType::Gauge,
                               {"collector"}};
constexpr Desc kScrapeSuccess{"node_scrape_collector_success",
                              "node_exporter: Whether a collector succeeded.",
                              MetricType::Gauge,
                              {"collector"}};

class NodeExporter final : public exporter::Exporter {
 public:
  NodeExporter(exporter::Context& context, const Options& options)
      : context_(context), options_(options), shared_(options.roots) {}

  Status start() override {
    if (::geteuid() == 0) {
      context_.logger.warn(
          "running as root: this exporter needs no more rights than those of an ordinary user");
    }
    auto choice = make_collectors(options_, context_.clock, context_.logger, shared_);
    if (!choice) return choice.error();
    collectors_ = std::make_unique<CollectorSet>(
        std::move(choice->enabled),
        CollectorSet::Names{.duration = &kScrapeDuration, .success = &kScrapeSuccess}, context_.clock,
        context_.logger, context_.workers);
    collectors_->set_disabled(std::move(choice->disabled));
    return Ok{};
  }

  void scrape(const http::Request& request, int64_t deadline_monotonic_ns, exporter::Answer answer) override {
    CollectorSet::Selection selection;
    for (const auto name : request.parameters("collect[]")) selection.include.emplace_back(name);
    for (const auto name : request.parameters("exclude[]")) selection.exclude.emplace_back(name);
    if (auto status = collectors_->check(selection); !status) {
      return answer(http::text_response(400, status.error().message() + "\n"));
    }
    shared_.forget();
    collectors_->collect(context_.loop, selection, deadline_monotonic_ns, [answer](std::string page) {
      answer({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(page)});
    });
  }

  std::string_view netstat() override {
    const bool is_ours = shared_.netstat.path() == "/proc/net/netstat";
    return is_ours ? shared_.netstat.known() : std::string_view();
  }

 private:
  exporter::Context& context_;
  const Options& options_;
  SharedReads shared_;
  std::unique_ptr<CollectorSet> collectors_;
};

}  // namespace

exporter::Application make_application(Options& options) {
  return {
      .program = "sonde-node-exporter",
      .title = "Node Exporter",
      .description = "Prometheus exporter for the hardware and the kernel of a Linux host",
      .build_info_name = "node_exporter_build_info",
      .default_listen_address = ":9100",
      .add_flags = [&options](exporter::Flags& flags) { add_flags(flags, options); },
      .make =
          [&options](exporter::Context& context) { return std::make_unique<NodeExporter>(context, options); },
      .has_max_requests = true,
      .has_disable_exporter_metrics = true,
  };
}

}  // namespace sonde::node
