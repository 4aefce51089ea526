// The grpc prober: the standard health check, one call over HTTP/2.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/http_client/client.h"
#include "exporters/blackbox/grpc_message.h"
#include "exporters/blackbox/http_url.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/resolver.h"
#include "exporters/blackbox/tls_metrics.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kPhases{
    "probe_grpc_duration_seconds", "Duration of gRPC request by phase", MetricType::Gauge, {"phase"}};
constexpr Desc kSsl{"probe_grpc_ssl", "Indicates if SSL was used for the connection"};
constexpr Desc kStatusCode{"probe_grpc_status_code", "Response gRPC status code"};
constexpr Desc kHealth{"probe_grpc_healthcheck_response",
                       "Response HealthCheck response",
                       MetricType::Gauge,
                       {"serving_status"}};
constexpr std::string_view kMethod = "/grpc.health.v1.Health/Check";
constexpr uint64_t kAnswerBytesMax = 64 * 1024;

struct StatusRow {
  std::string_view name;
  ServingStatus status;
};
constexpr std::array kStatuses{StatusRow{"NOT_SERVING", ServingStatus::NotServing},
                               StatusRow{"SERVICE_UNKNOWN", ServingStatus::ServiceUnknown},
                               StatusRow{"SERVING", ServingStatus::Serving},
                               StatusRow{"UNKNOWN", ServingStatus::Unknown}};

class GrpcProbe : public std::enable_shared_from_this<GrpcProbe> {
 public:
  explicit GrpcProbe(std::shared_ptr<Probe> probe)
      : probe_(std::move(probe)), module_(probe_->module().grpc) {}

  void start() {
    std::string target = probe_->target();
    const size_t scheme = target.find("://");
    if (target.starts_with("http://") || target.starts_with("https://")) target.erase(0, scheme + 3);
    target.erase(std::min(target.find_first_of("/?#"), target.size()));
    url_ = (module_.tls ? "https://" : "http://") + target;
    const std::string host = url_host(url_);
    if (host.empty()) {
      probe_->log_failure("resolve", "Could not parse target URL",
                          Error(ErrorCode::InvalidArgument, "no host in " + quoted(probe_->target())));
      return finish(0, false);
    }
    resolve_for_probe(
        probe_, host, module_.address,
        [self = shared_from_this()](const IpAddress& ip, double seconds) {
          self->resolve_seconds_ = seconds;
          self->check(ip.text);
        },
        [self = shared_from_this()](double) { self->finish(0, false); });
  }

 private:
  void check(const std::string& ip) {
    http::FetchRequest request;
    request.url = url_ + std::string(kMethod);
    request.method = "POST";
    request.headers = {
        {"Content-Type", "application/grpc"}, {"TE", "trailers"}, {"User-Agent", probe_->tools().user_agent}};
    for (const auto& [name, values] : module_.metadata) {
      for (const std::string& value : values) request.headers.push_back({name, value});
    }
    request.body = write_health_request(module_.service);
    request.timeout = probe_->time_left();
    request.body_bytes_max = kAnswerBytesMax;
    request.http2_only = true;
    request.dial_ip = ip;
    request.trace = trace_ = std::make_shared<http::RequestTrace>();
    auto config = std::make_shared<http::ClientConfig>();
    config->tls = module_.tls_config;
    config->follow_redirects = false;
    probe_->log(LogLevel::Debug, module_.tls ? "Dialing GRPC with TLS" : "Dialing GRPC without TLS");
    begin_ns_ = probe_->tools().clock.monotonic_ns();
    probe_->tools().http_client.fetch(std::move(request), std::move(config),
                                      [self = shared_from_this()](Result<http::FetchResponse> response) {
                                        self->judge(std::move(response));
                                      });
  }

  void judge(Result<http::FetchResponse> response) {
    check_seconds_ = probe_->seconds_since(begin_ns_);
    if (!response) {
      const bool late = response.error().code() == ErrorCode::DeadlineExceeded;
      return fail(late ? kGrpcDeadlineExceeded : kGrpcUnavailable, phase(), response.error());
    }
    answered_ = true;
    const auto code = parse_integer(response->header("grpc-status"));
    if (!code || response->status != 200) {
      return fail(code ? static_cast<int>(*code) : grpc_code_of_http(response->status), "response",
                  Error(ErrorCode::Corrupt, "no gRPC answer: HTTP status " + response->status_text));
    }
    if (*code != 0) {
      const std::string message(response->header("grpc-message"));
      return fail(static_cast<int>(*code), "response",
                  Error(ErrorCode::Unavailable, "code " + std::to_string(*code) + ": " + message));
    }
    const auto status = read_health_response(response->body);
    if (!status) return fail(kGrpcInternal, "response", status.error());
    serving_ = *status;
    const bool serving = *status == ServingStatus::Serving;
    if (!serving) {
      probe_->note_failure({.phase = "validate", .reason = "status"});
      probe_->log(LogLevel::Error, "The service is not serving");
    }
    finish(0, serving);
  }

  std::string_view phase() const {
    if (!trace_->connect_seconds) return "connect";
    return module_.tls && !trace_->tls_seconds ? "tls" : "response";
  }

  void fail(int code, std::string_view at, const Error& error) {
    probe_->log_failure(at, "can't connect grpc server:", error);
    finish(code, false);
  }

  void finish(int code, bool success) {
    exposition::MetricSink& sink = probe_->sink();
    if (trace_) {
      sink.sample(kPhases, {"check"}, check_seconds_);
      for (const StatusRow& row : kStatuses) sink.sample(kHealth, {row.name}, serving_ == row.status ? 1 : 0);
      emit_tls(trace_->tls, kTlsOfGrpc, sink);
    }
    sink.sample(kPhases, {"resolve"}, resolve_seconds_);
    sink.sample(kSsl, answered_ && module_.tls ? 1 : 0);
    sink.sample(kStatusCode, code);
    probe_->finish(success);
  }

  std::shared_ptr<Probe> probe_;
  const GrpcModule& module_;  // of probe_
  std::string url_;
  std::shared_ptr<http::RequestTrace> trace_;
  int64_t begin_ns_ = 0;
  double resolve_seconds_ = 0;
  double check_seconds_ = 0;
  bool answered_ = false;
  std::optional<ServingStatus> serving_;
};

}  // namespace

void start_grpc_probe(std::shared_ptr<Probe> probe) {
  std::make_shared<GrpcProbe>(std::move(probe))->start();
}

}  // namespace sonde::blackbox
