#include "scraper/api/host.h"

#include <unistd.h>

#include <array>

namespace sonde::api {

std::string host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return {};
  return buffer.data();
}

}  // namespace sonde::api
