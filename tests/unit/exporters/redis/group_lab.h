#pragma once
// Runs one group against a server that knows a few commands by heart, and gives the page. For answers that no
// real server gives: those of modules and other products, and those that are wrong. Real servers are asked by
// the end-to-end tests.

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/redis/group.h"
#include "tests/unit/exporters/redis/scripted_server.h"

namespace sonde::redis {

// Answers by command, its words joined by spaces; all other commands are unknown.
using Answers = std::map<std::string, std::string>;

// Takes one command off the front of `bytes`; false when it is not whole yet.
inline bool take_command(std::string& bytes, std::string& command) {
  size_t at = 0;
  const auto number = [&](char kind) -> int64_t {
    const size_t end = bytes.find("\r\n", at);
    if (end == std::string::npos || bytes[at] != kind) return -1;
    const auto value = parse_integer(std::string_view(bytes).substr(at + 1, end - at - 1));
    at = end + 2;
    return value.value_or(-1);
  };
  command.clear();
  const int64_t words = number('*');
  for (int64_t i = 0; i < words; ++i) {
    const int64_t length = number('$');
    if (length < 0 || at + static_cast<size_t>(length) + 2 > bytes.size()) return false;
    if (i > 0) command += ' ';
    command += bytes.substr(at, static_cast<size_t>(length));
    at += static_cast<size_t>(length) + 2;
  }
  if (words < 0) return false;
  bytes.erase(0, at);
  return true;
}

inline ScriptedServer::Script knowing(Answers answers) {
  return [answers = std::move(answers)](const ScriptedServer::Peer& peer) {
    std::string bytes;
    std::string command;
    for (std::string heard = peer.hear(); !heard.empty(); heard = peer.hear()) {
      bytes += heard;
      while (take_command(bytes, command)) {
        const auto answer = answers.find(command);
        if (!peer.say(answer == answers.end() ? "-ERR unknown command\r\n" : answer->second)) return;
      }
    }
  };
}

// The protocol's way to write a text, and a list of things that are written already.
inline std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}
inline std::string list(std::initializer_list<std::string> items) {
  std::string out = "*" + std::to_string(items.size()) + "\r\n";
  for (const std::string& item : items) out += item;
  return out;
}
inline std::string texts(std::initializer_list<std::string_view> items) {
  std::string out = "*" + std::to_string(items.size()) + "\r\n";
  for (const std::string_view item : items) out += bulk(item);
  return out;
}

class GroupLab {
 public:
  GroupLab() : GroupLab(Answers{}) {}
  explicit GroupLab(Answers answers) : GroupLab(knowing(std::move(answers))) {}
  explicit GroupLab(ScriptedServer::Script script) : server_(std::move(script)) {
    auto client = Client::connect(server_.address(), {}, patience(), clock_);
    REQUIRE(client);
    client_ = std::move(*client);
  }

  // The page of a group, "left out: …" behind it, or "failed: …" in its place.
  std::string run(const std::function<Status(Scrape&)>& collect) {
    MetricSink sink;
    Families out(sink, "redis");
    const Info parsed(info);
    KeyServers servers(server_.address(), options.tls, clock_);
    servers.begin(*client_, options.is_cluster, patience());
    Scrape scrape{.options = options,
                  .settings = settings,
                  .checks = settings.checks,
                  .client = *client_,
                  .servers = servers,
                  .info = parsed,
                  .config = config,
                  .database_count = 1,
                  .scan_until_monotonic_ns = clock_.monotonic_ns() + scan_ns,
                  .out = out,
                  .clock = clock_,
                  .logger = logger_};
    const Status status = collect(scrape);
    if (!status) return "failed: " + status.error().message();
    const MetricSink* sinks[] = {&sink};
    std::string page;
    exposition::join_text(sinks, page);
    return samples(page) + (scrape.left_out.empty() ? "" : "left out: " + scrape.left_out + "\n");
  }

  Options options;
  GroupSettings settings;
  std::string info;
  Reply config;
  int64_t scan_ns = 60'000'000'000;

 private:
  Patience patience() const { return {.deadline_monotonic_ns = clock_.monotonic_ns() + 60'000'000'000}; }

  // Without the lines that describe families.
  static std::string samples(std::string_view page) {
    std::string out;
    for (const std::string_view line : split(page, '\n')) {
      if (!line.empty() && line[0] != '#') out += std::string(line) + "\n";
    }
    return out;
  }

  SystemClock clock_;
  Logger logger_{clock_, -1};
  ScriptedServer server_;
  std::unique_ptr<Client> client_;
};

// What a server may say to any command.
inline const std::initializer_list<std::string> kOddAnswers{"$-1\r\n",
                                                            ":1\r\n",
                                                            "+OK\r\n",
                                                            "*0\r\n",
                                                            "-ERR no\r\n",
                                                            "*1\r\n*1\r\n*1\r\n:1\r\n",
                                                            "*3\r\n$-1\r\n:-1\r\n$0\r\n\r\n",
                                                            "*2\r\n+name\r\n*2\r\n+name\r\n$-1\r\n"};

// A server that says the same to every command.
inline ScriptedServer::Script anything(std::string answer) {
  return [answer = std::move(answer)](const ScriptedServer::Peer& peer) {
    std::string bytes;
    std::string command;
    for (std::string heard = peer.hear(); !heard.empty(); heard = peer.hear()) {
      bytes += heard;
      while (take_command(bytes, command)) {
        if (!peer.say(answer)) return;
      }
    }
  };
}

// A group takes none of it amiss: the scrape goes on.
inline void check_odd_answers(std::initializer_list<std::string> commands, Status (*collect)(Scrape&),
                              const std::function<void(GroupLab&)>& prepare = nullptr) {
  for (const std::string& odd : kOddAnswers) {
    CAPTURE(odd);
    Answers answers;
    for (const std::string& command : commands) answers[command] = odd;
    GroupLab lab(std::move(answers));
    if (prepare) prepare(lab);
    CHECK_FALSE(lab.run(collect).starts_with("failed"));
  }
}

}  // namespace sonde::redis
