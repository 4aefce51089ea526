#pragma once
// The files that say how this host finds names: hosts(5), resolv.conf(5), nsswitch.conf(5). Text to plain
// data; what a line says wrongly is passed over, as the C library does. Pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace sonde::blackbox {

// The addresses of a name, in the file's order; names in any case.
std::vector<std::string> find_in_hosts(std::string_view hosts_text, std::string_view name);

struct ResolverSettings {
  std::vector<std::string> servers;  // literal addresses; at most three
  std::vector<std::string> search;   // domains
  int ndots = 1;                     // names with fewer dots are first looked for in the search domains
  int timeout_seconds = 5;           // per question
  int attempts = 2;                  // rounds over all servers
};
ResolverSettings parse_resolv_conf(std::string_view text);

// Whether "hosts:" names nothing but files and dns, which is all that a resolver of its own can do. A file
// without that line means so, too.
bool uses_files_and_dns_only(std::string_view nsswitch_text);

// The names to ask for, in their order: with the search domains, as it is, or both. Without last dots.
std::vector<std::string> names_to_ask(std::string_view name, const ResolverSettings& settings);

}  // namespace sonde::blackbox
