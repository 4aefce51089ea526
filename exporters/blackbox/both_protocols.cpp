#include "exporters/blackbox/both_protocols.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "common/exporter/page_merge.h"
#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kSuccess{"probe_both_success",
                        "Whether the probe of this address family was a success",
                        MetricType::Gauge,
                        {"ip_protocol"}};
constexpr Desc kDuration{"probe_both_duration_seconds",
                         "How long the probe of this address family took",
                         MetricType::Gauge,
                         {"ip_protocol"}};

struct Family {
  std::string_view name;
  IpProtocol protocol;
};
constexpr std::array kFamilies{Family{"ip4", IpProtocol::Ip4}, Family{"ip6", IpProtocol::Ip6}};

struct Both {
  std::function<void(ProbeOutcome)> done;
  IpProtocol preferred = IpProtocol::Ip6;
  std::array<std::optional<ProbeOutcome>, kFamilies.size()> outcomes;
};

void finish(Both& both) {
  const size_t first = both.preferred == IpProtocol::Ip4 ? 0 : 1;
  const size_t chosen = both.outcomes[first]->resolved ? first : 1 - first;
  exposition::MetricSink sink;
  for (size_t i = 0; i < kFamilies.size(); ++i) {
    const ProbeOutcome& outcome = *both.outcomes[i];
    if (!outcome.resolved) continue;
    sink.sample(kSuccess, {kFamilies[i].name}, outcome.success ? 1 : 0);
    sink.sample(kDuration, {kFamilies[i].name}, outcome.duration_seconds);
  }
  ProbeOutcome out = std::move(*both.outcomes[chosen]);
  out.log = "Other address family:\n" + both.outcomes[1 - chosen]->log + "Chosen address family:\n" + out.log;
  const exposition::MetricSink* sinks = &sink;
  std::string families;
  exposition::join_text({&sinks, 1}, families);
  exporter::merge_families(out.page, families);
  both.done(std::move(out));
}

}  // namespace

void probe_both_protocols(ProbeTools& tools, const ProbeRequest& request,
                          std::function<void(ProbeOutcome)> done) {
  const Prober& prober = *find_prober(request.module->prober);
  auto both = std::make_shared<Both>();
  both->done = std::move(done);
  for (size_t i = 0; i < kFamilies.size(); ++i) {
    auto module = std::make_shared<Module>(*request.module);
    AddressChoice& choice = prober.address(*module);
    both->preferred = choice.preferred;
    choice = {.preferred = kFamilies[i].protocol, .fallback = false};
    prober.start(std::make_shared<Probe>(tools, std::move(module), request.target, request.host_name,
                                         request.timeout, [both, i](ProbeOutcome outcome) {
                                           both->outcomes[i] = std::move(outcome);
                                           if (both->outcomes[0] && both->outcomes[1]) finish(*both);
                                         }));
  }
}

}  // namespace sonde::blackbox
