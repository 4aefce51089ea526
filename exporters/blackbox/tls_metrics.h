#pragma once
// Families about the TLS session of a probe.

#include "common/exposition/metric_sink.h"
#include "common/http_client/trace.h"

namespace sonde::blackbox {

void emit_tls(const http::RequestTrace& trace, exposition::MetricSink& sink);

}  // namespace sonde::blackbox
