#pragma once
// CRC-32C (Castagnoli, reflected 0x82F63B78), as in iSCSI, LevelDB and ext4: the checksum of all our files.
// By the processor's instruction where it has one, by a table elsewhere; both give the same.

#include <cstddef>
#include <cstdint>
#include <span>

namespace sonde::io {

// The checksum of `bytes`, or of what `crc` is the checksum of followed by `bytes`.
uint32_t crc32c(std::span<const std::byte> bytes, uint32_t crc = 0);

// The table's way, for the test that compares the two.
uint32_t crc32c_by_table(std::span<const std::byte> bytes, uint32_t crc = 0);

}  // namespace sonde::io
