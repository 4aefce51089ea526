#pragma once
// Names for secrets: HMAC-SHA-256 under a key that this process alone has, so that a table of passwords which
// were right holds no passwords and looking one up tells nothing by its time. Lives beside GnuTLS. Immutable.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::http {

class KeyedDigest {
 public:
  KeyedDigest();
  // 32 bytes.
  std::string of(std::string_view text) const;

 private:
  std::array<uint8_t, 32> key_{};
};

}  // namespace sonde::http
