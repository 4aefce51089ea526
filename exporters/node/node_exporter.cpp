#include "exporters/node/node_exporter.h"

#include <unistd.h>

#include <memory>
#include <optional>
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

// All that lives as long as the exporter.
struct NodeExporter {
  Options options;
  std::optional<SharedReads> shared;  // made when the roots are known
  const exporter::Context* context = nullptr;
  std::unique_ptr<CollectorSet> collectors;

  Status start(exporter::Context& frame) {
    context = &frame;
    if (::geteuid() == 0) {
      frame.logger.warn("running as root: this exporter needs no more rights than those of an ordinary user");
    }
    shared.emplace(options.roots);
    auto choice = make_collectors(options, frame.clock, frame.logger, *shared);
    if (!choice) return choice.error();
    collectors = std::make_unique<CollectorSet>(
        std::move(choice->enabled),
        CollectorSet::Names{.duration = &kScrapeDuration, .success = &kScrapeSuccess}, frame.clock,
        frame.logger);
    collectors->set_disabled(std::move(choice->disabled));
    return Ok{};
  }

  void scrape(const http::Request& request, int64_t deadline_monotonic_ns,
              const std::function<void(http::Response)>& done) {
    CollectorSet::Selection selection;
    for (const auto name : request.parameters("collect[]")) selection.include.emplace_back(name);
    for (const auto name : request.parameters("exclude[]")) selection.exclude.emplace_back(name);
    if (auto status = collectors->check(selection); !status) {
      return done(http::text_response(400, status.error().message() + "\n"));
    }
    shared->forget();
    collectors->collect(context->loop, selection, deadline_monotonic_ns, [done](std::string page) {
      done({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(page)});
    });
  }
};

}  // namespace

exporter::Application make_application() {
  auto node = std::make_shared<NodeExporter>();
  exporter::Application application;
  application.program = "sonde-node-exporter";
  application.title = "Node Exporter";
  application.description = "Prometheus exporter for the hardware and the kernel of a Linux host";
  application.build_info_name = "node_exporter_build_info";
  application.default_listen_address = ":9100";
  application.add_flags = [node](exporter::Flags& flags) { add_flags(flags, node->options); };
  application.start = [node](exporter::Context& context) -> Result<std::shared_ptr<void>> {
    if (auto status = node->start(context); !status) return status.error();
    return std::shared_ptr<void>(node);
  };
  application.scrape = [node](const http::Request& request, int64_t deadline_monotonic_ns,
                              std::function<void(http::Response)> done) {
    node->scrape(request, deadline_monotonic_ns, done);
  };
  application.netstat = [node] {
    const bool is_ours = node->shared && node->shared->netstat.path() == "/proc/net/netstat";
    return is_ours ? node->shared->netstat.known() : std::string_view();
  };
  application.has_max_requests = true;
  application.has_disable_exporter_metrics = true;
  return application;
}

}  // namespace sonde::node
