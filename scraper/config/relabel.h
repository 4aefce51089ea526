#pragma once
// Relabel rules: the small language that rewrites, keeps and drops label sets (of targets, samples, alerts).
// A rule is compiled once, when the configuration is read, and is immutable: any thread may apply it.
// Expressions are RE2, anchored at both ends, "." matches a newline; expressions without groups never reach
// RE2's capturing engine.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"
#include "common/metrics/labels.h"
#include "common/metrics/matcher.h"

namespace sonde::config {

enum class RelabelAction : uint8_t {
  Replace,
  Keep,
  Drop,
  KeepEqual,
  DropEqual,
  HashMod,
  LabelMap,
  LabelDrop,
  LabelKeep,
  Lowercase,
  Uppercase,
};

// Which names may be used for metrics and labels: any UTF-8, or [a-zA-Z_][a-zA-Z0-9_]* alone.
enum class NameValidation : uint8_t { Utf8, Legacy };

bool is_valid_label_name(std::string_view name, NameValidation validation);

// A rule as it is written. `regex` is absent where the key is absent, which is not the same as an equal text:
// some actions refuse the key.
struct RelabelSpec {
  std::vector<std::string> source_labels{};
  std::string separator = ";";
  std::optional<std::string> regex{};  // "(.*)"
  uint64_t modulus = 0;
  std::string target_label{};
  std::string replacement = "$1";
  RelabelAction action = RelabelAction::Replace;
  friend bool operator==(const RelabelSpec&, const RelabelSpec&) = default;
};

std::string_view name_of(RelabelAction action);
// In any case: "Replace", "labeldrop".
std::optional<RelabelAction> parse_relabel_action(std::string_view name);

class RelabelRule {
 public:
  // Checks the combination of keys as the reference does and compiles the expression.
  static Result<RelabelRule> make(RelabelSpec spec, NameValidation validation);

  const RelabelSpec& spec() const { return *spec_; }

  // False when the rule drops the label set; `labels` may have been changed then.
  bool apply(Labels& labels) const;

 private:
  // "$1-x" in pieces: a literal text, then a group of the expression (-1: none), and so on.
  struct Piece {
    std::string literal;
    int group = -1;
  };
  using Template = std::vector<Piece>;

  RelabelRule(std::shared_ptr<const RelabelSpec> spec, NameValidation validation, Matcher matcher)
      : spec_(std::move(spec)), validation_(validation), matcher_(std::move(matcher)) {}
  Template compile_template(std::string_view text) const;
  bool match_groups(std::string_view text, std::vector<std::string_view>& groups) const;
  void replace(const std::string& joined, Labels& labels) const;
  void map_names(Labels& labels) const;
  void drop_names(Labels& labels, bool matching) const;

  std::shared_ptr<const RelabelSpec>
      spec_;  // Shared: rules are copied into pools; never changed after make().
  NameValidation validation_;
  Matcher matcher_;                             // of the anchored expression, with its shortcuts
  std::shared_ptr<const re2::RE2> expression_;  // only where a template names a group; shared as spec_
  Template target_;
  Template replacement_;
  bool whole_value_ = false;  // the expression is "(.*)" and the replacement is "$1": no matching is needed
};

// Applies the rules in order; false as soon as one drops the label set.
bool relabel(std::span<const RelabelRule> rules, Labels& labels);

}  // namespace sonde::config
