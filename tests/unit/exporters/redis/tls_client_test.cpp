#include "exporters/redis/tls_client.h"

#include <doctest/doctest.h>

#include "tests/unit/temporary_folder.h"

namespace sonde::redis {

TEST_SUITE("redis/tls_client") {
  // Sessions with a real server are the end-to-end tests'.
  TEST_CASE("files that cannot be used are refused before there is a connection") {
    CHECK(check_tls_settings({}));
    CHECK(check_tls_settings({.certificate_file = "a.pem"}).error().message().find("want both") !=
          std::string::npos);
    CHECK(check_tls_settings({.key_file = "a.pem"}).error().message().find("want both") != std::string::npos);
    const TemporaryFolder folder;
    const std::string rubbish =
        folder.write("rubbish.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    for (const std::string& file : {folder.at("missing.pem"), rubbish}) {
      CAPTURE(file);
      CHECK(check_tls_settings({.ca_file = file}).error().message().starts_with(file + ": "));
      CHECK(check_tls_settings({.certificate_file = file, .key_file = file})
                .error()
                .message()
                .starts_with(file + ": "));
    }
  }
}

}  // namespace sonde::redis
