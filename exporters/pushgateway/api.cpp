#include "exporters/pushgateway/api.h"

#include <array>
#include <cmath>
#include <ctime>
#include <string_view>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exporter/build_info.h"
#include "exporters/pushgateway/stored_family.h"

namespace sonde::pushgateway {
namespace {

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      // As the reference's encoder: safe inside of a page, too.
      out += "\\u00";
      append_hex(out, byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

// Go's fmt.Sprint: an exponent below 1e-4 and from 1e21.
void append_number(std::string& out, double value) {
  if (value != 0 && std::abs(value) < 1e-4) return append_number_exposition(out, value);
  append_number_api(out, value);
}
void append_number_string(std::string& out, double value) {
  out += '"';
  append_number(out, value);
  out += '"';
}

// Members of one object, with the commas between them.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_string(key(name), value); }
  void number(std::string_view name, double value) { append_number_string(key(name), value); }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_labels(std::string& out, std::string_view labels) {
  Object object(out);
  for (const Label& label : split_labels(labels)) object.text(label.name, label.value);
  object.end();
}

void append_points(std::string& out, const PushedMetric& metric) {
  Object object(out);
  for (const PushedMetric::Point& point : metric.points) {
    std::string bound;
    append_number(bound, point.bound);
    object.number(bound, point.value);
  }
  object.end();
}

void append_metric(std::string& out, const PushedFamily& family, const PushedMetric& metric) {
  Object object(out);
  append_labels(object.key("labels"), family.labels(metric));
  if (has_points(family.type)) {
    append_points(object.key(family.type == MetricType::Histogram ? "buckets" : "quantiles"), metric);
    object.number("count", metric.count);
    object.number("sum", metric.sum);
  } else {
    object.number("value", metric.value);
  }
  object.end();
}

std::string type_word(MetricType type) {
  std::string word(metric_type_name(type));
  for (char& c : word) c = static_cast<char>(c - 'a' + 'A');
  return word;
}

void append_family_object(std::string& out, const PushedFamily& family, double pushed_at_seconds) {
  Object object(out);
  object.text("time_stamp", write_rfc3339(pushed_at_seconds));
  object.text("type", type_word(family.type));
  if (!family.help.empty()) object.text("help", family.help);
  std::string& list = object.key("metrics");
  list += '[';
  for (const PushedMetric& metric : family.metrics) {
    if (&metric != family.metrics.data()) list += ',';
    append_metric(list, family, metric);
  }
  list += ']';
  object.end();
}

struct Time {
  std::string_view name;
  std::string_view help;
  double GroupStore::Group::*time;
};

// A push time as the family that it is on /metrics.
void append_time(Object& group_object, const GroupStore::Group& group, const Time& row) {
  PushedFamily family{.name = std::string(row.name),
                      .help = std::string(row.help),
                      .has_help = true,
                      .type = MetricType::Gauge,
                      .label_text = group.labels,
                      .metrics = {}};
  family.metrics.push_back({.labels_begin = 0, .labels_size = static_cast<uint32_t>(group.labels.size())});
  family.metrics.front().value = group.*row.time;
  append_family_object(group_object.key(row.name), family, group.push_time_seconds);
}

void append_group_object(std::string& out, const GroupStore::Group& group) {
  Object object(out);
  Object labels(object.key("labels"));
  for (const Label& label : group.key.labels) labels.text(label.name, label.value);
  for (const std::string& name : group.key.empty_names) labels.text(name, {});
  labels.end();
  object.key("last_push_successful") +=
      group.push_failure_time_seconds <= group.push_time_seconds ? "true" : "false";
  for (const auto& [name, family] : group.families) {
    append_family_object(object.key(name), read_family(name, family, group.key), family.pushed_at_seconds);
  }
  append_time(object, group, {kFailureTime, kFailureTimeHelp, &GroupStore::Group::push_failure_time_seconds});
  append_time(object, group, {kPushTime, kPushTimeHelp, &GroupStore::Group::push_time_seconds});
  object.end();
}

}  // namespace

std::string write_api_metrics(const GroupStore& store) {
  std::string out = R"({"status":"success","data":[)";
  bool first = true;
  for (const auto& [id, group] : store.groups()) {
    if (!first) out += ',';
    first = false;
    append_group_object(out, group);
  }
  return out + "]}";
}

std::string write_api_status(const std::vector<std::pair<std::string, std::string>>& flags,
                             double start_time_seconds) {
  const exporter::BuildInfo& info = exporter::build_info();
  std::string out = R"({"status":"success","data":)";
  Object data(out);
  Object build(data.key("build_information"));
  build.text("branch", info.branch);
  build.text("buildDate", {});
  build.text("buildUser", {});
  build.text("goVersion", info.compiler);
  build.text("revision", info.revision);
  build.text("version", info.version);
  build.end();
  Object values(data.key("flags"));
  for (const auto& [name, value] : flags) values.text(name, value);
  values.end();
  data.text("start_time", write_rfc3339(start_time_seconds));
  data.end();
  return out + "}";
}

std::vector<http::Header> cors_headers() {
  return {{"Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin"},
          {"Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"},
          {"Access-Control-Allow-Origin", "*"},
          {"Access-Control-Expose-Headers", "Date"},
          {"Cache-Control", "no-cache, no-store, must-revalidate"}};
}

std::string write_rfc3339(double unix_seconds) {
  const double whole = std::floor(unix_seconds);
  const auto seconds = static_cast<std::time_t>(whole);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out(text.data(), length);
  const auto milliseconds = static_cast<int64_t>(std::lround((unix_seconds - whole) * 1000));
  if (milliseconds > 0 && milliseconds < 1000) {
    std::string fraction = std::to_string(1000 + milliseconds).substr(1);
    while (fraction.ends_with('0')) fraction.pop_back();
    out += '.' + fraction;
  }
  return out + "Z";
}

}  // namespace sonde::pushgateway
