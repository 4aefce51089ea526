#pragma once
// The modules of blackbox.yml: plain data with the reference's defaults. Every key is read and checked; which
// probers run is the prober table's business (prober.h).

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/http_client/client_config.h"
#include "common/yaml/value.h"
#include "exporters/blackbox/pattern.h"

namespace sonde::blackbox {

enum class IpProtocol : uint8_t { Ip4, Ip6 };

// Which address of a name is probed; one only, the first of its family.
struct AddressChoice {
  IpProtocol preferred = IpProtocol::Ip6;
  bool fallback = true;  // the other family where there is none of the preferred
};

struct HeaderMatch {
  std::string header;
  Pattern pattern;
  bool allow_missing = false;
};

struct HttpModule {
  std::vector<int> valid_status_codes;           // empty: 200 to 299
  std::vector<std::string> valid_http_versions;  // "HTTP/1.1", "HTTP/2.0"; empty: any
  AddressChoice address;
  bool skip_resolve_phase_with_proxy = false;
  bool follow_redirects = true;
  bool fail_if_ssl = false;
  bool fail_if_not_ssl = false;
  std::string method;  // "": GET
  std::map<std::string, std::string> headers;
  std::vector<Pattern> fail_if_body_matches;
  std::vector<Pattern> fail_if_body_not_matches;
  std::vector<HeaderMatch> fail_if_header_matches;
  std::vector<HeaderMatch> fail_if_header_not_matches;
  std::string body;
  std::string body_file;
  std::string compression;           // "", "gzip", "deflate", "br", "identity"
  uint64_t body_size_max_bytes = 0;  // 0: no limit
  http::ClientConfig client;
};

struct IcmpModule {
  AddressChoice address;
  std::string source_ip_address;
  int payload_size_bytes = 0;
  bool dont_fragment = false;
  int ttl = 64;  // 0: the system's
  // Ours alone: several requests per probe, so that loss and spread are seen.
  int packet_count = 1;
  std::chrono::milliseconds packet_interval{200};
};

struct QueryResponse {
  Pattern expect;
  std::string expect_bytes;
  std::map<std::string, std::string> labels;  // name → template
  std::string send;
  bool starttls = false;
};

struct TcpModule {
  AddressChoice address;
  std::string source_ip_address;
  std::vector<QueryResponse> query_response;
  bool tls = false;
  http::TlsConfig tls_config;
};

// As a TcpModule, with fewer keys.
struct UnixModule : TcpModule {};

struct RecordValidator {
  std::vector<Pattern> fail_if_matches;
  std::vector<Pattern> fail_if_all_match;
  std::vector<Pattern> fail_if_not_matches;
  std::vector<Pattern> fail_if_none_matches;
};

struct DnsModule {
  AddressChoice address;
  bool dns_over_tls = false;
  http::TlsConfig tls_config;
  std::string source_ip_address;
  std::string transport_protocol = "udp";
  std::string query_class = "IN";
  std::string query_name;
  std::string query_type = "ANY";
  bool recursion_desired = true;
  std::vector<std::string> valid_rcodes;
  RecordValidator answer;
  RecordValidator authority;
  RecordValidator additional;
};

struct GrpcModule {
  std::string service;
  bool tls = false;
  http::TlsConfig tls_config;
  AddressChoice address;
  std::map<std::string, std::vector<std::string>> metadata;
};

struct WebsocketModule {
  http::ClientConfig client;
  std::map<std::string, std::string> headers;
  std::vector<QueryResponse> query_response;
  AddressChoice address;
};

// Ours alone: when the registration of the target's domain ends.
struct DomainExpiryModule {
  bool enabled = false;
  std::string bootstrap_url = "https://data.iana.org/rdap/dns.json";  // RFC 9224
};

struct Module {
  std::string name;
  std::string prober;
  std::chrono::milliseconds timeout{0};  // 0: the scraper's
  bool both_ip_protocols = false;        // Ours alone: every family that the target has is probed.
  DomainExpiryModule domain_expiry;
  HttpModule http;
  IcmpModule icmp;
  TcpModule tcp;
  UnixModule unix_socket;
  DnsModule dns;
  GrpcModule grpc;
  WebsocketModule websocket;
  yaml::Node source;  // as written, for /config and debug pages
};

struct Config {
  std::map<std::string, Module> modules;  // by name
  // By name of the module and target: what it is for that target (target_settings.h).
  std::map<std::pair<std::string, std::string>, Module> targets;
};

void decode(const yaml::Value& in, Config& out);
void decode(const yaml::Value& in, Module& out);
void decode(const yaml::Value& in, DomainExpiryModule& out);
void decode(const yaml::Value& in, QueryResponse& out);
void decode(const yaml::Value& in, RecordValidator& out);
void decode(const yaml::Value& in, HttpModule& out);
void decode(const yaml::Value& in, IcmpModule& out);
void decode(const yaml::Value& in, TcpModule& out);
void decode(const yaml::Value& in, UnixModule& out);
void decode(const yaml::Value& in, DnsModule& out);
void decode(const yaml::Value& in, GrpcModule& out);
void decode(const yaml::Value& in, WebsocketModule& out);

// preferred_ip_protocol and ip_protocol_fallback stand among other keys.
void read_address_choice(yaml::Fields& fields, AddressChoice& out);

// The tree with passwords, tokens and other secrets as "<secret>".
yaml::Node hide_secrets(const yaml::Node& node);

}  // namespace sonde::blackbox
