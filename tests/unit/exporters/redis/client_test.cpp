#include "exporters/redis/client.h"

#include "tests/unit/exporters/redis/scripted_server.h"

namespace sonde::redis {
namespace {

using Peer = ScriptedServer::Peer;

struct Lab {
  explicit Lab(ScriptedServer::Script script, int64_t patience_ms = 10'000)
      : server(std::move(script)),
        client(Client::connect(server.address(), {},
                               {.deadline_monotonic_ns = clock.monotonic_ns() + patience_ms * 1'000'000},
                               clock)) {
    REQUIRE(client);
  }
  Result<Reply> ask() { return (*client)->command({"PING"}); }

  SystemClock clock;
  ScriptedServer server;
  Result<std::unique_ptr<Client>> client;
};

// A server that answers every command with the same bytes.
ScriptedServer::Script always(std::string answer) {
  return [answer = std::move(answer)](const Peer& peer) {
    while (!peer.hear().empty() && peer.say(answer)) {
    }
  };
}

// Says `begin` and then `rest` for as long as anybody listens.
ScriptedServer::Script endless(std::string begin, std::string rest) {
  return [begin = std::move(begin), rest = std::move(rest)](const Peer& peer) {
    peer.hear();
    bool heard = peer.say(begin);
    while (heard) heard = peer.say(rest);
  };
}

void check_refused(ScriptedServer::Script script, ErrorCode code) {
  Lab lab(std::move(script));
  const auto reply = lab.ask();
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code() == code);
  // Nothing more is read from a connection that has failed.
  CHECK(lab.ask().error().code() == ErrorCode::Unavailable);
}

std::string repeat(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_SUITE("redis/client") {
  TEST_CASE("every kind of reply is read") {
    // The examples of the protocol's specification.
    Lab text(always("+OK\r\n"));
    CHECK(text.ask()->kind == Reply::Kind::Text);
    CHECK(text.ask()->text == "OK");
    Lab error(always("-ERR unknown command 'asdf'\r\n"));
    CHECK(error.ask()->kind == Reply::Kind::Error);
    CHECK(error.ask()->text == "ERR unknown command 'asdf'");
    Lab integer(always(":-1000\r\n"));
    CHECK(integer.ask()->kind == Reply::Kind::Integer);
    CHECK(integer.ask()->integer == -1000);
    Lab bulk(always("$5\r\nhel\r\n\r\n"));
    CHECK(bulk.ask()->text == "hel\r\n");
    Lab null(always("$-1\r\n"));
    CHECK(null.ask()->kind == Reply::Kind::Nil);
    Lab empty(always("*0\r\n"));
    CHECK(empty.ask()->kind == Reply::Kind::List);
    CHECK(empty.ask()->items.empty());
  }

  TEST_CASE("lists within lists keep their order") {
    Lab lab(always("*3\r\n*2\r\n:1\r\n$-1\r\n*1\r\n+a\r\n-b\r\n"));
    const auto reply = lab.ask();
    REQUIRE(reply);
    REQUIRE(reply->items.size() == 3);
    REQUIRE(reply->items[0].items.size() == 2);
    CHECK(reply->items[0].items[0].integer == 1);
    CHECK(reply->items[0].items[1].kind == Reply::Kind::Nil);
    CHECK(reply->items[1].items.at(0).text == "a");
    CHECK(reply->items[2].kind == Reply::Kind::Error);
  }

  TEST_CASE("replies of a pipeline may come in one piece") {
    Lab lab(always("+1\r\n*1\r\n:2\r\n+3\r\n"));
    const auto replies = (*lab.client)->pipeline({{"A"}, {"B"}, {"C"}});
    REQUIRE(replies);
    CHECK((*replies)[0].text == "1");
    CHECK((*replies)[1].items.at(0).integer == 2);
    CHECK((*replies)[2].text == "3");
  }

  TEST_CASE("words are sent with their lengths and whatever bytes they have") {
    std::string heard;
    {
      Lab lab([&heard](const Peer& peer) {
        heard = peer.hear();
        peer.say("+OK\r\n");
      });
      REQUIRE((*lab.client)->command({"AUTH", std::string_view("a\0%s \r\n", 7)}));
    }
    CHECK(heard == std::string("*2\r\n$4\r\nAUTH\r\n$7\r\na\0%s \r\n\r\n", 27));
  }

  TEST_CASE("a text without end is refused at the limit") {
    check_refused(endless("$9999999999\r\n", std::string(65536, 'x')), ErrorCode::LimitExceeded);
    check_refused(endless("+", std::string(65536, 'x')), ErrorCode::LimitExceeded);
  }

  TEST_CASE("a list without end is refused at the limit") {
    check_refused(always("*1000000000\r\n"), ErrorCode::LimitExceeded);
    check_refused(always("*" + std::to_string(Client::kReplyItemsMax + 1) + "\r\n"),
                  ErrorCode::LimitExceeded);
    // Lists that announce more lists: each is allowed alone, all together are not.
    check_refused(endless("*1000\r\n", "*1000\r\n" + repeat(":1\r\n", 1000)), ErrorCode::LimitExceeded);
    check_refused(always(repeat("*90000\r\n", 7)), ErrorCode::LimitExceeded);
  }

  TEST_CASE("lists that are nested too deep are no protocol") {
    check_refused(always(repeat("*1\r\n", 100)), ErrorCode::Unavailable);
  }

  TEST_CASE("what is not the protocol is refused") {
    for (const std::string& rubbish :
         {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string(64, '\0'), std::string("$abc\r\n"),
          std::string("*-2\r\n"), std::string("$-2\r\n")}) {
      CAPTURE(rubbish);
      check_refused(always(rubbish), ErrorCode::Unavailable);
    }
  }

  TEST_CASE("a reply that is cut at any byte is a lost connection") {
    const std::string whole = "*2\r\n$3\r\nabc\r\n:12\r\n";
    for (size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      Lab lab([&](const Peer& peer) {
        peer.hear();
        peer.say(whole.substr(0, length));
      });
      const auto reply = lab.ask();
      REQUIRE_FALSE(reply);
      CHECK(reply.error().code() == ErrorCode::Unavailable);
    }
  }

  TEST_CASE("a server that sends byte by byte does not move the deadline") {
    Lab lab(
        [](const Peer& peer) {
          peer.hear();
          bool heard = peer.say("$1000000\r\n");
          while (heard) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            heard = peer.say("x");
          }
        },
        /*patience_ms=*/100);
    CHECK(lab.ask().error().code() == ErrorCode::DeadlineExceeded);
  }

  TEST_CASE("each call may have a limit of its own") {
    Lab lab([](const Peer& peer) {
      peer.hear();
      peer.hear();  // Until the client goes.
    });
    (*lab.client)
        ->set_patience({.deadline_monotonic_ns = lab.clock.monotonic_ns() + 60'000'000'000,
                        .call = std::chrono::milliseconds(20)});
    CHECK(lab.ask().error().message() == "i/o timeout");
  }

  TEST_CASE("a refused password is PermissionDenied and nobody at the port Unavailable") {
    SystemClock clock;
    const Patience patience{.deadline_monotonic_ns = clock.monotonic_ns() + 10'000'000'000};
    Address address;
    {
      ScriptedServer server(always("-WRONGPASS invalid username-password pair\r\n"));
      address = server.address();
      address.password = "secret";
      const auto refused = Client::connect(address, {}, patience, clock);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code() == ErrorCode::PermissionDenied);
      CHECK(refused.error().message().find("secret") == std::string::npos);
    }
    CHECK(Client::connect(address, {}, patience, clock).error().code() == ErrorCode::Unavailable);
  }
}

}  // namespace sonde::redis
