#include "common/http_client/ca_bundle.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace sonde::http {
namespace {

// Where distributions keep it; the first that is there.
constexpr std::array<const char*, 4> kCaBundles{"/etc/ssl/certs/ca-certificates.crt",
                                                "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                                "/etc/ssl/cert.pem"};

}  // namespace

const char* system_ca_bundle() {
  static const char* const found = [] {
    const auto readable = [](const char* path) { return ::access(path, R_OK) == 0; };
    const auto it = std::find_if(kCaBundles.begin(), kCaBundles.end(), readable);
    return it == kCaBundles.end() ? nullptr : *it;
  }();
  return found;
}

}  // namespace sonde::http
