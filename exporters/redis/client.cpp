#include "exporters/redis/client.h"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace sonde::redis {
namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kLineBytesMax = 64 * 1024;  // of a status, an error, a number or a length
constexpr int64_t kNsPerMs = 1'000'000;

timeval to_timeval(std::chrono::milliseconds timeout) {
  const int64_t ms = std::max<int64_t>(timeout.count(), 1);
  return {.tv_sec = static_cast<time_t>(ms / 1000), .tv_usec = static_cast<suseconds_t>(ms % 1000 * 1000)};
}

// The reply that hiredis' parser is making, as ours from the start: its own would be built whole before it
// could be counted. An array's items are all there, as Nil, once its length is known.
struct ReplyBuilder {
  Reply root;
  size_t item_count = 0;
};

// Where a parsed value goes.
Reply& place_of(const redisReadTask* task) {
  if (task->parent == nullptr) return static_cast<ReplyBuilder*>(task->privdata)->root;
  return static_cast<Reply*>(task->parent->obj)->items[static_cast<size_t>(task->idx)];
}

void* create_string(const redisReadTask* task, char* text, size_t length) {
  Reply& reply = place_of(task);
  reply.kind = task->type == REDIS_REPLY_ERROR ? Reply::Kind::Error : Reply::Kind::Text;
  reply.text.assign(text, length);
  return &reply;
}

// nullptr makes the parser fail. The count's type differs by the version of hiredis.
template <class Count>
void* create_array(const redisReadTask* task, Count count) {
  auto& builder = *static_cast<ReplyBuilder*>(task->privdata);
  const auto items = static_cast<size_t>(count);
  if (items > Client::kReplyItemsMax - builder.item_count) return nullptr;
  builder.item_count += items;
  Reply& reply = place_of(task);
  reply.kind = Reply::Kind::List;
  reply.items.resize(items);
  return &reply;
}

void* create_integer(const redisReadTask* task, long long value) {
  Reply& reply = place_of(task);
  reply.kind = Reply::Kind::Integer;
  reply.integer = value;
  return &reply;
}

void* create_nil(const redisReadTask* task) {
  return &place_of(task);
}

// Values that newer versions of hiredis know and RESP2 does not have stay Nil.
redisReplyObjectFunctions reply_functions() {
  redisReplyObjectFunctions functions{};
  functions.createString = create_string;
  functions.createArray = create_array;
  functions.createInteger = create_integer;
  functions.createNil = create_nil;
  functions.freeObject = [](void*) {};  // The builder owns all.
  return functions;
}

Error too_large() {
  return Error(ErrorCode::LimitExceeded, "a reply that is too large");
}

std::string where(const Address& address) {
  return address.socket.empty() ? address.host + ":" + std::to_string(address.port) : address.socket;
}

struct ReaderDeleter {
  void operator()(redisReader* reader) const { ::redisReaderFree(reader); }
};

}  // namespace

class Client::Context {
 public:
  Context(redisContext* context, const Clock& clock)
      : context_(context), clock_(clock), reader_(::redisReaderCreateWithFunctions(&functions_)) {
    if (reader_) reader_->privdata = &builder_;
  }
  ~Context() { ::redisFree(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  bool failed() const { return context_->err != 0 || !reader_; }

  Error error() const {
    const std::string text = context_->errstr;
    // hiredis says so of a call that ran into its timeout.
    const bool timed_out = text.find("temporarily unavailable") != std::string::npos;
    return timed_out ? timeout() : Error(ErrorCode::Unavailable, text);
  }

  void set_patience(Patience patience) { patience_ = patience; }

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

  // Sends what was appended.
  Status flush() {
    begin_call();
    ::redisSetTimeout(context_, to_timeval(std::chrono::milliseconds(left_ms())));
    for (int done = 0; done == 0;) {
      if (::redisBufferWrite(context_, &done) != REDIS_OK) return error();
    }
    return Ok{};
  }

  Result<Reply> read() {
    // The parser is somewhere within a reply, and what it refers to is gone.
    if (broken_) return Error(ErrorCode::Unavailable, "the connection has failed before");
    begin_call();
    builder_ = {};
    auto reply = read_reply();
    broken_ = !reply;
    return reply;
  }

 private:
  Result<Reply> read_reply() {
    size_t received = 0;
    for (;;) {
      void* reply = nullptr;
      if (::redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return reader_error();
      if (reply != nullptr) return std::move(builder_.root);
      auto got = receive();
      if (!got) return got.error();
      received += *got;
      if (received > kReplyBytesMax || is_endless_line()) return too_large();
    }
  }

  static Error timeout() { return Error(ErrorCode::DeadlineExceeded, "i/o timeout"); }

  // A line that goes on and on: hiredis would look through all of it again with every piece. A text that is
  // still to come has its length, which is a line, in front of it.
  bool is_endless_line() const {
    if (reader_->len - reader_->pos <= kLineBytesMax) return false;
    return std::memchr(reader_->buf + reader_->pos, '\n', kLineBytesMax) == nullptr;
  }

  // hiredis calls an array "out of memory" that was refused.
  Error reader_error() const {
    return reader_->err == REDIS_ERR_OOM ? too_large() : Error(ErrorCode::Unavailable, reader_->errstr);
  }

  void begin_call() {
    call_end_ns_ = patience_.deadline_monotonic_ns;
    if (patience_.call.count() == 0) return;
    call_end_ns_ = std::min(call_end_ns_, clock_.monotonic_ns() + patience_.call.count() * kNsPerMs);
  }

  // At least 1: what has come already is taken, be it late.
  int64_t left_ms() const {
    const int64_t left = (call_end_ns_ - clock_.monotonic_ns()) / kNsPerMs;
    return std::clamp<int64_t>(left, 1, std::numeric_limits<int>::max());
  }

  // Waits for bytes and feeds them to the reader; gives how many. The socket's own timeout would begin anew
  // with every byte of a server that sends them one by one.
  Result<size_t> receive() {
    if (clock_.monotonic_ns() >= call_end_ns_) return timeout();
    pollfd readable{.fd = context_->fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(left_ms()));
    if (ready == 0) return timeout();
    if (ready < 0) return errno == EINTR ? Result<size_t>(0) : system_error();
    std::array<char, kReadBytes> bytes{};
    const ssize_t length = ::recv(context_->fd, bytes.data(), bytes.size(), 0);
    if (length < 0) return system_error();
    if (length == 0) return Error(ErrorCode::Unavailable, "Server closed the connection");
    const auto count = static_cast<size_t>(length);
    if (::redisReaderFeed(reader_.get(), bytes.data(), count) != REDIS_OK) return reader_error();
    return count;
  }

  static Error system_error() { return Error(ErrorCode::Unavailable, std::strerror(errno)); }

  redisContext* context_;
  const Clock& clock_;
  redisReplyObjectFunctions functions_ = reply_functions();  // The reader refers to it and to the builder.
  ReplyBuilder builder_;
  std::unique_ptr<redisReader, ReaderDeleter> reader_;
  Patience patience_;
  int64_t call_end_ns_ = 0;
  bool broken_ = false;
};

Client::Client(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::connect(const Address& address, Patience patience,
                                                const Clock& clock) {
  std::chrono::milliseconds left((patience.deadline_monotonic_ns - clock.monotonic_ns()) / kNsPerMs);
  if (patience.call.count() > 0) left = std::min(left, patience.call);
  const timeval limit = to_timeval(left);
  redisContext* raw = address.socket.empty()
                          ? ::redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                          : ::redisConnectUnixWithTimeout(address.socket.c_str(), limit);
  if (raw == nullptr) return Error(ErrorCode::LimitExceeded, "no memory for a connection");
  auto context = std::make_unique<Context>(raw, clock);
  if (context->failed()) return context->error().in("dial " + where(address));
  std::unique_ptr<Client> client(new Client(std::move(context)));  // The constructor is private.
  client->set_patience(patience);
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

void Client::set_patience(Patience patience) {
  context_->set_patience(patience);
}

Result<Reply> Client::command(const std::vector<std::string_view>& words) {
  if (auto appended = context_->append(words); !appended) return appended.error();
  if (auto sent = context_->flush(); !sent) return sent.error();
  return context_->read();
}

Result<std::vector<Reply>> Client::pipeline(const std::vector<std::vector<std::string_view>>& commands) {
  for (const auto& words : commands) {
    if (auto appended = context_->append(words); !appended) return appended.error();
  }
  if (auto sent = context_->flush(); !sent) return sent.error();
  std::vector<Reply> replies;
  for (size_t i = 0; i < commands.size(); ++i) {
    auto reply = context_->read();
    if (!reply) return reply.error();
    replies.push_back(std::move(*reply));
  }
  return replies;
}

}  // namespace sonde::redis
