#include "exporters/redis/redis_exporter.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "exporters/redis/address.h"

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
  for (const std::string& part :
       {address.user, address.password, std::to_string(address.database), address.tls_server_name}) {
    key += '\0';
    key += part;
  }
  return key;
}

http::Response bad_request(std::string message) {
  return http::text_response(400, std::move(message) + "\n");
}

// Lists of keys that a request may give in the place of the flags'.
struct ListParameter {
  std::string_view name;
  std::vector<KeyName> KeyChecks::*list;
};
constexpr std::array kListParameters{ListParameter{"check-keys", &KeyChecks::keys},
                                     ListParameter{"check-single-keys", &KeyChecks::single_keys},
                                     ListParameter{"check-single-streams", &KeyChecks::single_streams},
                                     ListParameter{"check-streams", &KeyChecks::streams},
                                     ListParameter{"count-keys", &KeyChecks::counts}};

Result<KeyChecks> wanted_checks(const http::Request& request, const KeyChecks& defaults) {
  KeyChecks checks = defaults;
  for (const ListParameter& parameter : kListParameters) {
    const auto text = request.parameter(parameter.name);
    if (!text || text->empty()) continue;
    auto list = parse_key_list(*text);
    if (!list) return list.error().in(parameter.name);
    checks.*parameter.list = std::move(*list);
  }
  return checks;
}

}  // namespace

RedisExporter::RedisExporter(exporter::Context& context, const Options& options)
    : context_(context),
      options_(options),
      targets_(context),
      request_errors_name_(options.name_space + "_" +
                           std::string(kRequestErrors.name.substr(Families::kPrefix.size()))),
      request_errors_desc_{
          .name = request_errors_name_, .help = kRequestErrors.help, .type = kRequestErrors.type},
      request_errors_(context.registry.counter(request_errors_desc_)) {}

Status RedisExporter::start() {
  if (!options_.address.empty()) {
    if (auto address = parse_address(options_.address); !address) return address.error().in("--redis.addr");
  }
  if (auto good = check_tls_settings(options_.tls); !good) return good;
  auto settings = make_group_settings(options_, io::real_file_system());
  if (!settings) return settings.error();
  settings_ = std::move(*settings);
  if (!options_.password_file.empty()) {
    if (auto loaded = reload(); !loaded) return loaded.error();
  }
  discovery_ = std::make_unique<ClusterDiscovery>(context_, options_);
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
  server.route("GET", "/discover-cluster-nodes", [this](http::Request request, http::Responder responder) {
    handle_discovery(request, std::move(responder));
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

// What the address leaves open: user and password of the flags, or else the file's password.
void RedisExporter::complete(Address& address) const {
  if (address.tls_server_name.empty()) address.tls_server_name = options_.tls_server_name;
  if (address.user.empty()) address.user = options_.user;
  if (address.password.empty()) address.password = options_.password;
  if (!address.password.empty() || !address.socket.empty()) return;
  const std::string* password = find_password(passwords_, write_address_with_user(address));
  if (password != nullptr) address.password = *password;
}

Result<Address> RedisExporter::own_address() const {
  auto address = parse_address(options_.address);
  if (address) complete(*address);
  return address;
}

Result<Address> RedisExporter::target_address(const http::Request& request) const {
  auto address = parse_address(*request.parameter("target"));
  if (!address) return address;
  // A password in a URL ends up in logs: it is dropped, as in the reference.
  address->password.clear();
  for (const std::string_view name : {"tls-server-name", "tls_server_name"}) {
    const auto given = request.parameter(name);
    if (given && !given->empty()) address->tls_server_name = *given;
  }
  complete(*address);
  return address;
}

void RedisExporter::scrape_address(const Address& address, RedisCollector::Wish wish,
                                   exporter::Answer answer) {
  const auto make = [&] {
    return std::make_unique<RedisCollector>(address, options_, settings_, context_.clock, context_.logger);
  };
  exporter::TargetScrape request;
  request.deadline_monotonic_ns = wish.deadline_monotonic_ns;
  request.prepare = [wish = std::move(wish)](exporter::Collector& collector) {
    static_cast<RedisCollector&>(collector).set_wish(wish);
  };
  const std::string up = options_.name_space + "_up";
  request.down_page = "# HELP " + up + " up metric\n# TYPE " + up + " gauge\n" + up + " 0\n";
  request.answer = std::move(answer);
  targets_.scrape(target_key(address), make, std::move(request));
}

void RedisExporter::scrape(const http::Request&, int64_t deadline_monotonic_ns, exporter::Answer answer) {
  if (options_.address.empty()) return answer({});
  const auto address = own_address();
  if (!address) return answer(bad_request(address.error().message()));
  scrape_address(*address, {.deadline_monotonic_ns = deadline_monotonic_ns, .checks = settings_.checks},
                 std::move(answer));
}

void RedisExporter::refuse_scrape(http::Responder& responder, std::string message) {
  request_errors_.add();
  responder.send(bad_request(std::move(message)));
}

void RedisExporter::handle_scrape(http::Request request, http::Responder responder) {
  const auto target = request.parameter("target");
  if (!target || target->empty()) return refuse_scrape(responder, "'target' parameter must be specified");
  const auto address = target_address(request);
  if (!address) {
    return refuse_scrape(responder, "Invalid 'target' parameter: " + address.error().message());
  }
  auto checks = wanted_checks(request, settings_.checks);
  if (!checks) return refuse_scrape(responder, checks.error().message());
  const int64_t deadline = exporter::deadline_of(request, context_.clock, kScrapeTimeout, kTimeoutOffset);
  scrape_address(*address, {.deadline_monotonic_ns = deadline, .checks = std::move(*checks)},
                 exporter::answer_by(request, std::move(responder)));
}

void RedisExporter::handle_discovery(const http::Request& request, http::Responder responder) {
  if (!options_.is_cluster) {
    return responder.send(bad_request("The discovery endpoint is only available on a redis cluster"));
  }
  if (options_.address.empty()) return responder.send(bad_request("--redis.addr is empty"));
  auto address = own_address();
  if (!address) return responder.send(bad_request(address.error().message()));
  const int64_t deadline = exporter::deadline_of(request, context_.clock, kScrapeTimeout, kTimeoutOffset);
  discovery_->answer(std::move(*address), deadline, std::move(responder));
}

}  // namespace sonde::redis
