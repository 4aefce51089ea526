#pragma once
// What RDAP servers say, as far as a domain's end needs it: the list of servers by top-level domain (RFC
// 9224) and the answer about a domain (RFC 9083). Pure; the texts are from outside, and any of them may be
// nonsense.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::blackbox {

// "org" or "co.uk" → "https://rdap.example/": the first server of each that has one by http or https.
using RdapServers = std::map<std::string, std::string, std::less<>>;

Result<RdapServers> read_rdap_servers(std::string_view json);

// The server for a domain, by its longest ending that is in the list; "" when there is none.
std::string find_rdap_server(const RdapServers& servers, std::string_view domain);

// When the domain ends, as Unix seconds; nullopt when the answer does not say.
Result<std::optional<int64_t>> read_domain_expiry(std::string_view json);

// What may be registered of a host's name, shortest first and at most four: "example.co.uk" is behind
// "co.uk". Empty for addresses and names of one label.
std::vector<std::string> registrable_names(std::string_view host);

// RFC 3339, section 5.6, with a fraction or without.
std::optional<int64_t> parse_rfc3339_seconds(std::string_view text);

}  // namespace sonde::blackbox
