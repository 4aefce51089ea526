#include "exporters/redis/redis_exporter.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "exporters/redis/address.h"
#include "exporters/redis/password_file.h"
#include "exporters/redis/redis_collector.h"

namespace sonde::redis {
namespace {

constexpr Desc kRequestErrors{"redis_target_scrape_request_errors_total",
                              "Errors in requests to the exporter", MetricType::Counter};
constexpr std::chrono::milliseconds kScrapeTimeout{15'000};
constexpr std::chrono::milliseconds kTimeoutOffset{250};

// All of the address, the password too, and never shown: a connection that one of --redis.addr opened is not
// for a target that names the same server without it, nor for one whose password has changed.
std::string target_key(const Address& address) {
  std::string key = write_address(address);
  for (const std::string& part : {address.user, address.password, std::to_string(address.database)}) {
    key += '\0';
    key += part;
  }
  return key;
}

http::Response bad_request(std::string message) {
  return http::text_response(400, std::move(message) + "\n");
}

}  // namespace

RedisExporter::RedisExporter(exporter::Context& context, const Options& options)
    : context_(context),
      options_(options),
      targets_(context),
      request_errors_(context.registry.counter(kRequestErrors)) {}

Status RedisExporter::start() {
  if (!options_.address.empty()) {
    if (auto address = parse_address(options_.address); !address) return address.error().in("--redis.addr");
  }
  if (!options_.password_file.empty()) {
    if (auto loaded = reload(); !loaded) return loaded.error();
  }
  add_routes();
  return Ok{};
}

void RedisExporter::add_routes() {
  http::Server& server = context_.server;
  server.route("GET", "/health", [](http::Request, http::Responder responder) {
    responder.send(http::text_response(200, "ok"));
  });
  server.route("GET POST PUT", "/-/reload", [this](http::Request, http::Responder responder) {
    if (options_.password_file.empty()) return responder.send(bad_request("There is no pwd file specified"));
    const Status status = reload();
    responder.send(status ? http::text_response(200, "ok")
                          : http::text_response(500, status.error().message() + "\n"));
  });
  if (options_.disable_scrape_endpoint) return;
  server.route("GET", "/scrape", [this](http::Request request, http::Responder responder) {
    handle_scrape(std::move(request), std::move(responder));
  });
}

Status RedisExporter::reload() {
  if (options_.password_file.empty()) return Ok{};
  auto text = io::read_file(io::real_file_system(), options_.password_file, kPasswordFileBytesMax);
  if (!text) return text.error();
  auto passwords = parse_password_file(*text);
  if (!passwords) return passwords.error().in(options_.password_file);
  passwords_ = std::move(*passwords);
  targets_.clear();
  return Ok{};
}

// Where the target has no password of its own: the flag's, or else the file's.
void RedisExporter::set_password(Address& address) const {
  if (address.user.empty()) address.user = options_.user;
  if (!address.password.empty()) return;
  address.password = options_.password;
  if (!address.password.empty() || !address.socket.empty()) return;
  const std::string plain = write_address(address);
  const std::string with_user = plain.substr(0, 8) + address.user + "@" + plain.substr(8);
  const auto found = passwords_.find(address.user.empty() ? plain : with_user);
  if (found != passwords_.end()) address.password = found->second;
}

Result<Address> RedisExporter::target_address(std::string_view target) const {
  auto address = parse_address(target);
  if (!address) return address;
  // A password in a URL ends up in logs: it is dropped, as in the reference.
  address->password.clear();
  set_password(*address);
  return address;
}

void RedisExporter::scrape_address(const Address& address, int64_t deadline_monotonic_ns,
                                   exporter::Answer answer) {
  const auto make = [&] {
    return std::make_unique<RedisCollector>(address, options_, context_.clock, context_.logger);
  };
  exporter::TargetScrape wish;
  wish.deadline_monotonic_ns = deadline_monotonic_ns;
  wish.prepare = [deadline_monotonic_ns](exporter::Collector& collector) {
    static_cast<RedisCollector&>(collector).set_deadline(deadline_monotonic_ns);
  };
  const std::string up = options_.name_space + "_up";
  wish.down_page = "# HELP " + up + " up metric\n# TYPE " + up + " gauge\n" + up + " 0\n";
  wish.answer = std::move(answer);
  targets_.scrape(target_key(address), make, std::move(wish));
}

void RedisExporter::scrape(const http::Request&, int64_t deadline_monotonic_ns, exporter::Answer answer) {
  if (options_.address.empty()) return answer({});
  auto address = parse_address(options_.address);
  if (!address) return answer(bad_request(address.error().message()));
  set_password(*address);
  scrape_address(*address, deadline_monotonic_ns, std::move(answer));
}

void RedisExporter::handle_scrape(http::Request request, http::Responder responder) {
  const auto target = request.parameter("target");
  if (!target || target->empty()) {
    request_errors_.add();
    return responder.send(bad_request("'target' parameter must be specified"));
  }
  const auto address = target_address(*target);
  if (!address) {
    request_errors_.add();
    return responder.send(bad_request("Invalid 'target' parameter: " + address.error().message()));
  }
  const int64_t deadline = exporter::deadline_of(request, context_.clock, kScrapeTimeout, kTimeoutOffset);
  scrape_address(*address, deadline, exporter::answer_by(request, std::move(responder)));
}

}  // namespace sonde::redis
