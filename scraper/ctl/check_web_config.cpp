#include "scraper/ctl/check_web_config.h"

#include <vector>

#include "common/web/web_config.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/verb.h"

namespace sonde::ctl {
namespace {

Status check_file(const std::string& path) {
  const auto config = web::load_web_config(path);
  if (!config) return config.error();
  const auto tls = web::load_tls_policy(*config);
  if (!tls) return tls.error().in(path);
  return Ok{};
}

}  // namespace

int check_web_config(std::span<const std::string> given) {
  std::vector<std::string> files;
  Arguments arguments("check web-config", "Check whether web configuration files are valid.");
  arguments.rest("web-config-files", files, true, "The files to check.");
  if (const auto code = end_early(arguments, given)) return *code;
  int code = kSuccess;
  for (const std::string& file : files) {
    if (auto status = check_file(file); !status) {
      print_error(file + " FAILED: " + status.error().message());
      code = kFailure;
    } else {
      print(file + " SUCCESS\n");
    }
  }
  return code;
}

}  // namespace sonde::ctl
