#include "common/http_server/client_hello.h"

#include <cstddef>

namespace sonde::http {
namespace {

constexpr size_t kVersionAndRandomBytes = 2 + 32;
constexpr size_t kSupportedVersions = 43;  // the extension's number
constexpr size_t kTls13 = 0x0304;

// Takes from the front; what is not there makes it fail for good.
class Cursor {
 public:
  explicit Cursor(std::span<const uint8_t> left) : left_(left) {}

  std::span<const uint8_t> take(size_t count) {
    if (count > left_.size()) failed_ = true;
    if (failed_) return {};
    const auto taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  // A big-endian number.
  size_t number(size_t size_bytes) {
    size_t value = 0;
    for (const uint8_t byte : take(size_bytes)) value = value << 8 | byte;
    return value;
  }
  // What follows its own length.
  std::span<const uint8_t> vector(size_t length_bytes) { return take(number(length_bytes)); }
  bool at_end() const { return failed_ || left_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::span<const uint8_t> left_;
  bool failed_ = false;
};

bool offers_tls13(std::span<const uint8_t> extension) {
  Cursor body(extension);
  Cursor versions(body.vector(1));
  while (!versions.at_end()) {
    if (versions.number(2) == kTls13) return true;
  }
  return false;
}

}  // namespace

std::optional<ClientHello> read_client_hello(std::span<const uint8_t> message) {
  ClientHello out;
  Cursor cursor(message);
  cursor.take(kVersionAndRandomBytes);
  cursor.vector(1);  // the session
  Cursor suites(cursor.vector(2));
  while (!suites.at_end()) out.cipher_suites.push_back(static_cast<uint16_t>(suites.number(2)));
  cursor.vector(1);  // the compression methods
  if (cursor.failed() || suites.failed()) return std::nullopt;
  if (cursor.at_end()) return out;  // Before TLS 1.3 extensions may be missing.
  Cursor extensions(cursor.vector(2));
  while (!extensions.at_end()) {
    const size_t kind = extensions.number(2);
    const auto body = extensions.vector(2);
    if (kind == kSupportedVersions) out.offers_tls13 = offers_tls13(body);
  }
  if (cursor.failed() || extensions.failed()) return std::nullopt;
  return out;
}

}  // namespace sonde::http
