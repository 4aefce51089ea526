#include "exporters/mysql/mysqld_exporter.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/core/text.h"
#include "common/io/file_system.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/target_collector.h"

namespace sonde::mysql {
namespace {

constexpr std::string_view kDefaultSection = "client";
constexpr std::chrono::milliseconds kProbeTimeout{10'000};
// The page of a server that did not answer in time, not even with an error.
constexpr std::string_view kDownPage =
    "# HELP mysql_up Whether the MySQL server is up.\n# TYPE mysql_up gauge\nmysql_up 0\n";
constexpr Desc kReloadSuccessful{"mysqld_exporter_config_last_reload_successful",
                                 "Mysqld exporter config loaded successfully."};
constexpr Desc kReloadTime{"mysqld_exporter_config_last_reload_success_timestamp_seconds",
                           "Timestamp of the last successful configuration reload."};

std::optional<std::string> read_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// The section stands for the user, his password and how to connect: what it says changes by a reload only,
// which forgets all targets.
std::string target_key(std::string_view section, const Endpoint& endpoint) {
  return std::string(section) + '\0' + endpoint.socket + '\0' + endpoint.host + '\0' +
         std::to_string(endpoint.port);
}

http::Response bad_request(std::string message) {
  return http::text_response(400, std::move(message) + "\n");
}

}  // namespace

MysqldExporter::MysqldExporter(exporter::Context& context, const Options& options)
    : context_(context),
      options_(options),
      targets_(context),
      reload_successful_(context.registry.gauge(kReloadSuccessful)),
      reload_time_(context.registry.gauge(kReloadTime)) {}

Status MysqldExporter::start() {
  if (auto good = check(options_); !good) return good;
  if (auto loaded = reload(); !loaded) return loaded.error();
  context_.server.route("GET", "/probe", [this](http::Request request, http::Responder responder) {
    handle_probe(std::move(request), std::move(responder));
  });
  context_.server.route("GET POST PUT", "/-/reload", [this](http::Request, http::Responder responder) {
    // Differs: a reload that failed is answered with 500 and the reason; the reference says 200 and logs.
    const Status status = reload();
    responder.send(status ? http::text_response(200, "ok")
                          : http::text_response(500, status.error().message() + "\n"));
  });
  return Ok{};
}

Status MysqldExporter::reload() {
  reload_successful_.set(0);
  std::string text;
  auto read = io::read_file(io::real_file_system(), options_.my_cnf, MyCnf::kFileBytesMax);
  if (read) {
    text = std::move(*read);
  } else if (read.error().code() != ErrorCode::NotFound) {
    return read.error();
  }
  auto parsed = MyCnf::parse(text, read_environment);
  if (!parsed) return parsed.error().in(options_.my_cnf);
  const std::string section(kDefaultSection);
  if (!options_.username.empty()) parsed->set_default(section, "user", options_.username);
  if (const auto password = read_environment("MYSQLD_EXPORTER_PASSWORD")) {
    parsed->set_default(section, "password", *password);
  }
  if (options_.tls_insecure_skip_verify) parsed->set_default(section, "ssl-skip-verfication", "true");
  Endpoint address;
  if (auto set = set_target(options_.address, address); !set) return set.error().in("--mysqld.address");
  if (!address.socket.empty()) {
    parsed->set_default(section, "socket", address.socket);
  } else {
    parsed->set_default(section, "host", address.host);
    parsed->set_default(section, "port", std::to_string(address.port));
  }
  if (auto client = parsed->endpoint(kDefaultSection); !client) {
    return client.error().in(options_.my_cnf + " (or --mysqld.username with MYSQLD_EXPORTER_PASSWORD)");
  }
  my_cnf_ = std::move(*parsed);
  targets_.clear();
  reload_successful_.set(1);
  reload_time_.set(static_cast<double>(context_.clock.wall_ms()) / 1000);
  return Ok{};
}

Result<Endpoint> MysqldExporter::find_endpoint(const http::Request& request, std::string_view section) const {
  auto endpoint = my_cnf_.endpoint(section);
  if (!endpoint) return endpoint;
  if (const auto target = request.parameter("target"); target && !target->empty()) {
    if (auto set = set_target(*target, *endpoint); !set) return set.error();
  }
  return endpoint;
}

// Of the enabled scrapers those that collect[] names; all of them when it names none, as in the reference.
std::vector<std::string_view> MysqldExporter::select_scrapers(const http::Request& request) const {
  std::vector<std::string_view> enabled = enabled_scrapers(options_);
  const std::vector<std::string_view> wanted = request.parameters("collect[]");
  std::vector<std::string_view> selected;
  for (const std::string_view name : enabled) {
    if (std::ranges::find(wanted, name) != wanted.end()) selected.push_back(name);
  }
  return selected.empty() ? enabled : selected;
}

void MysqldExporter::scrape_section(const http::Request& request, std::string_view section,
                                    int64_t deadline_monotonic_ns, exporter::Answer answer) {
  auto endpoint = find_endpoint(request, section);
  if (!endpoint) return answer(bad_request(endpoint.error().message()));
  const auto make = [&] {
    return std::make_unique<TargetCollector>(*endpoint, options_, context_.clock, context_.logger);
  };
  exporter::TargetScrape wish;
  wish.deadline_monotonic_ns = deadline_monotonic_ns;
  wish.prepare = [scrapers = select_scrapers(request),
                  deadline_monotonic_ns](exporter::Collector& collector) {
    static_cast<TargetCollector&>(collector).set_task(scrapers, deadline_monotonic_ns);
  };
  wish.down_page = kDownPage;
  wish.answer = std::move(answer);
  targets_.scrape(target_key(section, *endpoint), make, std::move(wish));
}

void MysqldExporter::scrape(const http::Request& request, int64_t deadline_monotonic_ns,
                            exporter::Answer answer) {
  scrape_section(request, kDefaultSection, deadline_monotonic_ns, std::move(answer));
}

void MysqldExporter::handle_probe(http::Request request, http::Responder responder) {
  const auto wanted = request.parameter("target");
  if (!wanted || wanted->empty()) return responder.send(bad_request("target is required"));
  const std::string section(request.parameter("auth_module").value_or(kDefaultSection));
  if (!my_cnf_.has(section)) return responder.send(bad_request("unknown auth_module " + quoted(section)));
  const auto offset = std::chrono::milliseconds(static_cast<int64_t>(options_.timeout_offset_seconds * 1000));
  const int64_t deadline = exporter::deadline_of(request, context_.clock, kProbeTimeout, offset);
  scrape_section(request, section, deadline, exporter::answer_by(request, std::move(responder)));
}

}  // namespace sonde::mysql
