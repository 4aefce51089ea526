#pragma once
// DNS messages (RFC 1035) as bytes: a query written, an answer read into the texts that validators look at.
// ldns is the codec; there are no sockets here. Pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::blackbox {

inline constexpr size_t kDnsMessageBytesMax = 65'535;

struct DnsQuery {
  uint16_t id = 0;
  std::string name;  // a domain name, with or without the last dot
  uint16_t type = 0;
  uint16_t query_class = 0;
  bool recursion_desired = true;
};

Result<std::string> write_dns_query(const DnsQuery& query);

// A record in presentation form: "example.org.\t3600\tIN\tMX\t10 mail.example.org.".
struct DnsAnswer {
  uint16_t id = 0;
  uint16_t rcode = 0;
  std::vector<std::string> answer;
  std::vector<std::string> authority;
  std::vector<std::string> additional;
  std::optional<uint32_t> soa_serial;  // of the last SOA record of the answer section
};

// nullopt when there are no two bytes.
std::optional<uint16_t> read_dns_id(std::string_view message);

Result<DnsAnswer> read_dns_answer(std::string_view message);

}  // namespace sonde::blackbox
