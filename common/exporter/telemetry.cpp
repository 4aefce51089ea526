#include "common/exporter/telemetry.h"

#include <array>
#include <memory>
#include <utility>

#include "common/exporter/build_info.h"
#include "common/exporter/page_merge.h"

namespace sonde::exporter {
namespace {

constexpr std::chrono::seconds kTimeoutDefault{10};  // where the scraper does not say its own

constexpr Desc kRequests{"promhttp_metric_handler_requests_total",
                         "Total number of scrapes by HTTP status code.",
                         MetricType::Counter,
                         {"code"}};
constexpr Desc kInFlight{"promhttp_metric_handler_requests_in_flight",
                         "Current number of scrapes being served."};
constexpr Desc kErrors{"promhttp_metric_handler_errors_total",
                       "Total number of internal errors encountered by the promhttp metric handler.",
                       MetricType::Counter,
                       {"cause"}};

}  // namespace

Telemetry::Telemetry(Exporter& exporter, Context& context, Settings settings)
    : exporter_(exporter),
      context_(context),
      settings_(settings),
      build_info_{.name = settings.build_info_name,
                  .help =
                      "A metric with a constant '1' value labeled by version, revision, branch, compiler and "
                      "platform from which this exporter was built.",
                  .type = MetricType::Gauge,
                  .labels = {"branch", "goarch", "goos", "goversion", "revision", "tags", "version"}},
      answered_200_(own_.counter(kRequests, {"200"})),
      answered_500_(own_.counter(kRequests, {"500"})),
      answered_503_(own_.counter(kRequests, {"503"})),
      failed_encoding_(own_.counter(kErrors, {"encoding"})) {
  process_.set_netstat_source([this] { return exporter_.netstat(); });
  own_.counter(kErrors, {"gathering"});
  own_.callback(kInFlight, [this] { return static_cast<double>(in_flight_count_); });
}

void Telemetry::serve(http::Request request, http::Responder responder) {
  if (settings_.requests_max > 0 && in_flight_count_ >= settings_.requests_max) {
    answered_503_.add();
    responder.send(http::text_response(503, "Limit of concurrent requests reached (" +
                                                std::to_string(settings_.requests_max) +
                                                "), try again later.\n"));
    return;
  }
  ++in_flight_count_;
  const int64_t deadline_ns = deadline_of(request, context_.clock, kTimeoutDefault, settings_.timeout_offset);
  // Shared because a std::function copies what it holds; there is one call.
  auto held =
      std::make_shared<std::pair<http::Request, http::Responder>>(std::move(request), std::move(responder));
  exporter_.scrape(held->first, deadline_ns,
                   [this, held](http::Response page) { answer(held->first, held->second, std::move(page)); });
}

void Telemetry::answer(const http::Request& request, http::Responder& responder, http::Response page) {
  if (page.status == 200) {
    add_own(page.body);
    page = expose(request, std::move(page.body));
    if (page.status != 200) failed_encoding_.add();
  }
  --in_flight_count_;
  if (page.status == 200) answered_200_.add();
  if (page.status == 500) answered_500_.add();
  if (page.status == 503) answered_503_.add();
  responder.send(std::move(page));
}

void Telemetry::add_own(std::string& page) {
  sink_.clear();
  const BuildInfo& info = build_info();
  if (settings_.build_info) {
    sink_.sample(
        build_info_,
        {info.branch, info.architecture, info.system, info.compiler, info.revision, info.tags, info.version},
        1);
  }
  if (settings_.own_metrics) {
    // What this process cannot read about itself is left out.
    [[maybe_unused]] const Status collected = process_.collect(sink_);
    sink_.instruments(own_);
  }
  sink_.instruments(context_.registry);
  const std::array<const MetricSink*, 1> sinks{&sink_};
  own_page_.clear();
  joiner_.join(sinks, own_page_);
  merge_families(page, own_page_);
}

}  // namespace sonde::exporter
