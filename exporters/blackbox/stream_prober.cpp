// The tcp and unix probers: connect, talk TLS where the module wants it, run the module's script.

#include <utility>

#include "exporters/blackbox/connection.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/query_script.h"
#include "exporters/blackbox/resolver.h"
#include "exporters/blackbox/socket_address.h"
#include "exporters/blackbox/tls_metrics.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kFailedRegex{"probe_failed_due_to_regex", "Indicates if probe failed due to regex"};
constexpr Desc kFailedBytes{"probe_failed_due_to_bytes", "Indicates if probe failed due to bytes"};

class StreamProbe : public std::enable_shared_from_this<StreamProbe> {
 public:
  StreamProbe(std::shared_ptr<Probe> probe, const TcpModule& module, std::string server_name)
      : probe_(std::move(probe)),
        module_(module),
        server_name_(std::move(server_name)),
        connection_(std::make_shared<Connection>(probe_->tools().loop)) {}

  void dial(const SocketAddress& to) {
    std::optional<SocketAddress> from;
    if (!module_.source_ip_address.empty()) {
      auto source = to_socket_address(module_.source_ip_address);
      if (!source) return fail("connect", "Error parsing source ip address", source.error());
      from = *source;
    }
    timer_ = probe_->tools().loop.at(probe_->deadline_monotonic_ns(), [self = shared_from_this()] {
      self->timer_ = loop::TimerId::None;
      self->fail(self->phase_, self->phase_message(), Error(ErrorCode::DeadlineExceeded, "i/o timeout"));
    });
    probe_->log(LogLevel::Debug, module_.tls ? "Dialing with TLS" : "Dialing without TLS");
    connection_->dial(to, from, [self = shared_from_this()](const Status& dialled) {
      if (!dialled) return self->fail("connect", "Error dialing", dialled.error());
      self->start_tls();
    });
  }

 private:
  void start_tls() {
    if (!module_.tls) return run_script();
    phase_ = "tls";
    connection_->start_tls(probe_->tools().tls_stores, module_.tls_config, server_name_,
                           [self = shared_from_this()](const Status& done) {
                             if (!done) return self->fail("tls", "Error dialing", done.error());
                             self->run_script();
                           });
  }

  void run_script() {
    phase_ = "response";
    probe_->log(LogLevel::Debug, "Successfully dialed");
    run_query_script(probe_, connection_,
                     {.steps = module_.query_response,
                      .tls_config = module_.tls_config,
                      .verdict = verdict_,
                      .server_name = server_name_},
                     [self = shared_from_this()](bool success) { self->end(success); });
  }

  std::string_view phase_message() const {
    return phase_ == "response" ? "Error reading from connection" : "Error dialing";
  }

  void fail(std::string_view phase, std::string_view message, const Error& error) {
    probe_->log_failure(phase, message, error);
    end(false);
  }

  void end(bool success) {
    const auto self = shared_from_this();  // The callbacks below may be the last to hold it.
    probe_->tools().loop.cancel(timer_);
    if (const http::TlsFacts* facts = connection_->tls_facts())
      emit_tls(*facts, kTlsOfStream, probe_->sink());
    if (phase_ == "response") {  // The script was begun.
      probe_->sink().sample(kFailedRegex, verdict_.failed_regex ? 1 : 0);
      probe_->sink().sample(kFailedBytes, verdict_.failed_bytes ? 1 : 0);
    }
    connection_->close();
    probe_->finish(success);
  }

  std::shared_ptr<Probe> probe_;
  const TcpModule& module_;  // of probe_
  const std::string server_name_;
  std::shared_ptr<Connection> connection_;  // Shared with the script.
  std::string_view phase_ = "connect";
  ScriptVerdict verdict_;
  loop::TimerId timer_ = loop::TimerId::None;
};

}  // namespace

void start_tcp_probe(std::shared_ptr<Probe> probe) {
  auto target = split_host_port(probe->target());
  if (!target) {
    probe->log_failure("resolve", "Error splitting target address and port", target.error());
    return probe->finish(false);
  }
  resolve_for_probe(
      probe, target->host, probe->module().tcp.address,
      [probe, target = *target](const IpAddress& ip, double) {
        const std::string& name = probe->host_name().empty() ? target.host : probe->host_name();
        auto address = to_socket_address(ip.text, target.port);
        if (!address) {
          probe->log_failure("connect", "Error dialing", address.error());
          return probe->finish(false);
        }
        std::make_shared<StreamProbe>(probe, probe->module().tcp, name)->dial(*address);
      },
      [probe](double) { probe->finish(false); });
}

void start_unix_probe(std::shared_ptr<Probe> probe) {
  auto address = to_unix_address(probe->target());
  if (!address) {
    probe->log_failure("connect", "Error dialing unix", address.error());
    return probe->finish(false);
  }
  std::make_shared<StreamProbe>(probe, probe->module().unix_socket, probe->target())->dial(*address);
}

}  // namespace sonde::blackbox
