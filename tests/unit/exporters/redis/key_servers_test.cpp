#include "exporters/redis/key_servers.h"

#include "tests/unit/exporters/redis/group_lab.h"

namespace sonde::redis {
namespace {

struct Lab {
  explicit Lab(Answers answers)
      : server(knowing(std::move(answers))), address(server.address()), servers(address, tls, clock) {
    auto opened = Client::connect(address, tls, patience(), clock);
    REQUIRE(opened);
    client = std::move(*opened);
  }
  Patience patience() const { return {.deadline_monotonic_ns = clock.monotonic_ns() + 10'000'000'000}; }

  SystemClock clock;
  TlsClientSettings tls;
  ScriptedServer server;
  Address address;
  KeyServers servers;
  std::unique_ptr<Client> client;
};

}  // namespace

TEST_SUITE("redis/key_servers") {
  TEST_CASE("without a cluster the scraped server holds all keys and nothing is asked") {
    Lab lab({});
    std::vector<std::string> unreached;
    lab.servers.begin(*lab.client, /*cluster=*/false, lab.patience());
    REQUIRE(lab.servers.find(unreached));
    CHECK(lab.servers.all().size() == 1);
    CHECK(lab.servers.holder("any") == lab.client.get());
  }

  TEST_CASE("masters that cannot be reached are named and the others hold what is theirs") {
    ScriptedServer other(knowing({{"PING", "+PONG\r\n"}}));
    const std::string port = std::to_string(other.address().port);
    Lab lab({{"CLUSTER SLOTS",
              list({list({":0\r\n", ":8000\r\n", list({bulk("127.0.0.1"), ":" + port + "\r\n"})}),
                    list({":8001\r\n", ":16383\r\n", list({bulk("127.0.0.1"), ":1\r\n"})})})}});
    std::vector<std::string> unreached;
    lab.servers.begin(*lab.client, /*cluster=*/true, lab.patience());
    REQUIRE(lab.servers.find(unreached));
    CHECK(unreached == std::vector<std::string>{"redis://127.0.0.1:1"});
    REQUIRE(lab.servers.all().size() == 1);
    Client* reached = lab.servers.all()[0];
    CHECK(lab.servers.holder("foo{hash_tag}") == reached);  // slot 2515
    CHECK(lab.servers.holder("somekey") == nullptr);        // slot 11058
    lab.servers.drop(*reached);
    CHECK(lab.servers.all().empty());
    CHECK(lab.servers.holder("foo{hash_tag}") == nullptr);
    CHECK_FALSE(reached->command({"PING"}));
  }

  TEST_CASE("a server that is no cluster has nobody for keys") {
    Lab lab({});
    std::vector<std::string> unreached;
    lab.servers.begin(*lab.client, /*cluster=*/true, lab.patience());
    REQUIRE(lab.servers.find(unreached));
    CHECK(unreached == std::vector<std::string>{"ERR unknown command"});
    CHECK(lab.servers.holder("a") == nullptr);
  }
}

}  // namespace sonde::redis
