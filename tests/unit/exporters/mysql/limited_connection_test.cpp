#include "exporters/mysql/limited_connection.h"

#include <doctest/doctest.h>

#include <utility>

#include "tests/unit/exporters/mysql/fake_connection.h"

namespace sonde::mysql {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

struct SetClock final : Clock {
  int64_t wall_ms() const override { return 0; }
  int64_t monotonic_ns() const override { return now_ms * kNsPerMs; }
  int64_t now_ms = 1000;
};

struct Fixture {
  explicit Fixture(const Server& server = kMariaDb) {
    auto made = std::make_unique<FakeConnection>();
    made->answers["SELECT 1"] = {.columns = {"1"}, .rows = {{"1"}}};
    made->answers["SELECT many"] = {.columns = {"1"}, .rows = {{"1"}}, .is_cut = true};
    fake = made.get();
    connection = std::make_unique<LimitedConnection>(std::move(made), server, clock);
    connection->set_deadline(11'000 * kNsPerMs);
  }
  std::vector<std::string> asked() { return std::exchange(fake->asked, {}); }

  SetClock clock;
  FakeConnection* fake = nullptr;
  std::unique_ptr<LimitedConnection> connection;
};

using Texts = std::vector<std::string>;

TEST_SUITE("mysql/limited_connection") {
  TEST_CASE("the server is told the time that is left before the first statement") {
    Fixture f;
    CHECK(f.connection->query("SELECT 1"));
    CHECK(f.asked() == Texts{"SET SESSION max_statement_time=10.000", "SELECT 1"});
  }

  TEST_CASE("it is told again when time has passed and not before each quick statement") {
    Fixture f;
    REQUIRE(f.connection->limit());
    f.asked();
    f.clock.now_ms += 40;
    CHECK(f.connection->query("SELECT 1"));
    CHECK(f.asked() == Texts{"SELECT 1"});
    f.clock.now_ms += 4000;
    CHECK(f.connection->query("SELECT 1"));
    CHECK(f.asked() == Texts{"SET SESSION max_statement_time=5.960", "SELECT 1"});
  }

  TEST_CASE("a sooner deadline is told at once") {
    Fixture f;
    REQUIRE(f.connection->limit());
    f.connection->set_deadline(3'000 * kNsPerMs);
    f.asked();
    CHECK(f.connection->execute("DO 1"));
    CHECK(f.asked() == Texts{"SET SESSION max_statement_time=2.000", "DO 1"});
  }

  TEST_CASE("after the deadline no statement begins") {
    Fixture f;
    REQUIRE(f.connection->limit());
    f.asked();
    f.clock.now_ms = 11'000;
    CHECK(f.connection->query("SELECT 1").error().code() == ErrorCode::DeadlineExceeded);
    CHECK(f.connection->execute("DO 1").error().code() == ErrorCode::DeadlineExceeded);
    CHECK(f.connection->limit().error().code() == ErrorCode::DeadlineExceeded);
    CHECK(f.asked().empty());
  }

  TEST_CASE("each kind of server is told in its own words") {
    Fixture mysql(kMySql80);
    REQUIRE(mysql.connection->limit());
    CHECK(mysql.asked() == Texts{"SET SESSION max_execution_time=10000"});
    Fixture old(Server{.version = {5, 6, 51}});  // Knows no limit, and must answer all the same.
    REQUIRE(old.connection->limit());
    CHECK(old.asked() == Texts{"SET @sonde=1"});
  }

  TEST_CASE("an answer with too many rows is remembered until the next deadline") {
    Fixture f;
    CHECK(f.connection->query("SELECT 1"));
    CHECK_FALSE(f.connection->was_cut());
    CHECK(f.connection->query("SELECT many"));
    CHECK(f.connection->query("SELECT 1"));
    CHECK(f.connection->was_cut());
    f.connection->set_deadline(12'000 * kNsPerMs);
    CHECK_FALSE(f.connection->was_cut());
  }
}

}  // namespace
}  // namespace sonde::mysql
