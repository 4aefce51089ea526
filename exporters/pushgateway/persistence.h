#pragma once
// The groups in a file, so that they survive a restart: text a person can read, written beside and renamed.
// Only whole files are taken back.

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "exporters/pushgateway/group_store.h"

namespace sonde::pushgateway {

// The file's text. Each group is a line of its key and times, then its families in text 0.0.4.
std::string write_groups(const GroupStore& store);

// Puts the groups of a text made by write_groups() into an empty store; on an error, which names the line,
// the store may hold some of them.
Status read_groups(std::string_view text, GroupStore& store);

Status save(io::FileSystem& files, const std::string& path, const GroupStore& store);
// A file that does not exist is an empty store.
Status load(io::FileSystem& files, const std::string& path, GroupStore& store);

}  // namespace sonde::pushgateway
