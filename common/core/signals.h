#pragma once
// Signals as a descriptor, so that the event loop reads them like anything else. Make it in main() before the
// first thread: the mask is inherited.

#include "common/core/result.h"

namespace sonde {

class SignalDescriptor {
 public:
  // Blocks SIGINT, SIGTERM and SIGHUP for the process and ignores SIGPIPE.
  static Result<SignalDescriptor> open();
  SignalDescriptor(SignalDescriptor&& other) noexcept;
  SignalDescriptor& operator=(SignalDescriptor&&) = delete;
  ~SignalDescriptor();

  int fd() const { return fd_; }
  // The next pending signal's number, or 0 when there is none.
  int read();

 private:
  explicit SignalDescriptor(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace sonde
