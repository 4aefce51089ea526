#include <sys/stat.h>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

constexpr std::array<std::string_view, 12> kLabels{
    "build_id",    "id",      "id_like",    "image_id", "image_version",    "name",
    "pretty_name", "variant", "variant_id", "version",  "version_codename", "version_id"};
constexpr Desc kInfo{
    "node_os_info",
    "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, image_version, "
    "name, pretty_name, variant, variant_id, version, version_codename, version_id.",
    MetricType::Gauge,
    {"build_id", "id", "id_like", "image_id", "image_version", "name", "pretty_name", "variant", "variant_id",
     "version", "version_codename", "version_id"}};
constexpr Desc kVersion{"node_os_version",
                        "Metric containing the major.minor part of the OS version.",
                        MetricType::Gauge,
                        {"id", "id_like", "name"}};
constexpr Desc kSupportEnd{"node_os_support_end_timestamp_seconds",
                           "Metric containing the end-of-life date timestamp of the OS."};

// The value of an assignment as a shell would see it: quotes taken off, backslashes resolved.
Result<std::string> unquote(std::string_view text) {
  std::string out;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote != '\'' && c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (quote == 0 && c == '#' && i > 0 && text[i - 1] == ' ') {
      break;
    } else {
      out += c;
    }
  }
  if (quote != 0) return Error(ErrorCode::Corrupt, "os-release: quote is never closed: " + quoted(text));
  if (quote == 0 && text.find_first_of("\"'") == std::string_view::npos) return std::string(trim(out));
  return out;
}

using Fields = std::map<std::string, std::string, std::less<>>;

Result<Fields> parse_os_release(std::string_view rest) {
  Fields fields;
  std::string_view line;
  while (next_line(rest, line)) {
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    const Cut assignment = cut(line, '=');
    if (!assignment.found)
      return Error(ErrorCode::Corrupt, "os-release: want NAME=value, got " + quoted(line));
    auto value = unquote(trim(assignment.after));
    if (!value) return value.error();
    std::string name;
    for (const char c : trim(assignment.before))
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    fields[name] = *std::move(value);
  }
  return fields;
}

// The leading digits with at most one dot: 20.04 of "20.04.2".
std::optional<double> leading_version(std::string_view text) {
  size_t end = 0;
  const auto pass_digits = [&] {
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  };
  pass_digits();
  if (end == 0) return std::nullopt;
  if (end < text.size() && text[end] == '.') {
    const size_t dot = end++;
    pass_digits();
    if (end == dot + 1) end = dot;
  }
  return parse_number(text.substr(0, end));
}

// Midnight UTC of "2028-06-30".
std::optional<double> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_unsigned(text.substr(0, 4));
  const auto month = parse_unsigned(text.substr(5, 2));
  const auto day = parse_unsigned(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(
      std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count());
}

class OsCollector final : public Collector {
 public:
  explicit OsCollector(const CollectorContext& context)
      : buffer_(context.buffer),
        paths_{context.options.roots.host("/etc/os-release"),
               context.options.roots.host("/usr/lib/os-release")} {}

  Status collect(MetricSink& sink) override {
    if (auto status = refresh(); !status) return status;
    std::array<std::string_view, kLabels.size()> values;
    for (size_t i = 0; i < kLabels.size(); ++i) values[i] = field(kLabels[i]);
    sink.sample(kInfo, values, 1);
    const auto version = leading_version(field("version_id"));
    if (version && *version > 0) {
      sink.sample(kVersion, {field("id"), field("id_like"), field("name")}, *version);
    }
    if (field("support_end").empty()) return Ok{};
    const auto support_end = parse_date(field("support_end"));
    if (!support_end) {
      return Error(ErrorCode::Corrupt,
                   "os-release: want a date in SUPPORT_END, got " + quoted(field("support_end")));
    }
    sink.sample(kSupportEnd, *support_end);
    return Ok{};
  }

 private:
  // Parses the first file that is there, unless it is the one that was parsed last.
  Status refresh() {
    for (const std::string& path : paths_) {
      struct stat facts {};
      if (::stat(path.c_str(), &facts) != 0) {
        if (errno == ENOENT) continue;
        return file_error("open", path, errno);
      }
      const Identity identity{facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                              facts.st_mtim.tv_nsec};
      if (identity == parsed_) return Ok{};
      const auto content = KeptFile(path).read(buffer_);
      if (!content) return content.error();
      auto fields = parse_os_release(*content);
      if (!fields) return fields.error();
      fields_ = *std::move(fields);
      parsed_ = identity;
      return Ok{};
    }
    return Error(ErrorCode::NotFound, "no os-release file");
  }

  std::string_view field(std::string_view name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? std::string_view() : std::string_view(found->second);
  }

  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    time_t mtime_s = 0;
    long mtime_ns = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  ReadBuffer& buffer_;
  std::array<std::string, 2> paths_;
  Identity parsed_;
  Fields fields_;  // names in lower case
};

}  // namespace

MadeCollector make_os(const CollectorContext& context) {
  return make_collector<OsCollector>(context);
}

}  // namespace sonde::node
