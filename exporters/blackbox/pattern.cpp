#include "exporters/blackbox/pattern.h"

#include <re2/re2.h>

namespace sonde::blackbox {

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

void decode(const yaml::Value& in, Pattern& out) {
  decode(in, out.text_);
  if (in.failed()) return;
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<re2::RE2>(out.text_, options);
  if (!compiled->ok()) return in.fail("could not compile regular expression: " + compiled->error());
  out.regex_ = std::move(compiled);
}

}  // namespace sonde::blackbox
