#pragma once
// A group's slabs of one lineage as rows of a block.

#include <vector>

#include "scraper/tsdb/block_writer.h"
#include "scraper/tsdb/group_head.h"

namespace sonde::tsdb {

class SlabRows final : public PartRows {
 public:
  // At least one slab; ascending in time.
  explicit SlabRows(std::vector<SlabRef> slabs) : slabs_(std::move(slabs)) {}

  std::vector<RowGroup> row_groups() const override;
  Status add_run(size_t column, RunBuilder& run) const override;

 private:
  std::vector<SlabRef> slabs_;
};

// One part per lineage of the slabs that lie wholly within the window.
void add_slab_parts(BlockInput& input, const GroupHead& head, const std::vector<SlabRef>& slabs,
                    storage::TimeRange window);

}  // namespace sonde::tsdb
