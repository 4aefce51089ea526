#pragma once
// A probe over both address families at once, for modules that ask for it (both_ip_protocols). Loop thread.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "exporters/blackbox/probe.h"

namespace sonde::blackbox {

struct ProbeRequest {
  std::shared_ptr<const Module> module;
  std::string target;
  std::string host_name;  // of the request's hostname parameter, or ""
  std::chrono::nanoseconds timeout{};
};

// Starts the module's prober for each family and calls back when both are over. The page is that of the
// family that the module would have chosen, and has probe_both_success and probe_both_duration_seconds of
// every family that the target has.
void probe_both_protocols(ProbeTools& tools, const ProbeRequest& request,
                          std::function<void(ProbeOutcome)> done);

}  // namespace sonde::blackbox
