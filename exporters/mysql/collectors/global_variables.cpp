#include <array>
#include <cmath>
#include <map>
#include <string>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/mysql/scraper.h"
#include "exporters/mysql/status_value.h"

namespace sonde::mysql {
namespace {

constexpr Desc kVersionInfo{"mysql_version_info",
                            "MySQL version and distribution.",
                            MetricType::Gauge,
                            {"innodb_version", "version", "version_comment"}};
constexpr Desc kGaleraInfo{"mysql_galera_variables_info",
                           "PXC/Galera variables information.",
                           MetricType::Gauge,
                           {"wsrep_cluster_name"}};
constexpr Desc kGaleraCache{"mysql_galera_gcache_size_bytes", "PXC/Galera gcache size."};
constexpr Desc kIsolation{
    "mysql_transaction_isolation", "MySQL transaction isolation.", MetricType::Gauge, {"level"}};
constexpr std::string_view kGenericHelp = "Generic gauge metric from SHOW GLOBAL VARIABLES.";

// "gcache.size = 128M" in the provider's options, in bytes.
std::optional<double> parse_gcache_size(std::string_view options) {
  for (const std::string_view option : split(options, ';')) {
    const Cut pair = cut(option, '=');
    if (trim(pair.before) != "gcache.size") continue;
    std::string_view text = trim(pair.after);
    double factor = 1;
    for (const std::string_view unit : {"K", "M", "G"}) {
      factor *= 1024;
      if (!text.ends_with(unit)) continue;
      const auto count = parse_number(text.substr(0, text.size() - 1));
      return count ? std::optional(*count * factor) : std::nullopt;
    }
    return parse_number(text);
  }
  return std::nullopt;
}

}  // namespace

Status scrape_global_variables(const Source& source, MetricSink& sink) {
  const auto table = source.connection.query("SHOW GLOBAL VARIABLES");
  if (!table) return table.error();
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& row : table->rows) {
    if (row.size() < 2 || !row[0] || !row[1]) continue;
    const std::string name = metric_part(*row[0]);
    const auto value = parse_status_value(*row[1]);
    if (value) {
      sink.sample(sink.family("mysql_global_variables_" + name, kGenericHelp, MetricType::Gauge), *value);
    }
    texts[name] = *row[1];
  }
  sink.sample(kVersionInfo, {texts["innodb_version"], texts["version"], texts["version_comment"]}, 1);
  if (!texts["wsrep_cluster_name"].empty()) sink.sample(kGaleraInfo, {texts["wsrep_cluster_name"]}, 1);
  if (const auto size = parse_gcache_size(texts["wsrep_provider_options"])) sink.sample(kGaleraCache, *size);
  const std::string& level =
      texts["transaction_isolation"].empty() ? texts["tx_isolation"] : texts["transaction_isolation"];
  if (!level.empty()) sink.sample(kIsolation, {level}, 1);
  return Ok{};
}

}  // namespace sonde::mysql
