#include "common/web/password_check.h"

#include <crypt.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include "common/core/base64.h"
#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::web {
namespace {

constexpr size_t kRememberedMax = 100;
constexpr size_t kWaitingMax = 64;
constexpr size_t kHashBytes = 60;
constexpr size_t kPasswordBytesMax = 72;
constexpr int kCostMin = 4;
constexpr int kCostDefault = 10;  // where no user has a hash
// What an unknown user's password is compared with: a salt that no digest follows.
constexpr std::string_view kNobodySalt = "$nobodyhasthissaltatallu";

// The digits of bcrypt's own base 64.
bool is_bcrypt_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

std::string nobody_setting(int cost) {
  return "$2y$" + std::string(cost < 10 ? "0" : "") + std::to_string(cost) + std::string(kNobodySalt);
}

bool matches(const std::string& password, const std::string& hash, int cost_max) {
  const auto state = std::make_unique<crypt_data>();  // 32 kB: too much for a stack
  const int cost = hash.empty() ? std::max(cost_max, kCostMin) : bcrypt_cost(hash);
  const char* made =
      ::crypt_r(password.c_str(), hash.empty() ? nobody_setting(cost).c_str() : hash.c_str(), state.get());
  if (made != nullptr && !hash.empty() && equal_in_constant_time(made, hash)) return true;
  // 2^cost + 2^cost + 2^(cost+1) + ... + 2^(cost_max-1) = 2^cost_max: a cheap hash does not tell that its
  // user exists.
  for (int more = cost; more < cost_max; ++more) {
    ::crypt_r(password.c_str(), nobody_setting(more).c_str(), state.get());
  }
  return false;
}

}  // namespace

bool is_bcrypt_hash(std::string_view hash) {
  if (hash.size() != kHashBytes || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$') return false;
  if (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') return false;
  const auto cost = parse_unsigned(hash.substr(4, 2));
  if (!cost || *cost < 4 || *cost > 31) return false;
  return std::ranges::all_of(hash.substr(7), is_bcrypt_digit);
}

Result<std::string> make_bcrypt_hash(std::string_view password) {
  // bcrypt would look at its first 72 bytes alone.
  if (password.size() > kPasswordBytesMax || password.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::InvalidArgument, "a password has at most 72 bytes, and none that is 0");
  }
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* salt =
      ::crypt_gensalt_rn("$2b$", kCostDefault, nullptr, 0, setting.data(), static_cast<int>(setting.size()));
  if (salt == nullptr) return Error(ErrorCode::Unavailable, "no salt for a password");
  const auto state = std::make_unique<crypt_data>();  // 32 kB: too much for a stack
  const char* hash = ::crypt_r(std::string(password).c_str(), salt, state.get());
  if (hash == nullptr || !is_bcrypt_hash(hash)) return Error(ErrorCode::Unsupported, "no bcrypt here");
  return std::string(hash);
}

int bcrypt_cost(std::string_view hash) {
  return static_cast<int>(parse_unsigned(hash.substr(4, 2)).value_or(kCostMin));
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

void PasswordChecker::check(const Credentials& credentials, Wanted wanted, const Done& done) {
  if (wanted.cost_max == 0) wanted.cost_max = kCostDefault;
  const std::string key = digest_.of(credentials.user + '\0' + wanted.hash + '\0' + credentials.password);
  if (right_.contains(key)) return done(Verdict::Right);
  if (const auto asked = asking_.find(key); asked != asking_.end()) return asked->second.push_back(done);
  if (asking_.size() >= kWaitingMax) return done(Verdict::Busy);
  asking_[key].push_back(done);
  {
    const MutexLock lock(mutex_);
    waiting_.push_back({key, credentials.password, std::move(wanted)});
    changed_.notify_one();
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
}

void PasswordChecker::work() {
  const MutexLock lock(mutex_);
  for (;;) {
    while (waiting_.empty() && !ending_) changed_.wait(mutex_);
    if (ending_) return;
    const Job job = std::move(waiting_.front());
    waiting_.pop_front();
    mutex_.unlock();
    const bool right = matches(job.password, job.wanted.hash, job.wanted.cost_max);
    loop_.post([this, key = job.key, right] { finish(key, right); });
    mutex_.lock();
  }
}

void PasswordChecker::finish(const std::string& key, bool right) {
  if (right) remember(key);
  auto asked = asking_.extract(key);
  for (const Done& done : asked.mapped()) done(right ? Verdict::Right : Verdict::Wrong);
}

void PasswordChecker::remember(const std::string& key) {
  if (right_.size() >= kRememberedMax) {
    right_.erase(std::next(right_.begin(), static_cast<std::ptrdiff_t>(random_() % right_.size())));
  }
  right_.insert(key);
}

}  // namespace sonde::web
