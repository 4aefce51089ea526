// The dns prober: one query over UDP, TCP or TLS, its answer judged by code and records.

#include <sys/random.h>

#include <array>
#include <utility>

#include "exporters/blackbox/dns_exchange.h"
#include "exporters/blackbox/dns_message.h"
#include "exporters/blackbox/dns_names.h"
#include "exporters/blackbox/dns_target.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/record_check.h"
#include "exporters/blackbox/resolver.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kPhases{
    "probe_dns_duration_seconds", "Duration of DNS request by phase", MetricType::Gauge, {"phase"}};
constexpr Desc kAnswers{"probe_dns_answer_rrs",
                        "Returns number of entries in the answer resource record list"};
constexpr Desc kAuthorities{"probe_dns_authority_rrs",
                            "Returns number of entries in the authority resource record list"};
constexpr Desc kAdditionals{"probe_dns_additional_rrs",
                            "Returns number of entries in the additional resource record list"};
constexpr Desc kSucceeded{"probe_dns_query_succeeded",
                          "Displays whether or not the query was executed successfully"};
constexpr Desc kSerial{"probe_dns_serial", "Returns the serial number of the zone"};

// Where the probe's families get their values; all of them come in every outcome.
struct Outcome {
  double resolve_seconds = 0;
  double connect_seconds = 0;
  double request_seconds = 0;
  DnsAnswer answer;
  bool succeeded = false;
  bool wants_serial = false;  // SOA was asked for
};

void finish(Probe& probe, const Outcome& outcome, bool success) {
  exposition::MetricSink& sink = probe.sink();
  sink.sample(kPhases, {"connect"}, outcome.connect_seconds);
  sink.sample(kPhases, {"request"}, outcome.request_seconds);
  sink.sample(kPhases, {"resolve"}, outcome.resolve_seconds);
  sink.sample(kAnswers, static_cast<double>(outcome.answer.answer.size()));
  sink.sample(kAuthorities, static_cast<double>(outcome.answer.authority.size()));
  sink.sample(kAdditionals, static_cast<double>(outcome.answer.additional.size()));
  sink.sample(kSucceeded, outcome.succeeded ? 1 : 0);
  if (outcome.succeeded && outcome.wants_serial) sink.sample(kSerial, outcome.answer.soa_serial.value_or(0));
  probe.finish(success);
}

bool judge_rcode(Probe& probe, uint16_t rcode) {
  bool valid = rcode == 0 && probe.module().dns.valid_rcodes.empty();
  for (const std::string& name : probe.module().dns.valid_rcodes) {
    const auto number = dns_rcode_number(name);
    if (!number) {
      probe.note_failure({.phase = "validate", .reason = "configuration"});
      probe.log(LogLevel::Error, "Invalid rcode", {{"rcode", name}});
      return false;
    }
    valid = valid || *number == rcode;
  }
  if (valid) return true;
  probe.note_failure({.phase = "validate", .reason = "rcode"});
  probe.log(LogLevel::Error, "Rcode is not one of the valid rcodes",
            {{"rcode", std::to_string(rcode)}, {"string_rcode", std::string(dns_rcode_name(rcode))}});
  return false;
}

bool judge_records(Probe& probe, const DnsAnswer& answer) {
  struct Section {
    std::string_view name;
    const std::vector<std::string>& records;
    const RecordValidator& wanted;
  };
  const DnsModule& module = probe.module().dns;
  const std::array sections{Section{"Answer", answer.answer, module.answer},
                            Section{"Authority", answer.authority, module.authority},
                            Section{"Additional", answer.additional, module.additional}};
  for (const Section& section : sections) {
    const std::string name(section.name);
    probe.log(LogLevel::Debug, "Validating " + name + " RRs");
    for (const std::string& record : section.records)
      probe.log(LogLevel::Debug, "Validating RR", {{"rr", record}});
    if (const auto why = find_bad_record(section.records, section.wanted)) {
      probe.note_failure({.phase = "validate", .reason = "record"});
      probe.log(LogLevel::Error, name + " RRs validation failed", {{"err", *why}});
      return false;
    }
  }
  return true;
}

void judge(Probe& probe, Outcome outcome, DnsExchanged exchanged) {
  outcome.connect_seconds = exchanged.connect_seconds;
  outcome.request_seconds = exchanged.request_seconds;
  auto answer =
      exchanged.answer ? read_dns_answer(*exchanged.answer) : Result<DnsAnswer>(exchanged.answer.error());
  if (!answer) {
    probe.log_failure(exchanged.answer ? "response" : exchanged.phase, "Error while sending a DNS query",
                      answer.error());
    return finish(probe, outcome, false);
  }
  outcome.answer = std::move(*answer);
  outcome.succeeded = true;
  probe.log(LogLevel::Debug, "Got response", {{"rcode", std::string(dns_rcode_name(outcome.answer.rcode))}});
  const bool success = judge_rcode(probe, outcome.answer.rcode) && judge_records(probe, outcome.answer);
  finish(probe, outcome, success);
}

Result<DnsExchange> prepare(const Probe& probe, const DnsTarget& target, const IpAddress& ip) {
  const DnsModule& module = probe.module().dns;
  DnsExchange out;
  auto server = to_socket_address(ip.text, target.server.port);
  if (!server) return server.error();
  out.server = *server;
  if (!module.source_ip_address.empty()) {
    auto source = to_socket_address(module.source_ip_address);
    if (!source) return source.error().in("source_ip_address");
    out.source = *source;
  }
  DnsQuery query{.id = 0,
                 .name = target.query_name,
                 .type = dns_type_number(target.query_type).value_or(0),
                 .query_class = dns_class_number(target.query_class).value_or(0),
                 .recursion_desired = module.recursion_desired};
  if (::getrandom(&query.id, sizeof query.id, 0) < 0) return Error(ErrorCode::Io, "no random numbers");
  auto message = write_dns_query(query);
  if (!message) return message.error();
  out.query = std::move(*message);
  out.stream = module.transport_protocol == "tcp";
  if (module.dns_over_tls) {
    if (!out.stream) {
      return Error(ErrorCode::InvalidArgument, "expected transport protocol tcp for DoT");
    }
    out.tls_config = &module.tls_config;
    out.server_name = target.server.host;
  }
  out.deadline_monotonic_ns = probe.deadline_monotonic_ns();
  return out;
}

}  // namespace

void start_dns_probe(std::shared_ptr<Probe> probe) {
  auto read = read_dns_target(probe->target(), probe->module().dns);
  if (!read) {
    probe->log_failure("request", "Error reading the target", read.error());
    return finish(*probe, {.answer = {}}, false);
  }
  resolve_for_probe(
      probe, read->server.host, probe->module().dns.address,
      [probe, target = *read](const IpAddress& ip, double seconds) {
        const Outcome outcome{
            .resolve_seconds = seconds, .answer = {}, .wants_serial = target.query_type == "SOA"};
        auto exchange = prepare(*probe, target, ip);
        if (!exchange) {
          probe->log_failure("request", "Configuration error", exchange.error());
          return finish(*probe, outcome, false);
        }
        probe->log(LogLevel::Debug, "Making DNS query", {{"target", ip.text}, {"query", target.query_name}});
        exchange_dns(
            probe->tools().loop, probe->tools().tls_stores, std::move(*exchange),
            [probe, outcome](DnsExchanged exchanged) { judge(*probe, outcome, std::move(exchanged)); });
      },
      [probe](double) { finish(*probe, {}, false); });
}

}  // namespace sonde::blackbox
