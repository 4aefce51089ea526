#pragma once
// A connection to a Redis server (RESP2): the only file that knows hiredis, which parses. Blocking, but never
// past its deadline however slowly a server talks, and never with more of a reply than its limits; one
// thread.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.h"
#include "common/core/result.h"
#include "exporters/redis/reply.h"
#include "exporters/redis/transport.h"

namespace sonde::redis {

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
  // All replies of a pipeline together.
  static constexpr size_t kPipelineBytesMax = 64 << 20;

  // `clock` outlives the client. Looking up a host's name may take longer than the deadline.
  static Result<std::unique_ptr<Client>> connect(const Address& address, const TlsClientSettings& tls,
                                                 Patience patience, const Clock& clock);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // For the calls that follow.
  void set_patience(Patience patience);

  // One command. A reply of kind Error is an answer, not a failure; after a failure the client is of no use.
  Result<Reply> command(const Command& words);
  // Several commands in one round trip; as many replies, in order.
  Result<std::vector<Reply>> pipeline(const std::vector<Command>& commands);

  // SELECT, where it is not that database already. InvalidArgument when the server refuses it.
  Status select(int64_t database);

  // Every call fails from now on.
  void give_up();

 private:
  class Context;
  explicit Client(std::unique_ptr<Context> context);
  Status log_in(const Address& address);
  std::unique_ptr<Context> context_;  // Keeps hiredis out of this header.
  int64_t database_ = 0;
};

}  // namespace sonde::redis
