#include "exporters/blackbox/record_check.h"

#include <algorithm>

#include "common/core/text.h"

namespace sonde::blackbox {
namespace {

bool any_matches(const std::vector<Pattern>& patterns, const std::string& record) {
  return std::ranges::any_of(patterns, [&](const Pattern& pattern) { return pattern.matches(record); });
}

bool all_match(const std::vector<Pattern>& patterns, const std::string& record) {
  return std::ranges::all_of(patterns, [&](const Pattern& pattern) { return pattern.matches(record); });
}

}  // namespace

std::optional<std::string> find_bad_record(const std::vector<std::string>& records,
                                           const RecordValidator& wanted) {
  if (records.empty() && !wanted.fail_if_not_matches.empty())
    return "fail_if_not_matches_regexp specified but no RRs returned";
  if (records.empty() && !wanted.fail_if_none_matches.empty())
    return "fail_if_none_matches_regexp specified but no RRs returned";
  for (const std::string& record : records) {
    if (any_matches(wanted.fail_if_matches, record))
      return "At least one RR matched regexp: " + quoted(record);
    if (!all_match(wanted.fail_if_not_matches, record))
      return "At least one RR did not match regexp: " + quoted(record);
  }
  // As the reference does it, whatever the name says: it fails unless all records match.
  const auto matches_all = [&](const std::string& record) {
    return all_match(wanted.fail_if_all_match, record);
  };
  if (!std::ranges::all_of(records, matches_all)) return "Not all RRs matched regexp";
  const auto matches_any = [&](const std::string& record) {
    return any_matches(wanted.fail_if_none_matches, record);
  };
  if (!wanted.fail_if_none_matches.empty() && std::ranges::none_of(records, matches_any))
    return "None of the RRs did matched any regexp";
  return std::nullopt;
}

}  // namespace sonde::blackbox
