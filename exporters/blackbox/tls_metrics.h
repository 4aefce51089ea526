#pragma once
// Families about the TLS session of a probe.

#include "common/exposition/metric_sink.h"
#include "common/http_client/trace.h"

namespace sonde::blackbox {

// Which of them a prober exports, as the reference does.
struct TlsFamilies {
  bool chain_expiry = false;
  bool cipher = false;
};
inline constexpr TlsFamilies kTlsOfHttp{.chain_expiry = true, .cipher = true};
inline constexpr TlsFamilies kTlsOfStream{.chain_expiry = true, .cipher = false};
inline constexpr TlsFamilies kTlsOfGrpc{.chain_expiry = false, .cipher = false};

// Nothing when the peer showed no certificate. Differs: also of a handshake that failed, so that the
// certificate that is to blame is known.
void emit_tls(const http::TlsFacts& facts, TlsFamilies families, exposition::MetricSink& sink);

}  // namespace sonde::blackbox
