#pragma once
// my.cnf as the exporter reads it: INI sections with keys for connecting. Sections inherit by dotted name
// ("client.servers" from "client"); values may use ${ENVIRONMENT}; "#" inside a value is part of it, because
// passwords may contain one.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.h"
#include "exporters/mysql/connection.h"

namespace sonde::mysql {

using Environment = std::function<std::optional<std::string>(std::string_view name)>;

class MyCnf {
 public:
  static constexpr size_t kFileBytesMax = 1 << 20;

  // Errors name the line. Unknown keys are left alone: the file belongs to other programs too.
  static Result<MyCnf> parse(std::string_view text, const Environment& environment);

  // How to connect by a section's keys; NotFound when there is no such section, InvalidArgument when it has
  // no user or a key is wrong. A section without host and socket has host "localhost".
  Result<Endpoint> endpoint(std::string_view section) const;

  bool has(std::string_view section) const { return sections_.find(section) != sections_.end(); }
  // Fills in keys of a section that the file does not set (flags and environment).
  void set_default(const std::string& section, const std::string& key, const std::string& value);

 private:
  using Section = std::map<std::string, std::string, std::less<>>;
  std::string get(std::string_view section, std::string_view key) const;

  std::map<std::string, Section, std::less<>> sections_;
};

// "host:port", "[::1]:3306" or "unix:///path"; a host without a port is refused, and so is what can be
// neither a host's name nor an address nor an absolute path: the text comes from whoever asks, and goes into
// a URL that the connector takes apart.
Status set_target(std::string_view target, Endpoint& endpoint);

}  // namespace sonde::mysql
