#include "scraper/ctl/data_folder.h"

#include <algorithm>
#include <utility>

#include "common/io/file_system.h"
#include "scraper/tsdb/file_names.h"

namespace sonde::ctl {

Result<std::vector<BlockFile>> open_blocks(const std::string& data_folder) {
  io::FileSystem& files = io::real_file_system();
  const tsdb::FileNames names{data_folder};
  const auto entries = files.list(names.blocks());
  if (!entries) {
    return Error(entries.error().code(),
                 entries.error().message() + ": want the folder of --storage.tsdb.path");
  }
  std::vector<BlockFile> out;
  for (const std::string& name : *entries) {
    if (!name.ends_with(tsdb::kBlockSuffix)) continue;
    BlockFile& file = out.emplace_back();
    file.name = name;
    auto reader = tsdb::BlockReader::open(files, names.block(name));
    if (reader) {
      file.reader = *std::move(reader);
    } else {
      file.problem = reader.error().message();
    }
  }
  std::ranges::stable_sort(out, {}, [](const BlockFile& file) {
    return std::pair(file.reader == nullptr, file.reader ? file.reader->info().time_min_ms : 0);
  });
  return out;
}

}  // namespace sonde::ctl
