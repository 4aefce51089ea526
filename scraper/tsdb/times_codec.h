#pragma once
// Timestamps of up to 120 rows, shared by all columns of a group: how far each is from a straight line.
//
//   first     i64
//   step      varint          of the line, in ms
//   smallest  zigzag varint   of the residuals time - (first + step * row)
//   width     u8              bits per residual less the smallest; 0: the times lie on the line
//   bits      one residual per row, low bit first

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sonde::tsdb {

// Times ascend.
void append_times(std::string& out, std::span<const int64_t> times_ms);

// Replaces times_ms[0..count). False when the bytes are no times.
bool read_times(std::span<const std::byte> bytes, size_t count, int64_t* times_ms);

}  // namespace sonde::tsdb
