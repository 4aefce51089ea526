#include "common/web/live_config.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "tests/unit/common/http_server/test_certificate.h"
#include "tests/unit/temporary_folder.h"

using sonde::Logger;
using sonde::http::test::make_certificate;
using sonde::http::test::TestCertificate;
using sonde::web::LiveConfig;

namespace {

constexpr const char* kAlice =
    "basic_auth_users: {alice: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW}\n";
constexpr const char* kBob =
    "basic_auth_users: {bob: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW}\n";

struct HeldClock final : sonde::Clock {
  int64_t wall_ms() const override { return now_ms; }
  int64_t monotonic_ns() const override { return 0; }
  int64_t now_ms = 2'000'000;
};

// A folder whose files change at times that the test says.
struct Folder : sonde::TemporaryFolder {
  Folder() : log_fd(::open("/dev/null", O_WRONLY | O_CLOEXEC)), logger(clock, log_fd) {}
  ~Folder() { ::close(log_fd); }
  void write(const std::string& name, std::string_view text) const {
    TemporaryFolder::write(name, text);
    const timespec time{.tv_sec = clock.now_ms / 1000, .tv_nsec = clock.now_ms % 1000 * 1'000'000};
    const timespec times[] = {time, time};
    REQUIRE(::utimensat(AT_FDCWD, at(name).c_str(), times, 0) == 0);
  }
  void replace(const std::string& name, std::string_view text) const {
    write("new", text);
    REQUIRE(std::rename(at("new").c_str(), at(name).c_str()) == 0);
  }
  void write_pair(const TestCertificate& pair) const {
    replace("cert.pem", pair.certificate);
    replace("key.pem", pair.key);
  }
  std::unique_ptr<LiveConfig> load() {
    auto loaded = LiveConfig::load(at("web.yml"), clock, logger);
    REQUIRE(loaded);
    return std::move(*loaded);
  }
  void rest() { clock.now_ms += 1000; }

  HeldClock clock;
  int log_fd;  // What is logged here is logged on purpose.
  Logger logger;
};

}  // namespace

TEST_SUITE("web/live_config") {
  TEST_CASE("users follow the file and a broken file is told from a good one") {
    Folder folder;
    folder.write("web.yml", kAlice);
    const auto live = folder.load();
    CHECK(live->current()->users.contains("alice"));
    folder.rest();
    folder.replace("web.yml", kBob);
    CHECK(live->current()->users.contains("bob"));
    folder.rest();
    folder.replace("web.yml", "rubbish: 1\n");
    CHECK(live->current() == nullptr);
    folder.rest();
    folder.replace("web.yml", kAlice);
    REQUIRE(live->current() != nullptr);
    CHECK(live->current()->users.contains("alice"));
  }

  TEST_CASE("two changes within a tick of the clock are both seen") {
    Folder folder;
    folder.write("web.yml", kAlice);
    const auto live = folder.load();
    folder.rest();
    std::string other = kAlice;
    other.replace(other.find("alice"), 5, "carol");
    folder.write("web.yml", other);
    CHECK(live->current()->users.contains("carol"));
    folder.write("web.yml", kAlice);  // Of the same size, inode and time.
    CHECK(live->current()->users.contains("alice"));
  }

  TEST_CASE("a file that is just being written does not open the door") {
    Folder folder;
    folder.write("web.yml", kAlice);
    const auto live = folder.load();
    folder.rest();
    folder.write("web.yml", "");
    CHECK(live->current()->users.contains("alice"));
    folder.write("web.yml", "basic_auth_users: {al");
    REQUIRE(live->current() != nullptr);
    CHECK(live->current()->users.contains("alice"));
    folder.write("web.yml", kBob);
    CHECK(live->current()->users.contains("bob"));
    folder.rest();
    folder.write("web.yml", "");
    folder.rest();
    CHECK(live->current()->users.empty());  // It was meant.
  }

  TEST_CASE("the rate limit is that of the start") {
    Folder folder;
    folder.write("web.yml", "rate_limit: {interval: 1s, burst: 3}\n");
    const auto live = folder.load();
    folder.rest();
    folder.replace("web.yml", "rate_limit: {interval: 2s, burst: 4}\n");
    CHECK(live->current()->rate_interval == std::chrono::seconds(1));
    CHECK(live->current()->rate_burst == 3);
  }

  TEST_CASE("a certificate is taken when its key is there too") {
    Folder folder;
    folder.write_pair(make_certificate("first"));
    folder.write("web.yml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n");
    const auto live = folder.load();
    REQUIRE(live->serves_tls());
    folder.rest();
    const auto first = live->tls();
    CHECK(live->tls() == first);
    const TestCertificate second = make_certificate("second");
    folder.replace("cert.pem", second.certificate);
    CHECK(live->tls() == first);
    folder.rest();
    folder.replace("key.pem", second.key);
    const auto now = live->tls();
    CHECK(now != first);
    ::unlink(folder.at("key.pem").c_str());
    CHECK(live->tls() == now);
  }

  TEST_CASE("a configuration without a file keeps its users and follows its certificates") {
    Folder folder;
    folder.write_pair(make_certificate("first"));
    folder.rest();
    sonde::web::WebConfig config;
    config.users["alice"] = "hash";
    config.tls.cert_file = folder.at("cert.pem");
    config.tls.key_file = folder.at("key.pem");
    const auto live = LiveConfig::of(config, folder.clock, folder.logger);
    REQUIRE(live);
    CHECK((*live)->current()->users.contains("alice"));
    CHECK((*live)->serves_tls());
    const auto before = (*live)->tls();
    CHECK((*live)->tls() == before);
    folder.write_pair(make_certificate("second"));
    folder.rest();
    CHECK((*live)->tls() != before);
    config.tls.key_file = folder.at("missing.pem");
    CHECK_FALSE(LiveConfig::of(config, folder.clock, folder.logger));
  }

  TEST_CASE("HTTPS does not become HTTP without a restart") {
    Folder folder;
    folder.write_pair(make_certificate("first"));
    folder.write("web.yml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n");
    const auto live = folder.load();
    folder.rest();
    folder.replace("web.yml", kAlice);
    CHECK(live->tls() != nullptr);
    CHECK(live->current()->users.contains("alice"));
  }

  TEST_CASE("a start without good certificates fails and names the file") {
    Folder folder;
    folder.write("web.yml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n");
    const auto loaded = LiveConfig::load(folder.at("web.yml"), folder.clock, folder.logger);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message().find("cert_file") != std::string::npos);
    CHECK_FALSE(LiveConfig::load(folder.at("absent.yml"), folder.clock, folder.logger));
  }
}
