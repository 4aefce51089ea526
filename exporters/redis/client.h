#pragma once
// A connection to a Redis server (RESP2): the only file that knows hiredis. Blocking, with a time limit on
// every call; one thread. Secrets go by argument vector, never through a format string.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::redis {

// A reply, copied out of the library.
struct Reply {
  enum class Kind : uint8_t { Nil, Text, Integer, List, Error };
  Kind kind = Kind::Nil;
  std::string text;  // Text and Error
  int64_t integer = 0;
  std::vector<Reply> items;
};

// Where and as whom.
struct Address {
  std::string host;
  uint16_t port = 6379;
  std::string socket;  // a path; then host and port mean nothing
  std::string user;
  std::string password;
  int64_t database = 0;
};

class Client {
 public:
  static Result<std::unique_ptr<Client>> connect(const Address& address, std::chrono::milliseconds timeout);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // From now on, no call takes longer.
  Status set_timeout(std::chrono::milliseconds timeout);

  // One command. A reply of kind Error is an answer, not a failure; after a failure the client is of no use.
  Result<Reply> command(const std::vector<std::string_view>& words);
  // Several commands in one round trip; as many replies, in order.
  Result<std::vector<Reply>> pipeline(const std::vector<std::vector<std::string_view>>& commands);

 private:
  class Context;
  explicit Client(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;  // Keeps hiredis out of this header.
};

}  // namespace sonde::redis
