#pragma once
// Result<T>: a value or an Error; Status: success or an Error. Errors are the world's fault (files, peers,
// users) and travel by return value; our own mistakes go to check() in check.h. Values, no allocation beyond
// the message.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sonde {

enum class ErrorCode : uint8_t {
  InvalidArgument,  // a flag, configuration key, query or request that is wrong
  NotFound,         // absent, which is not broken: the caller may treat it as "no data"
  PermissionDenied,
  AlreadyExists,
  Truncated,      // bytes end too early
  Corrupt,        // bytes that cannot be what they claim to be
  LimitExceeded,  // a named limit was hit
  DeadlineExceeded,
  Cancelled,
  Unavailable,  // not now: a refused connection, a server that is starting or stopping
  Unsupported,  // understood, but this version or this build has no part for it
  Io,
};

// A half-open range of bytes in the input that an error is about.
struct ByteRange {
  size_t begin = 0;
  size_t end = 0;
};

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}
  Error(ErrorCode code, std::string message, ByteRange range)
      : code_(code), message_(std::move(message)), range_(range) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::optional<ByteRange>& range() const { return range_; }

  // The same error with the caller's noun before it: "log 000012: offset 8192: …".
  Error in(std::string_view context) const {
    Error out = *this;
    out.message_.insert(0, std::string(context) + ": ");
    return out;
  }

 private:
  ErrorCode code_;
  std::string message_;
  std::optional<ByteRange> range_;
};

struct Ok {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : value_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return value_.index() == 0; }
  bool ok() const { return value_.index() == 0; }

  // The value; only after the result was seen to be good (std::get throws otherwise, which ends the process).
  T& operator*() & { return std::get<0>(value_); }
  const T& operator*() const& { return std::get<0>(value_); }
  T&& operator*() && { return std::get<0>(std::move(value_)); }
  T* operator->() { return &std::get<0>(value_); }
  const T* operator->() const { return &std::get<0>(value_); }

  // The error; only after the result was seen to be bad.
  const Error& error() const { return std::get<1>(value_); }

 private:
  std::variant<T, Error> value_;
};

using Status = Result<Ok>;

}  // namespace sonde
