#pragma once
// What `sondectl watch` takes: a URL whose scheme says which module of the packaged blackbox.yml probes it.
// Pure.

#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::ctl {

struct WatchedTarget {
  std::string url;     // as given; the target's `instance`
  std::string module;  // of the blackbox exporter
  friend bool operator==(const WatchedTarget&, const WatchedTarget&) = default;
};

struct WatchOptions {
  bool insecure = false;  // certificates are not verified
  std::string module;     // instead of the scheme's; "": the scheme's
};

// Errors name the URL and the form that its scheme wants. A URL with a password in it is refused: it would be
// on every page as the target's name.
Result<WatchedTarget> parse_watched(std::string_view url, const WatchOptions& options);

}  // namespace sonde::ctl
