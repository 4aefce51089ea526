#include "common/http_server/keyed_digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "common/core/check.h"

namespace sonde::http {

namespace {

constexpr size_t kDigestBytes = 32;

}  // namespace

KeyedDigest::KeyedDigest() {
  check(::gnutls_rnd(GNUTLS_RND_KEY, key_.data(), key_.size()) == 0, "the system gives random bytes");
}

std::string KeyedDigest::of(std::string_view text) const {
  std::string digest(kDigestBytes, '\0');
  const int code = ::gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_.data(), key_.size(), text.data(), text.size(),
                                      digest.data());
  check(code == 0, "SHA-256 is there");
  return digest;
}

}  // namespace sonde::http
