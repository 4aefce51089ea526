#include "scraper/scrape/pool_context.h"

#include <algorithm>
#include <string>

#include "common/core/version.h"

namespace sonde::scrape {
namespace {

exposition::ScrapeProtocol exposition_protocol(config::ScrapeProtocol protocol) {
  switch (protocol) {
    case config::ScrapeProtocol::PrometheusProto:
      return exposition::ScrapeProtocol::PrometheusProto;
    case config::ScrapeProtocol::OpenMetricsText1_0_0:
      return exposition::ScrapeProtocol::OpenMetricsText1_0_0;
    case config::ScrapeProtocol::OpenMetricsText0_0_1:
      return exposition::ScrapeProtocol::OpenMetricsText0_0_1;
    case config::ScrapeProtocol::PrometheusText1_0_0:
      return exposition::ScrapeProtocol::PrometheusText1_0_0;
    case config::ScrapeProtocol::PrometheusText0_0_4:
      break;
  }
  return exposition::ScrapeProtocol::PrometheusText0_0_4;
}

exposition::Escaping exposition_escaping(config::NameEscaping escaping) {
  switch (escaping) {
    case config::NameEscaping::Underscores:
      return exposition::Escaping::Underscores;
    case config::NameEscaping::Dots:
      return exposition::Escaping::Dots;
    case config::NameEscaping::Values:
      return exposition::Escaping::Values;
    case config::NameEscaping::AllowUtf8:
      break;
  }
  return exposition::Escaping::AllowUtf8;
}

bool same_rules(const std::vector<config::RelabelRule>& a, const std::vector<config::RelabelRule>& b) {
  return std::ranges::equal(a, b, [](const config::RelabelRule& left, const config::RelabelRule& right) {
    return left.spec() == right.spec();
  });
}

}  // namespace

PoolContext::PoolContext(const config::ScrapeConfig& job, bool all_extra_metrics)
    : config(job),
      rules{.honor_labels = job.honor_labels,
            .honor_timestamps = job.honor_timestamps,
            .track_timestamps_staleness = job.track_timestamps_staleness,
            .name_validation = job.scrape.name_validation,
            .limits = job.scrape.limits,
            .relabel_rules = job.metric_relabel_rules},
      client(std::make_shared<const http::ClientConfig>(job.client)) {
  std::vector<exposition::ScrapeProtocol> protocols;
  for (const config::ScrapeProtocol protocol : job.scrape.protocols)
    protocols.push_back(exposition_protocol(protocol));
  headers.push_back(
      {"Accept", exposition::accept_header(protocols, exposition_escaping(job.scrape.name_escaping))});
  headers.push_back({"User-Agent", std::string("Prometheus/") + kReferenceServerVersion});
  if (!job.enable_compression) headers.push_back({"Accept-Encoding", "identity"});
  if (job.fallback_protocol) fallback = exposition_protocol(*job.fallback_protocol);
  if (all_extra_metrics || job.scrape.extra_metrics) report_count = kReportsMax;
}

bool scrapes_alike(const config::ScrapeConfig& a, const config::ScrapeConfig& b) {
  return a.job_name == b.job_name && a.scrape == b.scrape && a.fallback_protocol == b.fallback_protocol &&
         a.honor_labels == b.honor_labels && a.honor_timestamps == b.honor_timestamps &&
         a.track_timestamps_staleness == b.track_timestamps_staleness &&
         a.enable_compression == b.enable_compression && a.client == b.client &&
         same_rules(a.metric_relabel_rules, b.metric_relabel_rules);
}

}  // namespace sonde::scrape
