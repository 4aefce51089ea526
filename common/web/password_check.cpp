#include "common/web/password_check.h"

#include <crypt.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::web {
namespace {

constexpr size_t kRememberedMax = 100;
constexpr size_t kWaitingMax = 64;
constexpr size_t kHashBytes = 60;
// What an unknown user's password is compared with: a salt of the default cost, which no digest follows.
constexpr const char* kNobodySetting = "$2y$10$nobodyhasthissaltatallu";

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

bool matches(const std::string& password, const std::string& hash) {
  const auto state = std::make_unique<crypt_data>();  // 32 kB: too much for a stack
  const char* made = ::crypt_r(password.c_str(), hash.empty() ? kNobodySetting : hash.c_str(), state.get());
  return made != nullptr && !hash.empty() && equal_in_constant_time(made, hash);
}

}  // namespace

bool is_bcrypt_hash(std::string_view hash) {
  if (hash.size() != kHashBytes || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$') return false;
  if (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') return false;
  const auto cost = parse_unsigned(hash.substr(4, 2));
  if (!cost || *cost < 4 || *cost > 31) return false;
  return std::ranges::all_of(hash.substr(7),
                             [](char c) { return c == '.' || (c != '+' && base64_digit(c) >= 0); });
}

std::optional<Credentials> read_basic_credentials(std::string_view authorization) {
  const Cut parts = cut(authorization, ' ');
  if (!equals_ignoring_case(parts.before, "Basic")) return std::nullopt;
  const auto text = decode_base64(trim(parts.after));
  if (!text) return std::nullopt;
  const Cut pair = cut(*text, ':');
  // A NUL would end the password early inside the comparison.
  if (!pair.found || text->find('\0') != std::string::npos) return std::nullopt;
  return Credentials{std::string(pair.before), std::string(pair.after)};
}

PasswordChecker::~PasswordChecker() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    waiting_.clear();
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void PasswordChecker::check(const Credentials& credentials, std::string hash, const Done& done) {
  std::string key = credentials.user + '\0' + hash + '\0' + credentials.password;
  if (right_.contains(key)) return done(Verdict::Right);
  bool queued = false;
  {
    const MutexLock lock(mutex_);
    queued = waiting_.size() < kWaitingMax;
    if (queued) waiting_.push_back({std::move(key), credentials.password, std::move(hash), done});
    changed_.notify_one();
  }
  if (!queued) return done(Verdict::Busy);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
}

void PasswordChecker::work() {
  const MutexLock lock(mutex_);
  for (;;) {
    while (waiting_.empty() && !ending_) changed_.wait(mutex_);
    if (ending_) return;
    auto job = std::make_shared<Job>(std::move(waiting_.front()));
    waiting_.pop_front();
    mutex_.unlock();
    const bool right = matches(job->password, job->hash);
    loop_.post([this, job = std::move(job), right] {
      if (right) remember(job->key);
      job->done(right ? Verdict::Right : Verdict::Wrong);
    });
    mutex_.lock();
  }
}

void PasswordChecker::remember(const std::string& key) {
  if (right_.size() >= kRememberedMax) right_.erase(right_.begin());
  right_.insert(key);
}

}  // namespace sonde::web
