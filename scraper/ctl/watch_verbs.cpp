#include "scraper/ctl/watch_verbs.h"

#include <algorithm>
#include <vector>

#include "common/core/text.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/verb.h"
#include "scraper/ctl/watch_file.h"
#include "scraper/ctl/watch_target.h"

namespace sonde::ctl {
namespace {

constexpr std::string_view kFileHelp = "The file that the scraper's job reads.";

}  // namespace

int watch_add(std::span<const std::string> given) {
  std::string file(kDefaultWatchFile);
  WatchOptions options;
  std::vector<std::string> urls;
  Arguments arguments(
      "watch",
      "Probe URLs, ports, hosts and names from now on: https:// and http://, tcp://HOST:PORT, "
      "tls://HOST:PORT, icmp://HOST, dns://SERVER/NAME?type=TYPE.");
  arguments.text("file", 0, file, kFileHelp);
  arguments.boolean("insecure", 0, options.insecure, "Do not verify certificates.");
  arguments.text("module", 0, options.module, "The module of blackbox.yml, instead of the scheme's.");
  arguments.rest("url", urls, true, "What to watch.");
  if (const auto code = end_early(arguments, given)) return *code;
  std::vector<WatchedTarget> targets;
  for (const std::string& url : urls) {
    auto target = parse_watched(url, options);
    if (!target) return fail(target.error());
    targets.push_back(*std::move(target));
  }
  std::string said;
  const auto edited = edit_watch_file(file, [&](discovery::Groups& groups) -> Status {
    for (const WatchedTarget& target : targets) {
      const bool is_new = add_watched(groups, target);
      said +=
          (is_new ? "watching " : "already watching ") + target.url + " with module " + target.module + "\n";
    }
    return Ok{};
  });
  if (!edited) return fail(edited.error());
  print(said);
  return kSuccess;
}

int watch_list(std::span<const std::string> given) {
  std::string file(kDefaultWatchFile);
  Arguments arguments("watch list", "List what is watched, with its module.");
  arguments.text("file", 0, file, kFileHelp);
  if (const auto code = end_early(arguments, given)) return *code;
  const auto groups = read_watch_file(file);
  if (!groups) return fail(groups.error());
  const auto targets = list_watched(*groups);
  size_t width = 0;
  for (const WatchedTarget& target : targets) width = std::max(width, target.url.size());
  std::string out;
  for (const WatchedTarget& target : targets) {
    out += target.url + std::string(width + 2 - target.url.size(), ' ') +
           (target.module.empty() ? "-" : target.module) + "\n";
  }
  print(out);
  return kSuccess;
}

int watch_remove(std::span<const std::string> given) {
  std::string file(kDefaultWatchFile);
  std::vector<std::string> urls;
  Arguments arguments("watch remove",
                      "Watch URLs no longer. When one of them is not watched, nothing is changed.");
  arguments.text("file", 0, file, kFileHelp);
  arguments.rest("url", urls, true, "As it was given to watch; `sondectl watch list` shows them.");
  if (const auto code = end_early(arguments, given)) return *code;
  const auto edited = edit_watch_file(file, [&](discovery::Groups& groups) -> Status {
    for (const std::string& url : urls) {
      if (!remove_watched(groups, url))
        return Error(ErrorCode::NotFound, quoted(url) + " is not watched in " + file);
    }
    return Ok{};
  });
  if (!edited) return fail(edited.error());
  for (const std::string& url : urls) print("no longer watching " + url + "\n");
  return kSuccess;
}

}  // namespace sonde::ctl
