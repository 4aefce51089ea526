// Any bytes as an answer of a DNS server: read, and its texts matched as a module's validators would.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporters/blackbox/dns_message.h"
#include "exporters/blackbox/dns_names.h"
#include "exporters/blackbox/record_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde::blackbox;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto id = read_dns_id(bytes);
  const auto answer = read_dns_answer(bytes);
  if (!answer) {
    if (answer.error().message().empty()) std::abort();
    return 0;
  }
  if (answer->id != id || dns_rcode_name(answer->rcode).empty()) std::abort();
  for (const auto* records : {&answer->answer, &answer->authority, &answer->additional}) {
    if (find_bad_record(*records, {})) std::abort();
  }
  return 0;
}
