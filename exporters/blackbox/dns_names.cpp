#include "exporters/blackbox/dns_names.h"

#include <algorithm>
#include <array>
#include <span>

namespace sonde::blackbox {
namespace {

struct Name {
  std::string_view name;
  uint16_t number;
};

// Sorted by name, each.
constexpr std::array<Name, 86> kTypes{
    {{"A", 1},      {"A6", 38},         {"AAAA", 28},   {"AFSDB", 18},   {"AMTRELAY", 260},  {"ANY", 255},
     {"APL", 42},   {"ATMA", 34},       {"AVC", 258},   {"AXFR", 252},   {"CAA", 257},       {"CDNSKEY", 60},
     {"CDS", 59},   {"CERT", 37},       {"CNAME", 5},   {"CSYNC", 62},   {"DHCID", 49},      {"DLV", 32769},
     {"DNAME", 39}, {"DNSKEY", 48},     {"DS", 43},     {"EID", 31},     {"EUI48", 108},     {"EUI64", 109},
     {"GID", 102},  {"GPOS", 27},       {"HINFO", 13},  {"HIP", 55},     {"HTTPS", 65},      {"IPSECKEY", 45},
     {"ISDN", 20},  {"IXFR", 251},      {"KEY", 25},    {"KX", 36},      {"L32", 105},       {"L64", 106},
     {"LOC", 29},   {"LP", 107},        {"MAILA", 254}, {"MAILB", 253},  {"MB", 7},          {"MD", 3},
     {"MF", 4},     {"MG", 8},          {"MINFO", 14},  {"MR", 9},       {"MX", 15},         {"NAPTR", 35},
     {"NID", 104},  {"NIMLOC", 32},     {"NINFO", 56},  {"NS", 2},       {"NSAP-PTR", 23},   {"NSEC", 47},
     {"NSEC3", 50}, {"NSEC3PARAM", 51}, {"NULL", 10},   {"NXT", 30},     {"OPENPGPKEY", 61}, {"OPT", 41},
     {"PTR", 12},   {"PX", 26},         {"RKEY", 57},   {"RP", 17},      {"RRSIG", 46},      {"RT", 21},
     {"SIG", 24},   {"SMIMEA", 53},     {"SOA", 6},     {"SPF", 99},     {"SRV", 33},        {"SSHFP", 44},
     {"SVCB", 64},  {"TA", 32768},      {"TALINK", 58}, {"TKEY", 249},   {"TLSA", 52},       {"TSIG", 250},
     {"TXT", 16},   {"UID", 101},       {"UINFO", 100}, {"UNSPEC", 103}, {"URI", 256},       {"WKS", 11},
     {"X25", 19},   {"ZONEMD", 63}}};
constexpr std::array<Name, 6> kClasses{
    {{"ANY", 255}, {"CH", 3}, {"CS", 2}, {"HS", 4}, {"IN", 1}, {"NONE", 254}}};
// 16 is BADSIG in TSIG and BADVERS in EDNS; the reference knows it by both.
constexpr std::array<Name, 21> kRcodes{
    {{"BADALG", 21},  {"BADCOOKIE", 23}, {"BADKEY", 17},  {"BADMODE", 19}, {"BADNAME", 20}, {"BADSIG", 16},
     {"BADTIME", 18}, {"BADTRUNC", 22},  {"BADVERS", 16}, {"FORMERR", 1},  {"NOERROR", 0},  {"NOTAUTH", 9},
     {"NOTIMP", 4},   {"NOTIMPL", 4},    {"NOTZONE", 10}, {"NXDOMAIN", 3}, {"NXRRSET", 8},  {"REFUSED", 5},
     {"SERVFAIL", 2}, {"YXDOMAIN", 6},   {"YXRRSET", 7}}};
static_assert(std::ranges::is_sorted(kTypes, {}, &Name::name));
static_assert(std::ranges::is_sorted(kClasses, {}, &Name::name));
static_assert(std::ranges::is_sorted(kRcodes, {}, &Name::name));

std::optional<uint16_t> find(std::span<const Name> names, std::string_view name) {
  const auto at =
      std::lower_bound(names.begin(), names.end(), name,
                       [](const Name& row, std::string_view wanted) { return row.name < wanted; });
  if (at == names.end() || at->name != name) return std::nullopt;
  return at->number;
}

}  // namespace

std::optional<uint16_t> dns_type_number(std::string_view name) {
  return find(kTypes, name);
}

std::optional<uint16_t> dns_class_number(std::string_view name) {
  return find(kClasses, name);
}

std::optional<uint16_t> dns_rcode_number(std::string_view name) {
  return find(kRcodes, name);
}

std::string_view dns_rcode_name(uint16_t rcode) {
  const auto at =
      std::find_if(kRcodes.begin(), kRcodes.end(), [rcode](const Name& row) { return row.number == rcode; });
  return at == kRcodes.end() ? "unknown" : at->name;
}

}  // namespace sonde::blackbox
