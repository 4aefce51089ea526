#include "exporters/redis/client.h"

#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <algorithm>
#include <utility>

#include "common/core/text.h"

namespace sonde::redis {
namespace {

// A reply deeper or larger than any that we ask for is refused.
constexpr size_t kReplyDepthMax = 8;
constexpr size_t kReplyItemsMax = 1'000'000;

struct ReplyDeleter {
  void operator()(redisReply* reply) const { ::freeReplyObject(reply); }
};
using ReplyHandle = std::unique_ptr<redisReply, ReplyDeleter>;

timeval to_timeval(std::chrono::milliseconds timeout) {
  const int64_t ms = std::max<int64_t>(timeout.count(), 1);
  return {.tv_sec = static_cast<time_t>(ms / 1000), .tv_usec = static_cast<suseconds_t>(ms % 1000 * 1000)};
}

Result<Reply> copy(const redisReply& from, size_t depth) {
  if (depth > kReplyDepthMax || from.elements > kReplyItemsMax) {
    return Error(ErrorCode::LimitExceeded, "a reply that is too large");
  }
  Reply to;
  switch (from.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      to.kind = Reply::Kind::Text;
      to.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ERROR:
      to.kind = Reply::Kind::Error;
      to.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_INTEGER:
      to.kind = Reply::Kind::Integer;
      to.integer = from.integer;
      break;
    case REDIS_REPLY_ARRAY:
      to.kind = Reply::Kind::List;
      for (size_t i = 0; i < from.elements; ++i) {
        auto item = copy(*from.element[i], depth + 1);
        if (!item) return item.error();
        to.items.push_back(std::move(*item));
      }
      break;
    default:
      break;
  }
  return to;
}

std::string where(const Address& address) {
  return address.socket.empty() ? address.host + ":" + std::to_string(address.port) : address.socket;
}

}  // namespace

class Client::Context {
 public:
  explicit Context(redisContext* context) : context_(context) {}
  ~Context() { ::redisFree(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  redisContext* get() const { return context_; }

  Error error() const {
    const std::string text = context_->errstr;
    // hiredis says so of a receive that ran into its timeout.
    const bool timed_out = text.find("temporarily unavailable") != std::string::npos;
    return timed_out ? Error(ErrorCode::DeadlineExceeded, "i/o timeout")
                     : Error(ErrorCode::Unavailable, text);
  }

  Status append(const std::vector<std::string_view>& words) {
    std::vector<const char*> texts;
    std::vector<size_t> lengths;
    for (const std::string_view word : words) {
      texts.push_back(word.data());
      lengths.push_back(word.size());
    }
    const int count = static_cast<int>(words.size());
    if (::redisAppendCommandArgv(context_, count, texts.data(), lengths.data()) != REDIS_OK) return error();
    return Ok{};
  }

  Result<Reply> read() {
    void* raw = nullptr;
    if (::redisGetReply(context_, &raw) != REDIS_OK) return error();
    const ReplyHandle reply(static_cast<redisReply*>(raw));
    return copy(*reply, 0);
  }

 private:
  redisContext* context_;
};

Client::Client(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::connect(const Address& address, std::chrono::milliseconds timeout) {
  const timeval limit = to_timeval(timeout);
  redisContext* raw = address.socket.empty()
                          ? ::redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                          : ::redisConnectUnixWithTimeout(address.socket.c_str(), limit);
  if (raw == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for a connection");
  auto context = std::make_unique<Context>(raw);
  if (raw->err != 0) return context->error().in("dial " + where(address));
  std::unique_ptr<Client> client(new Client(std::move(context)));  // The constructor is private.
  if (auto set = client->set_timeout(timeout); !set) return set.error();
  if (!address.password.empty()) {
    std::vector<std::string_view> words{"AUTH"};
    if (!address.user.empty()) words.push_back(address.user);
    words.push_back(address.password);
    const auto reply = client->command(words);
    if (!reply) return reply.error();
    if (reply->kind == Reply::Kind::Error) return Error(ErrorCode::PermissionDenied, reply->text);
  }
  if (address.database != 0) {
    const std::string database = std::to_string(address.database);
    const auto reply = client->command({"SELECT", database});
    if (!reply) return reply.error();
    if (reply->kind == Reply::Kind::Error) return Error(ErrorCode::InvalidArgument, reply->text);
  }
  return client;
}

Status Client::set_timeout(std::chrono::milliseconds timeout) {
  if (::redisSetTimeout(context_->get(), to_timeval(timeout)) != REDIS_OK) return context_->error();
  return Ok{};
}

Result<Reply> Client::command(const std::vector<std::string_view>& words) {
  if (auto appended = context_->append(words); !appended) return appended.error();
  return context_->read();
}

Result<std::vector<Reply>> Client::pipeline(const std::vector<std::vector<std::string_view>>& commands) {
  for (const auto& words : commands) {
    if (auto appended = context_->append(words); !appended) return appended.error();
  }
  std::vector<Reply> replies;
  for (size_t i = 0; i < commands.size(); ++i) {
    auto reply = context_->read();
    if (!reply) return reply.error();
    replies.push_back(std::move(*reply));
  }
  return replies;
}

}  // namespace sonde::redis
