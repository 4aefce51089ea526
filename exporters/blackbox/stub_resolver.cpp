#include "exporters/blackbox/stub_resolver.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "common/core/text.h"
#include "exporters/blackbox/dns_exchange.h"
#include "exporters/blackbox/dns_message.h"

namespace sonde::blackbox {
namespace {

constexpr uint16_t kClassIn = 1;
constexpr uint16_t kNameError = 3;  // NXDOMAIN
constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr size_t kFlagsAt = 2;
constexpr unsigned char kTruncated = 2;

struct Family {
  uint16_t type;
  std::string_view name;
};
constexpr std::array kFamilies{Family{1, "A"}, Family{28, "AAAA"}};

// The addresses among records in presentation form: name, seconds, class, type, address.
void append_addresses(const std::vector<std::string>& records, std::string_view type,
                      std::vector<std::string>& out) {
  for (const std::string& record : records) {
    const auto fields = split(record, '\t');
    if (fields.size() == 5 && fields[3] == type) out.emplace_back(fields[4]);
  }
}

class LookUp : public std::enable_shared_from_this<LookUp> {
 public:
  LookUp(loop::EventLoop& loop, http::TlsStores& stores, StubQuestion question,
         std::function<void(Result<std::vector<std::string>>)> done)
      : loop_(loop), stores_(stores), question_(std::move(question)), done_(std::move(done)) {}

  // Asks for the current name at the current server.
  void ask() {
    answered_ = 0;
    failed_ = false;
    for (size_t i = 0; i < kFamilies.size(); ++i) send(i, /*stream=*/false);
  }

 private:
  const std::string& name() const { return question_.names[name_index_]; }

  void send(size_t family, bool stream) {
    DnsQuery query{.id = 0, .name = name(), .type = kFamilies[family].type, .query_class = kClassIn};
    if (::getrandom(&query.id, sizeof query.id, 0) < 0) return end(Error(ErrorCode::Io, "no random numbers"));
    auto message = write_dns_query(query);
    if (!message) return later(Error(ErrorCode::NotFound, message.error().message()));
    DnsExchange exchange;
    exchange.server = question_.servers[server_index_];
    exchange.stream = stream;
    exchange.query = std::move(*message);
    exchange.deadline_monotonic_ns =
        std::min(question_.deadline_monotonic_ns,
                 loop_.clock().monotonic_ns() + question_.timeout_seconds * kNsPerSecond);
    exchange_dns(loop_, stores_, std::move(exchange),
                 [self = shared_from_this(), round = round_, family, stream](DnsExchanged exchanged) {
                   if (self->round_ == round && self->done_)
                     self->receive(family, stream, std::move(exchanged));
                 });
  }

  // An error of ours must not call back before ask_servers() returns.
  void later(Error error) {
    loop_.post([self = shared_from_this(), error = std::move(error)] { self->end(error); });
  }

  void receive(size_t family, bool stream, DnsExchanged exchanged) {
    const auto answer =
        exchanged.answer ? read_dns_answer(*exchanged.answer) : Result<DnsAnswer>(exchanged.answer.error());
    const bool cut = exchanged.answer && exchanged.answer->size() > kFlagsAt &&
                     (static_cast<unsigned char>((*exchanged.answer)[kFlagsAt]) & kTruncated) != 0;
    if (cut && !stream) return send(family, /*stream=*/true);
    if (!answer) {
      last_error_ = exchanged.answer ? answer.error() : exchanged.answer.error();
      failed_ = true;
    } else if (answer->rcode == 0) {
      append_addresses(answer->answer, kFamilies[family].name, found_);
    } else if (answer->rcode != kNameError) {
      failed_ = true;  // The server cannot say; another may.
      last_error_ = Error(ErrorCode::Unavailable, "server misbehaving");
    }
    if (++answered_ == kFamilies.size()) conclude();
  }

  void conclude() {
    if (!found_.empty()) return end(std::move(found_));
    if (loop_.clock().monotonic_ns() >= question_.deadline_monotonic_ns)
      return end(Error(ErrorCode::DeadlineExceeded, "i/o timeout"));
    ++round_;
    if (failed_) return next_server();
    if (++name_index_ == question_.names.size()) return end(Error(ErrorCode::NotFound, "no such host"));
    server_index_ = 0;
    attempt_ = 0;
    ask();
  }

  void next_server() {
    if (++server_index_ == question_.servers.size()) {
      server_index_ = 0;
      if (++attempt_ == question_.attempts) return end(*last_error_);
    }
    ask();
  }

  void end(Result<std::vector<std::string>> result) {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }

  loop::EventLoop& loop_;
  http::TlsStores& stores_;
  const StubQuestion question_;
  std::function<void(Result<std::vector<std::string>>)> done_;
  size_t name_index_ = 0;
  size_t server_index_ = 0;
  int attempt_ = 0;
  uint64_t round_ = 0;  // Tells answers of an earlier question.
  size_t answered_ = 0;
  bool failed_ = false;
  std::vector<std::string> found_;
  std::optional<Error> last_error_;
};

}  // namespace

void ask_servers(loop::EventLoop& loop, http::TlsStores& stores, StubQuestion question,
                 std::function<void(Result<std::vector<std::string>>)> done) {
  std::make_shared<LookUp>(loop, stores, std::move(question), std::move(done))->ask();
}

}  // namespace sonde::blackbox
