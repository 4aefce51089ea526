#include "scraper/scrape/sample_rules.h"

#include <algorithm>

#include "common/core/text.h"

namespace sonde::scrape {
namespace {

constexpr std::string_view kExportedPrefix = "exported_";

// The reference's "%.50s" of messages.
std::string_view shortened(std::string_view text) {
  return text.substr(0, 50);
}

// Whether the series says `name=""`. No value can hold a quote without a backslash, so the text is enough.
bool has_empty_value(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    size_t before = at;
    while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t' || text[before - 1] == '"'))
      --before;
    if (before == 0 || (text[before - 1] != '{' && text[before - 1] != ',')) continue;
    std::string_view rest = text.substr(at + name.size());
    if (rest.starts_with('"')) rest.remove_prefix(1);
    rest = trim(rest);
    if (!rest.starts_with('=')) continue;
    rest = trim(rest.substr(1));
    if (rest.starts_with("\"\"")) return true;
  }
  return false;
}

// Scraped labels that a target label has the name of move out of its way, shortest name first.
void rename_collisions(const Labels& target, Labels& scraped) {
  std::vector<Label> colliding;
  for (const Label& label : scraped) {
    if (target.has(label.name)) colliding.push_back(label);
  }
  if (colliding.empty()) return;
  std::ranges::stable_sort(colliding, {}, [](const Label& label) { return label.name.size(); });
  for (const Label& label : colliding) {
    std::string name = label.name;
    do {
      name.insert(0, kExportedPrefix);
    } while (target.has(name) || scraped.has(name));
    scraped.remove(label.name);
    scraped.set(name, label.value);
  }
}

Error limit_error(const std::string& text) {
  return Error(ErrorCode::LimitExceeded, text);
}

Status check_limits(const config::ScrapeLimits& limits, const Labels& labels) {
  if (limits.labels == 0 && limits.label_name_bytes == 0 && limits.label_value_bytes == 0) return Ok{};
  const std::string metric(shortened(labels.metric_name()));
  if (limits.labels > 0 && labels.size() > limits.labels) {
    return limit_error("label_limit exceeded (metric: " + metric + ", number of labels: " +
                       std::to_string(labels.size()) + ", limit: " + std::to_string(limits.labels) + ")");
  }
  for (const Label& label : labels) {
    if (limits.label_name_bytes > 0 && label.name.size() > limits.label_name_bytes) {
      return limit_error("label_name_length_limit exceeded (metric: " + metric +
                         ", label name: " + std::string(shortened(label.name)) +
                         ", length: " + std::to_string(label.name.size()) +
                         ", limit: " + std::to_string(limits.label_name_bytes) + ")");
    }
    if (limits.label_value_bytes > 0 && label.value.size() > limits.label_value_bytes) {
      return limit_error("label_value_length_limit exceeded (metric: " + metric + ", label name: " +
                         std::string(shortened(label.name)) + ", value: " + quoted(label.value, 50) +
                         ", length: " + std::to_string(label.value.size()) +
                         ", limit: " + std::to_string(limits.label_value_bytes) + ")");
    }
  }
  return Ok{};
}

Status check_names(const SampleRules& rules, const Labels& labels) {
  if (labels.metric_name().empty())
    return Error(ErrorCode::InvalidArgument, "missing metric name (__name__ label)");
  if (rules.name_validation == config::NameValidation::Utf8) return Ok{};
  bool valid = is_legacy_metric_name(labels.metric_name());
  for (const Label& label : labels)
    valid = valid && (label.name == kMetricName || is_legacy_label_name(label.name));
  if (valid) return Ok{};
  return Error(ErrorCode::InvalidArgument, "invalid metric name or label names: " + labels.to_string());
}

Labels join(const Labels& own, const Labels& target, const std::vector<std::string>& removed) {
  std::vector<Label> all(own.begin(), own.end());
  for (const Label& label : target) {
    if (std::ranges::find(removed, label.name) == removed.end()) all.push_back(label);
  }
  return Labels(std::move(all));
}

// Splits the labels that relabeling left into the series' own and the target's.
void split_again(const Labels& all, const Labels& target, StoredSeries& series) {
  std::vector<std::string> removed;
  std::vector<Label> own;
  for (const Label& label : target) {
    const bool own_before = std::ranges::find(series.removed, label.name) != series.removed.end();
    if (own_before || all.get(label.name) != label.value) removed.push_back(label.name);
  }
  for (const Label& label : all) {
    if (!target.has(label.name) || std::ranges::find(removed, label.name) != removed.end())
      own.push_back(label);
  }
  series.own = Labels(std::move(own));
  series.removed = std::move(removed);
}

}  // namespace

Result<StoredSeries> apply_rules(const SampleRules& rules, const Labels& target, std::string_view text,
                                 Labels scraped) {
  StoredSeries series;
  if (rules.honor_labels) {
    for (const Label& label : target) {
      if (scraped.has(label.name) || has_empty_value(text, label.name)) series.removed.push_back(label.name);
    }
  } else {
    rename_collisions(target, scraped);
  }
  series.own = std::move(scraped);
  const bool limited =
      rules.limits.labels > 0 || rules.limits.label_name_bytes > 0 || rules.limits.label_value_bytes > 0;
  if (rules.relabel_rules.empty() && !limited) {
    if (auto good = check_names(rules, series.own); !good) return good.error();
    return series;
  }
  Labels all = join(series.own, target, series.removed);
  if (!rules.relabel_rules.empty()) {
    if (!config::relabel(rules.relabel_rules, all) || all.empty())
      return StoredSeries{.dropped = true, .own = {}, .removed = {}};
    split_again(all, target, series);
  }
  if (auto good = check_names(rules, all); !good) return good.error();
  if (auto good = check_limits(rules.limits, all); !good) return good.error();
  return series;
}

bool depends_on_values(const SampleRules& rules, const Labels& target) {
  if (rules.limits.label_value_bytes > 0) return true;
  const auto names_target = [&target](std::string_view name) {
    return target.has(name) || name.find('$') != std::string_view::npos;
  };
  return std::ranges::any_of(rules.relabel_rules, [&](const config::RelabelRule& rule) {
    const config::RelabelSpec& spec = rule.spec();
    if (spec.action == config::RelabelAction::LabelMap) return true;
    if (spec.action == config::RelabelAction::LabelDrop || spec.action == config::RelabelAction::LabelKeep)
      return false;
    return names_target(spec.target_label) || std::ranges::any_of(spec.source_labels, names_target);
  });
}

}  // namespace sonde::scrape
