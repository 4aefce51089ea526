#pragma once
// Gzip to bytes, piece by piece, as a response arrives. Concatenated members are one stream, as in the
// originals. Kept and started again between responses: its window is 40 kB. One thread.

#include <cstddef>
#include <memory>
#include <string>

#include "common/core/result.h"

namespace sonde::http {

class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Forgets what came before; the next bytes start a stream.
  void start();

  // Appends the decoded bytes of `input` to `out`, which never grows past `out_bytes_max` (LimitExceeded).
  Status write(const char* input, size_t size, std::string& out, size_t out_bytes_max);

  // Whether the stream ended where a member ended.
  bool complete() const;

 private:
  struct State;
  std::unique_ptr<State> state_;  // Keeps zlib out of this header.
};

}  // namespace sonde::http
