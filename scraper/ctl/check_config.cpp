#include "scraper/ctl/check_config.h"

#include <unistd.h>

#include <vector>

#include "common/core/result.h"
#include "common/core/text.h"
#include "scraper/config/load.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/verb.h"
#include "scraper/discovery/target.h"
#include "scraper/discovery/target_file.h"

namespace sonde::ctl {
namespace {

struct Options {
  bool syntax_only = false;
  bool agent = false;
  bool strict_support = false;
};

Error refuse(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Status check_readable(const std::string& path, std::string_view what) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return Ok{};
  return refuse(std::string(what) + " " + quoted(path) +
                " cannot be read; it is missing or its mode forbids it");
}

// The files that the client of a job needs at its first scrape.
Status check_client_files(const config::ScrapeConfig& job) {
  const std::string owner = "scrape job " + quoted(job.job_name) + ": ";
  struct Row {
    const std::string& path;
    std::string_view what;
  };
  for (const Row& row :
       {Row{job.client.authorization.credentials.file, "credentials_file"},
        Row{job.client.basic_auth.username.file, "username_file"},
        Row{job.client.basic_auth.password.file, "password_file"}, Row{job.client.tls.ca.file, "ca_file"},
        Row{job.client.tls.cert.file, "cert_file"}, Row{job.client.tls.key.file, "key_file"}}) {
    if (auto status = check_readable(row.path, owner + std::string(row.what)); !status) return status;
  }
  return Ok{};
}

// A target that could not be scraped is an error of the file that has it.
Status check_targets(const config::ScrapeConfig& job, std::span<const config::TargetGroup> groups,
                     const std::string& file) {
  const discovery::ResolvedTargets resolved = discovery::resolve_targets(job, groups);
  if (resolved.failures.empty()) return Ok{};
  return refuse(file + ": scrape job " + quoted(job.job_name) + ": " + resolved.failures.front());
}

Status check_target_files(const config::ScrapeConfig& job, const std::string& pattern) {
  const std::vector<std::string> files = config::expand_glob(pattern);
  if (files.empty()) {
    print("  WARNING: file " + quoted(pattern) + " for file_sd in scrape job " + quoted(job.job_name) +
          " does not exist\n");
  }
  for (const std::string& file : files) {
    auto groups = discovery::read_target_file(file);
    if (!groups) return groups.error();
    if (auto status = check_targets(job, *groups, file); !status) return status;
  }
  return Ok{};
}

Status check_discovery(const config::ScrapeConfig& job, const std::string& path, bool syntax_only) {
  if (auto status = check_targets(job, job.discovery.static_groups, path); !status) return status;
  if (syntax_only) return Ok{};
  for (const config::FileDiscoveryConfig& file_sd : job.discovery.files) {
    for (const std::string& pattern : file_sd.files) {
      if (auto status = check_target_files(job, pattern); !status) return status;
    }
  }
  return Ok{};
}

// A rule file that is named without a star must be there.
Result<size_t> count_rule_files(const config::Config& config) {
  size_t count = 0;
  for (const std::string& pattern : config.rule_files) {
    const size_t found = config::expand_glob(pattern).size();
    if (found == 0 && pattern.find('*') == std::string::npos) {
      return refuse(quoted(pattern) + " does not point to an existing file");
    }
    count += found;
  }
  return count;
}

Result<size_t> check_references(const config::Config& config) {
  for (const config::ScrapeConfig& job : config.scrape_configs) {
    if (auto status = check_client_files(job); !status) return status.error();
  }
  return count_rule_files(config);
}

Status check_file(const std::string& path, const Options& options) {
  auto config = config::load_config_file(path, {.agent = options.agent, .syntax_only = options.syntax_only});
  if (!config) return config.error();
  for (const std::string& warning : config->warnings) print("  WARNING: " + warning + "\n");
  if (options.strict_support && !config->unsupported.empty()) {
    return refuse("without effect in this version: " + config->unsupported.front());
  }
  for (const std::string& what : config->unsupported) {
    print("  WARNING: without effect in this version: " + what + "\n");
  }
  for (const config::ScrapeConfig& job : config->scrape_configs) {
    if (auto status = check_discovery(job, path, options.syntax_only); !status) return status;
  }
  if (!options.syntax_only) {
    const auto rule_files = check_references(*config);
    if (!rule_files) return rule_files.error();
    if (*rule_files > 0) print("  SUCCESS: " + std::to_string(*rule_files) + " rule files found\n");
  }
  print(" SUCCESS: " + path + " is valid prometheus config file syntax\n");
  return Ok{};
}

}  // namespace

int check_config(std::span<const std::string> given) {
  Options options;
  std::vector<std::string> files;
  Arguments arguments("check config", "Check whether configuration files are valid.");
  arguments.boolean("syntax-only", 0, options.syntax_only,
                    "Do not look at the files that the configuration names.");
  arguments.boolean("agent", 0, options.agent, "Check for agent mode.");
  arguments.boolean("strict-support", 0, options.strict_support,
                    "Refuse what is valid but without effect in this version.");
  arguments.rest("config-files", files, true, "The files to check.");
  if (const auto code = end_early(arguments, given)) return *code;
  int code = kSuccess;
  for (const std::string& file : files) {
    print("Checking " + file + "\n");
    if (auto status = check_file(file, options); !status) {
      print_error("  FAILED: " + status.error().message());
      code = kFailure;
    }
    print("\n");
  }
  return code;
}

}  // namespace sonde::ctl
