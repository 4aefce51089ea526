#include "scraper/config/load.h"

#include <glob.h>

#include <algorithm>
#include <map>

#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "common/io/file_system.h"
#include "scraper/config/decode.h"

namespace sonde::config {
namespace {

// Stars in the last segment only, and one run of them: what the reference accepts.
bool is_file_pattern(std::string_view pattern) {
  const size_t star = pattern.find('*');
  return star == std::string_view::npos || pattern.find_first_of("*/", star + 1) == std::string_view::npos;
}

void read_patterns(yaml::Fields& fields, std::string_view key, const Context& context,
                   std::vector<std::string>& out) {
  fields.visit(key, [&](const yaml::Value& list) {
    if (list.is_null()) return;
    decode(list, out);
    for (size_t i = 0; i < out.size() && !list.failed(); ++i) {
      if (!is_file_pattern(out[i])) {
        yaml::Value(list.node().items[i], list, i)
            .fail("bad file pattern " + quoted(out[i]) + ": a * may stand once, behind the last /");
      }
      http::join_folder(out[i], context.folder);
    }
  });
}

// Reads one scrape job and refuses a name that is taken.
void read_job(const yaml::Value& item, Context& context, const GlobalConfig& global,
              std::map<std::string, std::string>& names, const std::string& file, ScrapeConfig& out) {
  decode_scrape_config(item, context, global, out);
  const auto [name, fresh] = names.emplace(out.job_name, file);
  if (!fresh && !item.failed()) {
    item.fail("two scrape jobs are named " + quoted(out.job_name) + "; the first is in " + name->second);
  }
}

template <class Item>
void check_unique_name(const yaml::Value& item, const std::vector<Item>& all) {
  const std::string& name = all.back().name;
  const auto same = std::ranges::count(all, name, &Item::name);
  if (!name.empty() && same > 1) item.fail("two entries are named " + quoted(name));
}

void read_remotes(yaml::Fields& fields, Context& context, Config& out) {
  read_items(fields, "remote_write", out.remote_write,
             [&](const yaml::Value& item, RemoteWriteConfig& remote) {
               decode_remote_write(item, context, out.global.scrape.name_validation, remote);
               check_unique_name(item, out.remote_write);
             });
  read_items(fields, "remote_read", out.remote_read, [&](const yaml::Value& item, RemoteReadConfig& remote) {
    decode_remote_read(item, context, remote);
    check_unique_name(item, out.remote_read);
  });
  if (!out.remote_write.empty()) context.note("remote_write");
  if (!out.remote_read.empty()) context.note("remote_read");
}

void read_runtime(yaml::Fields& fields, Context& context, Config& out) {
  fields.visit("runtime", [&](const yaml::Value& value) {
    yaml::Fields runtime(value, "runtime");
    int64_t gogc = 0;
    runtime.read("gogc", gogc);
    if (gogc != 0) {
      out.gogc = gogc;
      context.note("runtime: gogc");
    }
    runtime.finish();
  });
}

// Everything but the scrape jobs, which need `global` first.
void read_sections(yaml::Fields& fields, Context& context, Config& out) {
  const NameValidation validation = out.global.scrape.name_validation;
  read_runtime(fields, context, out);
  fields.visit("alerting",
               [&](const yaml::Value& value) { decode_alerting(value, context, validation, out); });
  if (!out.alertmanagers.empty() || !out.alert_relabel_rules.empty()) context.note("alerting");
  read_patterns(fields, "rule_files", context, out.rule_files);
  if (!out.rule_files.empty()) context.note("rule_files");
  read_patterns(fields, "scrape_config_files", context, out.scrape_config_files);
  fields.visit("storage", [&](const yaml::Value& value) { decode_storage(value, context, out.storage); });
  fields.visit("otlp", [&](const yaml::Value& value) {
    decode_otlp(value, validation, out.otlp);
    if (!value.is_null()) context.note("otlp");
  });
  fields.visit("tracing", [&](const yaml::Value& value) {
    if (value.is_null()) return;
    decode_tracing(value, context, out.tracing.emplace());
    context.note("tracing");
  });
  read_remotes(fields, context, out);
}

using JobNames = std::map<std::string, std::string>;  // job → the file that has it

void decode_config(const yaml::Value& in, Context& context, JobNames& names, const std::string& file,
                   Config& out) {
  yaml::Fields fields(in, "config");
  fields.visit("global", [&](const yaml::Value& value) { decode_global(value, context, out.global); });
  read_items(fields, "scrape_configs", out.scrape_configs, [&](const yaml::Value& item, ScrapeConfig& job) {
    read_job(item, context, out.global, names, file, job);
  });
  read_sections(fields, context, out);
  fields.finish();
}

// `decode(const Value&)` on the document; its first error.
template <class Decode>
Status decode_document(std::string_view text, const std::string& file_name, Decode&& decode_root) {
  auto root = yaml::parse(text, file_name);
  if (!root) return root.error();
  yaml::Problem problem{file_name, {}};
  decode_root(yaml::Value(*root, problem));
  if (problem.error) return *problem.error;
  return Ok{};
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// As filepath.Join: a file beside a configuration in the working folder keeps its plain name.
std::string join_prefix(const std::string& path) {
  const std::string folder = folder_of(path);
  return folder == "." ? "" : folder;
}

Status import_jobs(const std::string& path, Context& context, JobNames& names, Config& out) {
  auto text = io::read_file(io::real_file_system(), path, kConfigFileBytesMax);
  if (!text) return text.error();
  context.folder = join_prefix(path);
  return decode_document(*text, path, [&](const yaml::Value& in) {
    yaml::Fields fields(in, "scrape_configs");
    const size_t first = out.scrape_configs.size();
    read_items(fields, "scrape_configs", out.scrape_configs, [&](const yaml::Value& item, ScrapeConfig& job) {
      read_job(item, context, out.global, names, path, job);
    });
    for (size_t i = first; i < out.scrape_configs.size(); ++i) out.scrape_configs[i].imported_from = path;
    fields.finish();
  });
}

Status check_agent(const Config& config, const std::string& file) {
  const auto refuse = [&file](std::string_view key) {
    return Error(ErrorCode::InvalidArgument,
                 file + ": field " + std::string(key) + " is not allowed in agent mode");
  };
  if (!config.alertmanagers.empty() || !config.alert_relabel_rules.empty()) return refuse("alerting");
  if (!config.rule_files.empty()) return refuse("rule_files");
  if (!config.remote_read.empty()) return refuse("remote_read");
  return Ok{};
}

Config finish(Config config, Context context) {
  config.unsupported = std::move(context.unsupported);
  config.warnings = std::move(context.warnings);
  return config;
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view file_name) {
  Config config;
  Context context;
  JobNames names;
  const std::string file(file_name);
  const auto status = decode_document(
      text, file, [&](const yaml::Value& in) { decode_config(in, context, names, file, config); });
  if (!status) return status.error();
  return finish(std::move(config), std::move(context));
}

Result<Config> load_config_file(const std::string& path, const LoadOptions& options) {
  auto text = io::read_file(io::real_file_system(), path, kConfigFileBytesMax);
  if (!text) return text.error();
  Config config;
  Context context;
  JobNames names;
  context.folder = join_prefix(path);
  auto status = decode_document(
      *text, path, [&](const yaml::Value& in) { decode_config(in, context, names, path, config); });
  if (!status) return status.error();
  if (options.agent) {
    if (status = check_agent(config, path); !status) return status.error();
  }
  if (options.syntax_only) return finish(std::move(config), std::move(context));
  for (const std::string& pattern : config.scrape_config_files) {
    for (const std::string& file : expand_glob(pattern)) {
      if (status = import_jobs(file, context, names, config); !status) return status.error();
    }
  }
  return finish(std::move(config), std::move(context));
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return out;
}

}  // namespace sonde::config
