#pragma once
// A connection to a Redis server (RESP2): the only file that knows hiredis. Blocking, but never past its
// deadline however slowly a server talks, and never with more of a reply than its limits; one thread. Secrets
// go by argument vector, never through a format string.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
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

// How long calls may take.
struct Patience {
  int64_t deadline_monotonic_ns = 0;  // of all calls
  std::chrono::milliseconds call{0};  // of each; 0 is no limit of its own
};

class Client {
 public:
  // A larger reply is refused, and the connection with it. The largest that is asked for, CONFIG GET *, has
  // some hundred items, and INFO some ten kilobytes, or megabytes where a module says much.
  static constexpr size_t kReplyBytesMax = 16 << 20;
  static constexpr size_t kReplyItemsMax = 100'000;

  // `clock` outlives the client. Looking up a host's name may take longer than the deadline.
  static Result<std::unique_ptr<Client>> connect(const Address& address, Patience patience,
                                                 const Clock& clock);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // For the calls that follow.
  void set_patience(Patience patience);

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
