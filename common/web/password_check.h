#pragma once
// Basic authentication against bcrypt hashes. A comparison takes tens of milliseconds by design, so that they
// run one after the other on a thread of their own, which starts with the first; successes are remembered.

#include <condition_variable>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>

#include "common/core/mutex.h"
#include "common/loop/event_loop.h"

namespace sonde::web {

// "$2a$", "$2b$" or "$2y$", a cost from 4 to 31 and 53 characters of salt and digest.
bool is_bcrypt_hash(std::string_view hash);

// The name and password of an Authorization header ("Basic dXNlcjpwYXNz").
struct Credentials {
  std::string user;
  std::string password;
};
std::optional<Credentials> read_basic_credentials(std::string_view authorization);

class PasswordChecker {
 public:
  enum class Verdict : uint8_t { Right, Wrong, Busy };  // Busy: too many wait
  using Done = std::function<void(Verdict)>;

  explicit PasswordChecker(loop::EventLoop& loop) : loop_(loop) {}
  ~PasswordChecker();
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  // On the loop's thread, which is where `done` is called: at once where the answer is known. `hash` is ""
  // for an unknown user, which costs the same time.
  void check(const Credentials& credentials, std::string hash, const Done& done);

 private:
  struct Job {
    std::string key;  // user, hash and password
    std::string password;
    std::string hash;
    Done done;
  };
  void work();
  void remember(const std::string& key);

  loop::EventLoop& loop_;
  std::unordered_set<std::string> right_;  // Keys that were right; the loop's thread's.
  std::thread thread_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> waiting_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
};

}  // namespace sonde::web
