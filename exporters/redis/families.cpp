#include "exporters/redis/families.h"

#include <array>
#include <utility>

namespace sonde::redis {
namespace {

constexpr std::string_view kRoleLabel = "instance_role";

}  // namespace

void Families::set_instance_role(std::string role) {
  role_ = std::move(role);
}

void Families::sample(const Desc& family, std::initializer_list<std::string_view> label_values,
                      double value) {
  if (as_described_ && !role_) return sink_.sample(family, label_values, value);
  values_.assign(label_values);
  if (role_) values_.push_back(*role_);
  sink_.sample(renamed(family, role_.has_value()), values_, value);
}

void Families::sample_without_role(const Desc& family, double value) {
  sink_.sample(as_described_ ? family : renamed(family, /*with_role=*/false), value);
}

void Families::summary_without_role(const Desc& family, double sum, double count) {
  const Desc& own = as_described_ ? family : renamed(family, /*with_role=*/false);
  sink_.line(own, "_sum", {}, sum);
  sink_.line(own, "_count", {}, count);
}

void Families::line(const Desc& family, std::string_view suffix, std::span<const LabelView> labels,
                    double value) {
  if (as_described_ && !role_) return sink_.line(family, suffix, labels, value);
  labels_.assign(labels.begin(), labels.end());
  if (role_) labels_.push_back({.name = kRoleLabel, .value = *role_});
  sink_.line(renamed(family, role_.has_value()), suffix, labels_, value);
}

// The sink keeps it and knows it again by its name.
const Desc& Families::renamed(const Desc& family, bool with_role) {
  full_name_.assign(prefix_).append(family.name.substr(kPrefix.size()));
  const auto own = family.labels.span();
  if (!with_role) return sink_.family(full_name_, family.help, family.type, own);
  std::vector<std::string_view> names(own.begin(), own.end());
  names.push_back(kRoleLabel);
  return sink_.family(full_name_, family.help, family.type, names);
}

void Families::named(std::string_view name, MetricType type, double value) {
  full_name_.assign(prefix_).append(name);
  help_.assign(name).append(" metric");
  if (!role_) return sink_.sample(sink_.family(full_name_, help_, type), value);
  const std::array names{kRoleLabel};
  const std::array<std::string_view, 1> values{*role_};
  sink_.sample(sink_.family(full_name_, help_, type, names), values, value);
}

}  // namespace sonde::redis
