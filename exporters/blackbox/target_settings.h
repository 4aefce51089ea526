#pragma once
// What is different for single targets: a file of its own, because credentials and bodies belong to a target
// and not to the module that many share. An entry names a target and a module, and has keys of the module's
// section:
//
//   targets:
//   - target: https://shop.example.org/login
//     module: http_2xx
//     http:
//       headers: {X-Tenant: shop}
//       basic_auth: {username: probe, password_file: /etc/sonde/shop.password}
//
// They lie over the module's: headers and metadata are added to its own, of keys that exclude each other (the
// kinds of credentials, the kinds of a body) the module's go, and any other replaces the module's. Pure.

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/result.h"
#include "exporters/blackbox/module.h"

namespace sonde::blackbox {

inline constexpr size_t kTargetSettingsMax = 10'000;

// Reads the text into `out.targets`; the modules that it names are those of `out`. Errors name file, line and
// key, as a module's do: the result of laying over is checked as a module is.
Status read_target_settings(std::string_view text, std::string_view file_name, Config& out);

}  // namespace sonde::blackbox
