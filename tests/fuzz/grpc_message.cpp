// Any bytes as the body of a gRPC health answer, and as the name of a service in a request.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporters/blackbox/grpc_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto status = sonde::blackbox::read_health_response(bytes);
  if (!status && status.error().message().empty()) std::abort();
  const std::string request = sonde::blackbox::write_health_request(bytes);
  if (request.size() < size || !request.ends_with(bytes)) std::abort();
  return 0;
}
