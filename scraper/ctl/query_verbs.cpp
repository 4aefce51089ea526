#include "scraper/ctl/query_verbs.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/core/clock.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/metrics/labels.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/server_client.h"
#include "scraper/ctl/verb.h"

namespace sonde::ctl {
namespace {

using Json = nlohmann::json;

constexpr double kRangeSecondsDefault = 300;
constexpr double kStepPoints = 250;  // a range without a step gets about that many points

// The arguments that all query verbs have.
struct Common {
  std::string format = "promql";
  std::vector<std::string> headers;
  std::string server;
  std::string start;
  std::string end;
};

void add_common(Arguments& arguments, Common& common) {
  arguments.text("format", 'o', common.format, "Output format: promql or json.");
  arguments.list("header", common.headers, "Extra headers to send to the server.");
  arguments.required("server", common.server, "Server to query.");
}

void add_range(Arguments& arguments, Common& common) {
  arguments.text("start", 0, common.start, "Start time (RFC3339 or Unix timestamp).");
  arguments.text("end", 0, common.end, "End time (RFC3339 or Unix timestamp).");
}

void append_times(Form& form, const Common& common) {
  if (!common.start.empty()) form.emplace_back("start", common.start);
  if (!common.end.empty()) form.emplace_back("end", common.end);
}

Error query_error(const Error& error) {
  return error.in("query error");
}

int finish(const Result<std::string>& text) {
  if (!text) {
    print_error(text.error().message());
    return kFailure;
  }
  print(*text);
  return kSuccess;
}

// As end_early() of arguments.h; an unknown format is a mistake, too.
std::optional<int> end_early(Arguments& arguments, std::span<const std::string> given, const Common& common) {
  if (const auto code = ctl::end_early(arguments, given)) return code;
  if (common.format == "promql" || common.format == "json") return std::nullopt;
  return fail(Error(ErrorCode::InvalidArgument,
                    "enum value must be one of promql,json, got '" + common.format + "', try --help"));
}

OutputFormat format_of(const Common& common) {
  return common.format == "json" ? OutputFormat::Json : OutputFormat::Promql;
}

using Render = Result<std::string> (*)(std::string_view body, OutputFormat format);

Result<std::string> ask(const Common& common, std::string_view path, const Form& form, bool by_post,
                        Render render) {
  auto client = ServerClient::connect(common.server, common.headers);
  if (!client) return client.error();
  const auto response = by_post ? client->post(path, form) : client->get(path, form);
  if (!response) return query_error(response.error());
  return render(response->body, format_of(common));
}

// The "data" of an answer.
Result<Json> read_data(std::string_view body) {
  Json answer = Json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("status")) {
    return query_error(Error(ErrorCode::Corrupt, "the server's answer is no API answer: " + quoted(body)));
  }
  if (answer["status"] != "success") {
    return query_error(
        Error(ErrorCode::InvalidArgument, answer.value("errorType", "") + ": " + answer.value("error", "")));
  }
  return std::move(answer["data"]);
}

// A label set in the text form of the reference's client library: a comma and a space between pairs.
std::string metric_text(const Json& metric) {
  std::string out = metric.value(std::string(kMetricName), "");
  std::string pairs;
  for (const auto& [name, value] : metric.items()) {
    if (name == kMetricName) continue;
    if (!pairs.empty()) pairs += ", ";
    pairs += name + "=" + quoted(value.get<std::string>(), std::string::npos);
  }
  if (!pairs.empty() || out.empty()) out += "{" + pairs + "}";
  return out;
}

// `1 @[1700000000.5]` of [1700000000.5,"1"].
std::string point_text(const Json& point) {
  std::string out = point.at(1).get<std::string>() + " @[";
  append_number_plain(out, point.at(0).get<double>());
  return out + "]";
}

std::string result_text(const Json& data) {
  const std::string type = data.value("resultType", "");
  if (type == "scalar" || type == "string") return type + ": " + point_text(data.at("result"));
  std::string out;
  for (const Json& item : data.at("result")) {
    if (!out.empty()) out += '\n';
    out += metric_text(item.at("metric")) + " =>";
    if (type == "vector") {
      out += " " + point_text(item.at("value"));
    } else {
      for (const Json& point : item.at("values")) out += "\n" + point_text(point);
    }
  }
  return out;
}

// Exceptions of the JSON library (a member of another type than expected) end here.
template <class Make>
Result<std::string> rendered(std::string_view body, OutputFormat format, std::string_view member, Make make) {
  auto data = read_data(body);
  if (!data) return data.error();
  try {
    if (format == OutputFormat::Json)
      return (member.empty() ? *data : data->at(std::string(member))).dump() + "\n";
    return make(*data) + "\n";
  } catch (const Json::exception& error) {
    return query_error(
        Error(ErrorCode::Corrupt, "the server's answer has another shape: " + std::string(error.what())));
  }
}

std::string seconds_text(double seconds) {
  std::string out;
  append_number_plain(out, seconds);
  return out;
}

// Without times: the last five minutes; without a step: about 250 points.
Result<Form> range_form(const Common& common, const std::string& expression, const std::string& step) {
  const SystemClock clock;
  const double now = static_cast<double>(clock.wall_ms()) / 1000;
  const auto end = common.end.empty() ? std::optional(now) : parse_number(common.end);
  std::string start_text = common.start;
  double length = kRangeSecondsDefault;
  if (start_text.empty()) {
    if (!end)
      return Error(ErrorCode::InvalidArgument, "--end is no Unix timestamp, so --start is needed too");
    start_text = seconds_text(*end - kRangeSecondsDefault);
  } else if (const auto start = parse_number(start_text); start && end) {
    length = *end - *start;
  }
  const std::string step_text =
      step.empty() ? seconds_text(std::max(std::floor(length / kStepPoints), 1.0)) : step;
  return Form{{"query", expression},
              {"start", start_text},
              {"end", common.end.empty() ? seconds_text(now) : common.end},
              {"step", step_text}};
}

}  // namespace

Result<std::string> render_query(std::string_view body, OutputFormat format) {
  return rendered(body, format, "result", result_text);
}

Result<std::string> render_series(std::string_view body, OutputFormat format) {
  return rendered(body, format, "", [](const Json& data) {
    std::string out;
    for (const Json& labels : data) {
      // The label set alone, the name among the labels.
      std::string pairs;
      for (const auto& [name, value] : labels.items()) {
        if (!pairs.empty()) pairs += ", ";
        pairs += name + "=" + quoted(value.get<std::string>(), std::string::npos);
      }
      out += (out.empty() ? "{" : "\n{") + pairs + "}";
    }
    return out;
  });
}

Result<std::string> render_labels(std::string_view body, OutputFormat format) {
  return rendered(body, format, "", [](const Json& data) {
    std::string out;
    for (const Json& value : data) out += (out.empty() ? "" : "\n") + value.get<std::string>();
    return out;
  });
}

int query_instant(std::span<const std::string> given) {
  Common common;
  std::string time;
  std::string expression;
  Arguments arguments("query instant", "Run an instant query.");
  add_common(arguments, common);
  arguments.text("time", 0, time, "Evaluation time (RFC3339 or Unix timestamp).");
  arguments.required("expr", expression, "PromQL expression.");
  if (const auto code = end_early(arguments, given, common)) return *code;
  Form form{{"query", expression}};
  if (!time.empty()) form.emplace_back("time", time);
  return finish(ask(common, "/api/v1/query", form, true, render_query));
}

int query_range(std::span<const std::string> given) {
  Common common;
  std::string step;
  std::string expression;
  Arguments arguments("query range", "Run a range query.");
  add_common(arguments, common);
  add_range(arguments, common);
  arguments.text("step", 0, step, "Step between two points (duration).");
  arguments.required("expr", expression, "PromQL expression.");
  if (const auto code = end_early(arguments, given, common)) return *code;
  const auto form = range_form(common, expression, step);
  if (!form) return finish(form.error());
  return finish(ask(common, "/api/v1/query_range", *form, true, render_query));
}

int query_series(std::span<const std::string> given) {
  Common common;
  std::vector<std::string> matches;
  Arguments arguments("query series", "List the series that match.");
  add_common(arguments, common);
  add_range(arguments, common);
  arguments.list("match", matches, "Series selector; repeatable.");
  if (const auto code = end_early(arguments, given, common)) return *code;
  Form form;
  for (const std::string& match : matches) form.emplace_back("match[]", match);
  append_times(form, common);
  return finish(ask(common, "/api/v1/series", form, true, render_series));
}

int query_labels(std::span<const std::string> given) {
  Common common;
  std::vector<std::string> matches;
  std::string name;
  Arguments arguments("query labels", "List the values of a label.");
  add_common(arguments, common);
  add_range(arguments, common);
  arguments.list("match", matches, "Series selector; repeatable.");
  arguments.required("name", name, "Label name.");
  if (const auto code = end_early(arguments, given, common)) return *code;
  Form form;
  for (const std::string& match : matches) form.emplace_back("match[]", match);
  append_times(form, common);
  return finish(ask(common, "/api/v1/label/" + name + "/values", form, false, render_labels));
}

}  // namespace sonde::ctl
