#include "exporters/redis/client.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/core/number_text.h"

namespace sonde::redis {
namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kLineBytesMax = 64 * 1024;  // of a status, an error, a number or a length
constexpr int64_t kNsPerMs = 1'000'000;

// As the protocol wants it: every word with its length, so that it may have any bytes.
void append_command(std::string& out, const Command& words) {
  out += '*';
  append_unsigned(out, words.size());
  for (const std::string_view word : words) {
    out += "\r\n$";
    append_unsigned(out, word.size());
    out += "\r\n";
    out += word;
  }
  out += "\r\n";
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

struct ReaderDeleter {
  void operator()(redisReader* reader) const { ::redisReaderFree(reader); }
};

}  // namespace

class Client::Context {
 public:
  Context(std::unique_ptr<Transport> transport, const Clock& clock)
      : transport_(std::move(transport)),
        clock_(clock),
        reader_(::redisReaderCreateWithFunctions(&functions_)) {
    if (reader_) reader_->privdata = &builder_;
    broken_ = !reader_;
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void set_patience(Patience patience) { patience_ = patience; }
  void give_up() { broken_ = true; }

  Status send(std::string_view commands) {
    if (broken_) return has_failed();
    begin_call();
    pipeline_bytes_ = 0;
    auto sent = transport_->write(commands, call_end_ns_);
    broken_ = !sent;
    return sent;
  }

  Result<Reply> read() {
    // The parser is somewhere within a reply, and what it refers to is gone.
    if (broken_) return has_failed();
    begin_call();
    builder_ = {};
    auto reply = read_reply();
    broken_ = !reply;
    return reply;
  }

 private:
  static Error has_failed() { return Error(ErrorCode::Unavailable, "the connection has failed before"); }

  Result<Reply> read_reply() {
    size_t received = 0;
    for (;;) {
      void* reply = nullptr;
      if (::redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return reader_error();
      if (reply != nullptr) return std::move(builder_.root);
      auto got = receive();
      if (!got) return got.error();
      received += *got;
      pipeline_bytes_ += *got;
      const bool too_much = received > kReplyBytesMax || pipeline_bytes_ > kPipelineBytesMax;
      if (too_much || is_endless_line()) return too_large();
    }
  }

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

  // Waits for bytes and feeds them to the reader; gives how many.
  Result<size_t> receive() {
    std::array<char, kReadBytes> bytes;  // Not cleared: it is written before it is read.
    const auto length = transport_->read(bytes, call_end_ns_);
    if (!length) return length;
    if (::redisReaderFeed(reader_.get(), bytes.data(), *length) != REDIS_OK) return reader_error();
    return length;
  }

  const std::unique_ptr<Transport> transport_;
  const Clock& clock_;
  redisReplyObjectFunctions functions_ = reply_functions();  // The reader refers to it and to the builder.
  ReplyBuilder builder_;
  std::unique_ptr<redisReader, ReaderDeleter> reader_;
  Patience patience_;
  int64_t call_end_ns_ = 0;
  size_t pipeline_bytes_ = 0;
  bool broken_ = false;
};

Client::Client(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::connect(const Address& address, const TlsClientSettings& tls,
                                                Patience patience, const Clock& clock) {
  int64_t until_ns = patience.deadline_monotonic_ns;
  if (patience.call.count() > 0) {
    until_ns = std::min(until_ns, clock.monotonic_ns() + patience.call.count() * kNsPerMs);
  }
  auto transport = Transport::connect(address, tls, until_ns, clock);
  if (!transport) return transport.error();
  auto context = std::make_unique<Context>(std::move(*transport), clock);
  std::unique_ptr<Client> client(new Client(std::move(context)));  // The constructor is private.
  client->set_patience(patience);
  if (auto logged_in = client->log_in(address); !logged_in) return logged_in.error();
  return client;
}

Status Client::log_in(const Address& address) {
  if (!address.password.empty()) {
    Command words{"AUTH"};
    if (!address.user.empty()) words.push_back(address.user);
    words.push_back(address.password);
    const auto reply = command(words);
    if (!reply) return reply.error();
    if (reply->is_error()) return Error(ErrorCode::PermissionDenied, reply->text);
  }
  return select(address.database);
}

void Client::set_patience(Patience patience) {
  context_->set_patience(patience);
}

Result<Reply> Client::command(const Command& words) {
  std::string bytes;
  append_command(bytes, words);
  if (auto sent = context_->send(bytes); !sent) return sent.error();
  return context_->read();
}

Result<std::vector<Reply>> Client::pipeline(const std::vector<Command>& commands) {
  std::vector<Reply> replies;
  if (commands.empty()) return replies;
  std::string bytes;
  for (const Command& words : commands) append_command(bytes, words);
  if (auto sent = context_->send(bytes); !sent) return sent.error();
  replies.reserve(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    auto reply = context_->read();
    if (!reply) return reply.error();
    replies.push_back(std::move(*reply));
  }
  return replies;
}

Status Client::select(int64_t database) {
  if (database == database_) return Ok{};
  const std::string number = std::to_string(database);
  const auto reply = command({"SELECT", number});
  if (!reply) return reply.error();
  if (reply->is_error()) return Error(ErrorCode::InvalidArgument, reply->text);
  database_ = database;
  return Ok{};
}

void Client::give_up() {
  context_->give_up();
}

}  // namespace sonde::redis
