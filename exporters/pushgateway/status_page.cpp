#include "exporters/pushgateway/status_page.h"

#include "common/core/number_text.h"
#include "common/core/percent.h"
#include "common/exporter/build_info.h"
#include "common/web/landing_page.h"
#include "exporters/pushgateway/api.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/stored_family.h"

namespace sonde::pushgateway {
namespace {

using web::escape_html;

std::string encode_query(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

std::string write_number(double value) {
  std::string out;
  append_number_api(out, value);
  return out;
}

std::string write_labels(const GroupingKey& key) {
  std::string out;
  const auto append = [&out](std::string_view name, std::string_view value) {
    out +=
        "<span class=\"label\">" + escape_html(name) + "=<b>&#34;" + escape_html(value) + "&#34;</b></span> ";
  };
  append("job", key.labels.get("job"));
  for (const Label& label : key.labels) {
    if (label.name != "job") append(label.name, label.value);
  }
  for (const std::string& name : key.empty_names) append(name, {});
  return out;
}

bool failed_last(const GroupStore::Group& group) {
  return group.push_failure_time_seconds > group.push_time_seconds;
}

std::string write_time(double unix_seconds) {
  return unix_seconds == 0 ? "never" : write_rfc3339(unix_seconds);
}

std::string write_delete_button(const PageFacts& facts, const GroupStore::Group& group) {
  const std::string path = facts.external_path + "/metrics/" + write_grouping_path(group.key);
  return "<button data-method=\"DELETE\" data-path=\"" + escape_html(path) +
         "\" data-question=\"Delete this group?\">Delete</button>";
}

void append_groups(std::string& out, const PageFacts& facts) {
  out += "<h2>Groups</h2><p>" + std::to_string(facts.store.groups().size()) + " groups, " +
         std::to_string(facts.store.series_count()) + " metrics.</p>\n";
  if (facts.store.groups().empty()) {
    out += "<p>Nothing has been pushed.</p>\n";
    return;
  }
  out += "<table><tr><th>Group<th>Last push<th>Last failure<th>Metrics<th></tr>\n";
  size_t shown = 0;
  for (const auto& [id, group] : facts.store.groups()) {
    if (shown++ == kPageGroupsMax) break;
    out += failed_last(group) ? "<tr class=\"failed\"><td>" : "<tr><td>";
    out += "<a href=\"" + escape_html(facts.external_path) + "/?group=" + encode_query(id) + "\">" +
           write_labels(group.key) + "</a>";
    if (failed_last(group)) out += "<em>The last push failed.</em>";
    out += "<td>" + write_time(group.push_time_seconds) + "<td>" +
           write_time(group.push_failure_time_seconds) + "<td>" + std::to_string(group.series_count) +
           "<td>" + write_delete_button(facts, group) + "</tr>\n";
  }
  out += "</table>\n";
  if (facts.store.groups().size() > kPageGroupsMax) {
    out += "<p>The first " + std::to_string(kPageGroupsMax) + " are listed; /api/v1/metrics has all.</p>\n";
  }
  if (facts.has_admin_api) {
    out += "<p><button data-method=\"PUT\" data-path=\"" + escape_html(facts.external_path) +
           "/api/v1/admin/wipe\" data-question=\"Delete all groups?\">Delete all groups</button></p>\n";
  }
}

void append_metric(std::string& out, const PushedFamily& family, const PushedMetric& metric) {
  out += "<tr><td><code>" + escape_html(family.labels(metric)) + "</code><td>";
  if (!has_points(family.type)) {
    out += write_number(metric.value) + "</tr>\n";
    return;
  }
  for (const PushedMetric::Point& point : metric.points) {
    out += (family.type == MetricType::Histogram ? "&le; " : "") + write_number(point.bound) + ": " +
           write_number(point.value) + "<br>";
  }
  out += "sum: " + write_number(metric.sum) + "<br>count: " + write_number(metric.count) + "</tr>\n";
}

void append_group(std::string& out, const PageFacts& facts, const GroupStore::Group& group) {
  out += "<p><a href=\"" + escape_html(facts.external_path) + "/\">All groups</a></p><h2>" +
         write_labels(group.key) + "</h2>\n<p>Last push: " + write_time(group.push_time_seconds) +
         ", last failure: " + write_time(group.push_failure_time_seconds);
  if (group.expires_at_seconds != 0) out += ", expires: " + write_time(group.expires_at_seconds);
  out += ". " + write_delete_button(facts, group) + "</p>\n";
  size_t shown = 0;
  for (const auto& [name, stored] : group.families) {
    const PushedFamily family = read_family(name, stored, group.key);
    out += "<h3>" + escape_html(name) + " <small>" + std::string(metric_type_name(family.type)) +
           ", pushed " + write_time(stored.pushed_at_seconds) + "</small></h3>\n<p>" +
           escape_html(family.help) + "</p>\n<table>\n";
    for (const PushedMetric& metric : family.metrics) {
      if (shown++ < kPageMetricsMax) append_metric(out, family, metric);
    }
    out += "</table>\n";
  }
  if (shown > kPageMetricsMax) {
    out += "<p>" + std::to_string(shown - kPageMetricsMax) + " more metrics are not shown.</p>\n";
  }
}

void append_status(std::string& out, const PageFacts& facts) {
  const exporter::BuildInfo& info = exporter::build_info();
  out += "<h2>Status</h2>\n<table><tr><td>version<td>" + escape_html(info.version) +
         "</tr><tr><td>revision<td>" + escape_html(info.revision) + "</tr><tr><td>started<td>" +
         write_time(facts.start_time_seconds) + "</tr></table>\n<h2>Flags</h2>\n<table>\n";
  for (const auto& [name, value] : facts.flags) {
    out += "<tr><td>" + escape_html(name) + "<td>" + escape_html(value) + "</tr>\n";
  }
  out += "</table>\n";
}

}  // namespace

const std::string_view kPageStyle =
    "body{font-family:system-ui,sans-serif;margin:0;color:#222;background:#fff}"
    "header{background:#2b4a5f;color:#fff;padding:.8rem 1.2rem}h1{font-size:1.3rem;margin:0}"
    "main{padding:1rem 1.2rem}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem;"
    "border-bottom:1px solid #8884;vertical-align:top}.label{margin-right:.6rem}.failed{background:#c004}"
    "header a{color:inherit;text-decoration:none}em{color:#c00}small{font-weight:normal;color:#777}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8ac}em{color:#f88}}";

const std::string_view kPageScript = R"(document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-path]");
  if (!button || !confirm(button.dataset.question)) return;
  try {
    const answer = await fetch(button.dataset.path, {method: button.dataset.method});
    if (!answer.ok) return alert(answer.status + " " + (await answer.text()));
  } catch (error) {
    return alert(error);
  }
  location.href = document.querySelector("header a").href;
});
)";

std::string write_status_page(const PageFacts& facts, std::optional<std::string_view> group_id) {
  const std::string home = escape_html(facts.external_path);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"UTF-8\"><title>Pushgateway</title><meta "
      "name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"stylesheet\" href=\"" +
      home + "/static/page.css\"><script src=\"" + home +
      "/static/page.js\" defer></script></head>\n<body><header><h1><a href=\"" + home +
      "/\">Pushgateway</a></h1></header><main>\n";
  if (!group_id) {
    append_groups(out, facts);
    append_status(out, facts);
  } else if (const auto found = facts.store.groups().find(std::string(*group_id));
             found != facts.store.groups().end()) {
    append_group(out, facts, found->second);
  } else {
    out += "<p>There is no such group any more.</p>\n";
  }
  return out + "</main></body></html>\n";
}

}  // namespace sonde::pushgateway
