#include "exporters/blackbox/module.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/duration.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "common/metrics/labels.h"
#include "exporters/blackbox/dns_names.h"
#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

constexpr int kTtlMax = 255;
constexpr int kPacketCountMax = 1000;
constexpr std::chrono::milliseconds kPacketIntervalMin{1};
constexpr int kPayloadBytesMax = 65'507;  // of an IPv4 datagram

constexpr std::array kIpProtocols{yaml::Choice<IpProtocol>{"", IpProtocol::Ip6},
                                  yaml::Choice<IpProtocol>{"ip4", IpProtocol::Ip4},
                                  yaml::Choice<IpProtocol>{"ip6", IpProtocol::Ip6}};

// Keys whose texts, and lists of them, no page shows. Differs: in any case of letters, so that the header
// Authorization is among them.
constexpr std::array<std::string_view, 8> kSecretKeys{
    "authorization", "bearer_token", "client_certificate_key", "client_secret", "credentials", "key",
    "password",      "secrets"};
static_assert(std::ranges::is_sorted(kSecretKeys));
// A map from names to lists, all of them secret.
constexpr std::string_view kSecretMap = "proxy_connect_header";
constexpr std::string_view kProxyKey = "proxy_url";  // may have a password in it

void hide_texts(yaml::Node& node) {
  if (node.kind == yaml::NodeKind::Scalar) node.text = "<secret>";
  for (yaml::Node& item : node.items) hide_texts(item);
}

}  // namespace

void decode(const yaml::Value& in, QueryResponse& out) {
  yaml::Fields fields(in, "config.QueryResponse");
  fields.read("expect", out.expect);
  fields.read("expect_bytes", out.expect_bytes);
  fields.visit("labels", [&](const yaml::Value& list) {
    for (size_t i = 0; i < list.node().items.size() && !list.failed(); ++i) {
      const yaml::Value item(list.node().items[i], list, i);
      std::string name;
      std::string value;
      yaml::Fields label(item, "config.Label");
      label.read("name", name);
      label.read("value", value);
      if (!is_legacy_label_name(name)) label.fail("name", "not a label's name: " + quoted(name));
      label.finish();
      out.labels[name] = value;
    }
  });
  fields.read("send", out.send);
  fields.read("starttls", out.starttls);
  if (!out.expect.empty() && !out.expect_bytes.empty()) {
    fields.fail("expect_bytes", "expect and expect_bytes are mutually exclusive");
  }
  fields.finish();
}

void decode(const yaml::Value& in, RecordValidator& out) {
  yaml::Fields fields(in, "config.DNSRRValidator");
  fields.read("fail_if_matches_regexp", out.fail_if_matches);
  fields.read("fail_if_all_match_regexp", out.fail_if_all_match);
  fields.read("fail_if_not_matches_regexp", out.fail_if_not_matches);
  fields.read("fail_if_none_matches_regexp", out.fail_if_none_matches);
  fields.finish();
}

void read_address_choice(yaml::Fields& fields, AddressChoice& out) {
  fields.visit("preferred_ip_protocol", [&](const yaml::Value& value) {
    if (value.is_null()) return;
    yaml::decode_choice(value, kIpProtocols, out.preferred);
  });
  fields.read("ip_protocol_fallback", out.fallback);
}

void decode(const yaml::Value& in, IcmpModule& out) {
  yaml::Fields fields(in, "config.ICMPProbe");
  read_address_choice(fields, out.address);
  fields.read("source_ip_address", out.source_ip_address);
  fields.read("payload_size", out.payload_size_bytes);
  fields.read("dont_fragment", out.dont_fragment);
  fields.read("ttl", out.ttl);
  if (out.ttl < 0) fields.fail("ttl", "\"ttl\" cannot be negative");
  if (out.ttl > kTtlMax) fields.fail("ttl", "\"ttl\" cannot exceed 255");
  if (out.payload_size_bytes < 0 || out.payload_size_bytes > kPayloadBytesMax) {
    fields.fail("payload_size", "\"payload_size\" wants 0 to 65507");
  }
  fields.read("packet_count", out.packet_count);
  if (out.packet_count < 1 || out.packet_count > kPacketCountMax)
    fields.fail("packet_count", "\"packet_count\" wants 1 to 1000");
  fields.read("packet_interval", out.packet_interval);
  if (out.packet_interval < kPacketIntervalMin)
    fields.fail("packet_interval", "\"packet_interval\" wants at least 1ms");
  fields.finish();
}

void decode(const yaml::Value& in, TcpModule& out) {
  yaml::Fields fields(in, "config.TCPProbe");
  read_address_choice(fields, out.address);
  fields.read("source_ip_address", out.source_ip_address);
  fields.read("query_response", out.query_response);
  fields.read("tls", out.tls);
  fields.read("tls_config", out.tls_config);
  fields.finish();
}

void decode(const yaml::Value& in, UnixModule& out) {
  yaml::Fields fields(in, "config.UnixProbe");
  fields.read("query_response", out.query_response);
  fields.read("tls", out.tls);
  fields.read("tls_config", out.tls_config);
  fields.finish();
}

void decode(const yaml::Value& in, DnsModule& out) {
  yaml::Fields fields(in, "config.DNSProbe");
  read_address_choice(fields, out.address);
  fields.read("dns_over_tls", out.dns_over_tls);
  fields.read("tls_config", out.tls_config);
  fields.read("source_ip_address", out.source_ip_address);
  fields.read("transport_protocol", out.transport_protocol);
  fields.read("query_class", out.query_class);
  fields.read("query_name", out.query_name);
  fields.read("query_type", out.query_type);
  fields.read("recursion_desired", out.recursion_desired);
  fields.read("valid_rcodes", out.valid_rcodes);
  fields.read("validate_answer_rrs", out.answer);
  fields.read("validate_authority_rrs", out.authority);
  fields.read("validate_additional_rrs", out.additional);
  if (out.query_class.empty()) out.query_class = "IN";
  if (out.query_type.empty()) out.query_type = "ANY";
  if (out.transport_protocol.empty()) out.transport_protocol = "udp";
  if (out.query_name.empty()) fields.fail("query name must be set for DNS module");
  if (!dns_class_number(out.query_class)) {
    fields.fail("query_class", "query class " + quoted(out.query_class) + " is not valid");
  }
  if (!dns_type_number(out.query_type)) {
    fields.fail("query_type", "query type " + quoted(out.query_type) + " is not valid");
  }
  if (out.transport_protocol != "udp" && out.transport_protocol != "tcp") {
    fields.fail("transport_protocol", "transport_protocol wants udp or tcp");
  }
  fields.finish();
}

void decode(const yaml::Value& in, GrpcModule& out) {
  yaml::Fields fields(in, "config.GRPCProbe");
  fields.read("service", out.service);
  fields.read("tls", out.tls);
  fields.read("tls_config", out.tls_config);
  read_address_choice(fields, out.address);
  fields.read("metadata", out.metadata);
  fields.finish();
}

void decode(const yaml::Value& in, WebsocketModule& out) {
  yaml::Fields fields(in, "config.WebsocketProbe");
  fields.read("http_config", out.client);
  fields.read("headers", out.headers);
  fields.read("query_response", out.query_response);
  read_address_choice(fields, out.address);
  fields.finish();
}

void decode(const yaml::Value& in, DomainExpiryModule& out) {
  yaml::Fields fields(in, "domain_expiry");
  out.enabled = true;
  fields.visit("bootstrap_url", [&](const yaml::Value& value) {
    yaml::decode(value, out.bootstrap_url);
    if (value.failed()) return;
    if (auto good = http::check_http_url(out.bootstrap_url); !good) value.fail(good.error().message());
  });
  fields.finish();
}

void decode(const yaml::Value& in, Module& out) {
  out.source = in.node();
  yaml::Fields fields(in, "config.Module");
  fields.visit("prober", [&](const yaml::Value& value) {
    yaml::decode(value, out.prober);
    if (!value.failed() && find_prober(out.prober) == nullptr) {
      value.fail("prober " + quoted(out.prober) + " is not valid");
    }
  });
  fields.visit("timeout", [&](const yaml::Value& value) {
    std::string text;
    yaml::decode(value, text);
    const auto timeout = parse_go_duration(text);
    if (!timeout) return value.fail(timeout.error().message());
    out.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*timeout);
  });
  fields.read("both_ip_protocols", out.both_ip_protocols);
  fields.visit("domain_expiry", [&](const yaml::Value& value) {
    if (value.is_null()) return value.fail("want {} or {bootstrap_url: URL}");
    decode(value, out.domain_expiry);
  });
  fields.read("http", out.http);
  fields.read("icmp", out.icmp);
  fields.read("tcp", out.tcp);
  fields.read("unix", out.unix_socket);
  fields.read("dns", out.dns);
  fields.read("grpc", out.grpc);
  fields.read("websocket", out.websocket);
  if (out.prober.empty()) fields.fail("prober must be set");
  const Prober* prober = find_prober(out.prober);
  if (out.both_ip_protocols && prober != nullptr && prober->address == nullptr) {
    fields.fail("both_ip_protocols", "prober " + quoted(out.prober) + " has no addresses to choose from");
  }
  if (out.domain_expiry.enabled && prober != nullptr && prober->address == nullptr)
    fields.fail("domain_expiry", "prober " + quoted(out.prober) + " has no hosts");
  fields.finish();
}

void decode(const yaml::Value& in, Config& out) {
  yaml::Fields fields(in, "config.plain");
  fields.read("modules", out.modules);
  for (auto& [name, module] : out.modules) {
    module.name = name;
    // A null one is a default one, whose reader was not asked.
    if (module.prober.empty()) fields.fail("modules", "module " + quoted(name) + ": prober must be set");
  }
  fields.finish();
}

yaml::Node hide_secrets(const yaml::Node& node) {
  yaml::Node out = node;
  for (yaml::Node& item : out.items) item = hide_secrets(item);
  for (yaml::Entry& entry : out.entries) {
    const std::string key = to_lower_ascii(entry.key);
    if (std::ranges::binary_search(kSecretKeys, std::string_view(key))) hide_texts(entry.value);
    if (key == kSecretMap) {
      for (yaml::Entry& header : entry.value.entries) hide_texts(header.value);
    }
    if (key == kProxyKey) entry.value.text = http::hide_password(entry.value.text);
    entry.value = hide_secrets(entry.value);
  }
  return out;
}

}  // namespace sonde::blackbox
