#pragma once
// What a dns probe asks, and whom: the target is a server, as everywhere, or a DNS URI (RFC 4501), which
// names the question too: dns://192.0.2.53:53/example.org?type=MX. Pure.

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "exporters/blackbox/module.h"
#include "exporters/blackbox/socket_address.h"

namespace sonde::blackbox {

struct DnsTarget {
  HostPort server;
  std::string query_name;
  std::string query_type;   // "MX"
  std::string query_class;  // "IN"
};

// What the target leaves out is the module's, and the port that of its protocol. Errors: a URI without server
// or name, or with a type or class that nobody knows.
Result<DnsTarget> read_dns_target(const std::string& target, const DnsModule& module);

}  // namespace sonde::blackbox
