#pragma once
// The file_sd file of `sondectl watch`: what it holds, and changes to it that are whole or not at all.
// Changes of several processes wait for each other by a lock on the file's folder, which leaves no file
// behind.

#include <functional>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "scraper/ctl/watch_target.h"
#include "scraper/discovery/discovery.h"

namespace sonde::ctl {

inline constexpr std::string_view kDefaultWatchFile = "/etc/sonde/watch.yml";
// The label that says which module probes a target; the job makes the parameter of it.
inline constexpr std::string_view kModuleLabel = "module";
inline constexpr size_t kWatchedCountMax = 100'000;

// A missing file is an empty one. Groups and labels that somebody put there by hand are read as they are.
Result<discovery::Groups> read_watch_file(const std::string& path);

// Every target with its module, sorted by URL.
std::vector<WatchedTarget> list_watched(const discovery::Groups& groups);

// Puts the target into the group of its module; when it is in another one, it moves. False: it was there.
bool add_watched(discovery::Groups& groups, const WatchedTarget& target);
// Takes the URL out of every group; false when it was in none.
bool remove_watched(discovery::Groups& groups, std::string_view url);

std::string write_watch_file(const discovery::Groups& groups);

// Reads the file, lets `edit` change the groups, and replaces the file unless nothing changed; an error of
// `edit` changes nothing. A new file can be read by everybody, as the scraper is another user; owner and mode
// of one that is there stay. Waits up to 5 s for another process that is doing the same.
Status edit_watch_file(const std::string& path, const std::function<Status(discovery::Groups&)>& edit);

}  // namespace sonde::ctl
