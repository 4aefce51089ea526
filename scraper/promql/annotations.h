#pragma once
// Warnings and infos of one query: what is suspicious but no error. Equal texts count once; each is printed
// with the position of the expression it is about. Belongs to the thread that runs the query.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::promql {

class Annotations {
 public:
  // `text` without the "PromQL warning: " before it.
  void warn(std::string_view text, ByteRange range);
  void info(std::string_view text, ByteRange range);

  // "PromQL warning: … (1:5)", sorted. Without the query's text there is no position.
  std::vector<std::string> warnings(std::string_view query) const { return lines(warnings_, query); }
  std::vector<std::string> infos(std::string_view query) const { return lines(infos_, query); }

 private:
  using Entries = std::map<std::string, ByteRange, std::less<>>;
  static std::vector<std::string> lines(const Entries& entries, std::string_view query);

  Entries warnings_;
  Entries infos_;
};

}  // namespace sonde::promql
