#pragma once
// The query_response script of tcp and unix modules, run over a connection: lines or bytes to expect, texts
// to send, the change to TLS. Loop thread. Kept alive by the connection's callbacks until it is over.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporters/blackbox/connection.h"
#include "exporters/blackbox/probe.h"

namespace sonde::blackbox {

// Which of its expectations failed.
struct ScriptVerdict {
  bool failed_regex = false;
  bool failed_bytes = false;
};

// What a script needs to know beside its steps; all of it belongs to the probe's module or outlives it.
struct ScriptSettings {
  const std::vector<QueryResponse>& steps;
  const http::TlsConfig& tls_config;
  ScriptVerdict& verdict;
  std::string server_name;  // that a certificate has to be for unless tls_config names another
};

// Runs the steps in their order and calls `done` with the probe's success, at the latest when the connection
// fails; not at all once that is closed. Exports probe_expect_info.
void run_query_script(std::shared_ptr<Probe> probe, std::shared_ptr<Connection> connection,
                      ScriptSettings settings, std::function<void(bool success)> done);

}  // namespace sonde::blackbox
