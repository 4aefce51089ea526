#pragma once
// Basic authentication against bcrypt hashes. A comparison takes tens of milliseconds by design, so that they
// run one after the other on a thread of their own, which starts with the first; successes are remembered. A
// refusal takes the same time whether the user exists or not.

#include <condition_variable>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/core/mutex.h"
#include "common/core/result.h"
#include "common/http_server/keyed_digest.h"
#include "common/loop/event_loop.h"

namespace sonde::web {

// "$2a$", "$2b$" or "$2y$", a cost from 4 to 31 and 53 characters of salt and digest.
bool is_bcrypt_hash(std::string_view hash);
// The cost of such a hash: a comparison takes time in proportion to 2^cost.
int bcrypt_cost(std::string_view hash);

// Such a hash of a password, with a salt of its own and the usual cost of 10.
Result<std::string> make_bcrypt_hash(std::string_view password);

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

  struct Wanted {
    std::string hash;  // "" for an unknown user
    int cost_max = 0;  // of all users' hashes: what a refusal costs, whoever asks
  };
  // On the loop's thread, which is where `done` is called: at once where the answer is known.
  void check(const Credentials& credentials, Wanted wanted, const Done& done);

 private:
  struct Job {
    std::string key;  // digest of user, hash and password
    std::string password;
    Wanted wanted;
  };
  void work();
  void finish(const std::string& key, bool right);
  void remember(const std::string& key);

  loop::EventLoop& loop_;
  // The loop's thread's.
  const http::KeyedDigest digest_;
  std::minstd_rand random_{std::random_device{}()};
  std::unordered_set<std::string> right_;                      // keys
  std::unordered_map<std::string, std::vector<Done>> asking_;  // by key: equal questions get one comparison

  std::thread thread_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> waiting_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
};

}  // namespace sonde::web
