// Any text as what an RDAP server or the list of them says, and as the name of a host.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporters/blackbox/rdap_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde::blackbox;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto servers = read_rdap_servers(text)) {
    for (const auto& [ending, server] : *servers) {
      if (!server.starts_with("http") || !server.ends_with('/')) std::abort();
      if (!ending.empty() && find_rdap_server(*servers, "x." + ending).empty()) std::abort();
    }
  }
  (void)read_domain_expiry(text);
  for (const auto& name : registrable_names(text)) {
    if (name.find('.') == std::string::npos || name.find('/') != std::string::npos) std::abort();
  }
  return 0;
}
