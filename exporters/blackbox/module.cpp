#include "exporters/blackbox/module.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/core/duration.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "exporters/blackbox/prober.h"

namespace sonde::blackbox {
namespace {

constexpr int kTtlMax = 255;
constexpr int kPayloadBytesMax = 65'507;  // of an IPv4 datagram

constexpr std::array kIpProtocols{yaml::Choice<IpProtocol>{"ip4", IpProtocol::Ip4},
                                  yaml::Choice<IpProtocol>{"ip6", IpProtocol::Ip6}};

// Sorted. IANA names that the reference knows.
constexpr std::array<std::string_view, 6> kDnsClasses{"ANY", "CH", "CS", "HS", "IN", "NONE"};
static_assert(std::ranges::is_sorted(kDnsClasses));
constexpr std::array<std::string_view, 88> kDnsTypes{
    "A",     "A6",     "AAAA",       "AFSDB",   "AMTRELAY", "ANY",      "APL",         "ATMA",
    "AVC",   "AXFR",   "CAA",        "CDNSKEY", "CDS",      "CERT",     "CNAME",       "CSYNC",
    "DHCID", "DLV",    "DNAME",      "DNSKEY",  "DS",       "EID",      "EUI48",       "EUI64",
    "GID",   "GPOS",   "HINFO",      "HIP",     "HTTPS",    "IPSECKEY", "ISDN",        "IXFR",
    "KEY",   "KX",     "L32",        "L64",     "LOC",      "LP",       "MAILA",       "MAILB",
    "MB",    "MD",     "MF",         "MG",      "MINFO",    "MR",       "MX",          "NAPTR",
    "NID",   "NIMLOC", "NINFO",      "NS",      "NSAP-PTR", "NSEC",     "NSEC3",       "NSEC3PARAM",
    "NULL",  "NXT",    "OPENPGPKEY", "OPT",     "PTR",      "PX",       "RKEY",        "RP",
    "RRSIG", "RT",     "SIG",        "SMIMEA",  "SOA",      "SPF",      "SRV",         "SSHFP",
    "SVCB",  "TA",     "TALINK",     "TKEY",    "TLSA",     "TSIG",     "TXT",         "UID",
    "UINFO", "UNSPEC", "URI",        "WKS",     "X25",      "ZONEMD",   "ZZRESERVED1", "ZZRESERVED2"};

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
      label.finish();
      out.labels[name] = value;
    }
  });
  fields.read("send", out.send);
  fields.read("starttls", out.starttls);
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
  fields.choose("preferred_ip_protocol", kIpProtocols, out.preferred);
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
  if (out.query_name.empty()) fields.fail("query name must be set for DNS module");
  if (std::ranges::find(kDnsClasses, std::string_view(out.query_class)) == kDnsClasses.end()) {
    fields.fail("query_class", "query class " + quoted(out.query_class) + " is not valid");
  }
  if (std::ranges::find(kDnsTypes, std::string_view(out.query_type)) == kDnsTypes.end()) {
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
  fields.read("http", out.http);
  fields.read("icmp", out.icmp);
  fields.read("tcp", out.tcp);
  fields.read("unix", out.unix_socket);
  fields.read("dns", out.dns);
  fields.read("grpc", out.grpc);
  fields.read("websocket", out.websocket);
  if (out.prober.empty()) fields.fail("prober must be set");
  fields.finish();
}

void decode(const yaml::Value& in, Config& out) {
  yaml::Fields fields(in, "config.plain");
  fields.read("modules", out.modules);
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
