#include "scraper/ctl/watch_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <thread>

#include "common/io/atomic_write.h"
#include "scraper/discovery/target_file.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::ctl {
namespace {

struct Folder : TemporaryFolder {
  std::string file() const { return at("watch.yml"); }
};

std::string text_of(const std::string& path) {
  const auto text = io::read_file(io::real_file_system(), path, 1 << 20);
  return text ? *text : "";
}

std::string without_head(const std::string& text) {
  return text.substr(text.find('\n') + 1);
}

Status add(const std::string& path, const std::string& url, const std::string& module) {
  return edit_watch_file(path, [&](discovery::Groups& groups) -> Status {
    add_watched(groups, {.url = url, .module = module});
    return Ok{};
  });
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

}  // namespace

TEST_SUITE("ctl/watch_file") {
  TEST_CASE("targets stand in a group for each module") {
    const Folder folder;
    CHECK(add(folder.file(), "https://a/", "http_2xx"));
    CHECK(add(folder.file(), "tcp://b:1", "tcp_connect"));
    CHECK(add(folder.file(), "https://c/", "http_2xx"));
    CHECK(without_head(text_of(folder.file())) ==
          "- labels:\n    module: http_2xx\n  targets:\n  - https://a/\n  - https://c/\n"
          "- labels:\n    module: tcp_connect\n  targets:\n  - tcp://b:1\n");
    const auto groups = discovery::read_target_file(folder.file());  // As the scraper reads it.
    REQUIRE(groups);
    CHECK(groups->size() == 2);
    CHECK(list_watched(*groups) == std::vector<WatchedTarget>{{"https://a/", "http_2xx"},
                                                              {"https://c/", "http_2xx"},
                                                              {"tcp://b:1", "tcp_connect"}});
  }

  TEST_CASE("a target that is there moves to its new module and is not doubled") {
    discovery::Groups groups;
    CHECK(add_watched(groups, {.url = "https://a/", .module = "http_2xx"}));
    CHECK_FALSE(add_watched(groups, {.url = "https://a/", .module = "http_2xx"}));
    CHECK(add_watched(groups, {.url = "https://a/", .module = "http_insecure"}));
    CHECK(list_watched(groups) == std::vector<WatchedTarget>{{"https://a/", "http_insecure"}});
    CHECK(groups.size() == 1);
    CHECK_FALSE(remove_watched(groups, "https://b/"));
    CHECK(remove_watched(groups, "https://a/"));
    CHECK(groups.empty());
  }

  TEST_CASE("what somebody wrote by hand stays") {
    const Folder folder;
    REQUIRE(io::atomic_write(io::real_file_system(), folder.file(),
                             "- targets: [\"https://mine/\"]\n  labels: {module: http_2xx, team: 'yes'}\n"));
    CHECK(add(folder.file(), "https://a/", "http_2xx"));
    CHECK(without_head(text_of(folder.file())) ==
          "- labels:\n    module: http_2xx\n    team: \"yes\"\n  targets:\n  - https://mine/\n"
          "- labels:\n    module: http_2xx\n  targets:\n  - https://a/\n");
  }

  TEST_CASE("a broken file is named by its place and stays as it is") {
    const Folder folder;
    const std::string broken = "- targets: [a]\n  lables: {}\n";
    REQUIRE(io::atomic_write(io::real_file_system(), folder.file(), broken));
    const Status added = add(folder.file(), "https://a/", "http_2xx");
    REQUIRE_FALSE(added);
    CHECK(added.error().message().find("watch.yml") != std::string::npos);
    CHECK(added.error().message().find("lables") != std::string::npos);
    CHECK(text_of(folder.file()) == broken);
  }

  TEST_CASE("an edit that fails or changes nothing does not write") {
    const Folder folder;
    CHECK(add(folder.file(), "https://a/", "http_2xx"));
    struct stat before {};
    REQUIRE(::stat(folder.file().c_str(), &before) == 0);
    CHECK(add(folder.file(), "https://a/", "http_2xx"));
    const Status failed = edit_watch_file(folder.file(), [](discovery::Groups& groups) -> Status {
      groups.clear();
      return Error(ErrorCode::NotFound, "no");
    });
    CHECK_FALSE(failed);
    struct stat after {};
    REQUIRE(::stat(folder.file().c_str(), &after) == 0);
    CHECK(before.st_ino == after.st_ino);
  }

  TEST_CASE("a new file can be read by all and the mode of an old one stays") {
    const Folder folder;
    const mode_t old = ::umask(0077);
    CHECK(add(folder.file(), "https://a/", "http_2xx"));
    CHECK(mode_of(folder.file()) == 0644);
    REQUIRE(::chmod(folder.file().c_str(), 0640) == 0);
    CHECK(add(folder.file(), "https://b/", "http_2xx"));
    CHECK(mode_of(folder.file()) == 0640);
    ::umask(old);
  }

  TEST_CASE("edits of many at once are all there and leave no other file behind") {
    const Folder folder;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 5; ++i)
          (void)add(folder.file(), "https://" + std::to_string(thread * 5 + i) + "/", "http_2xx");
      });
    }
    for (std::thread& thread : threads) thread.join();
    const auto groups = read_watch_file(folder.file());
    REQUIRE(groups);
    CHECK(list_watched(*groups).size() == 40);
    CHECK(io::real_file_system().list(folder.path())->size() == 1);
  }

  TEST_CASE("errors name the file or the folder") {
    const Folder folder;
    const auto message = [](const Status& status) {
      REQUIRE_FALSE(status);
      return status.error().message();
    };
    CHECK(message(add(folder.at("watch.json"), "https://a/", "m")).find("to end in .yml or .yaml") !=
          std::string::npos);
    CHECK(message(add(folder.at("none/watch.yml"), "https://a/", "m")).find(folder.at("none")) !=
          std::string::npos);
    CHECK(read_watch_file(folder.file())->empty());
  }

  TEST_CASE("a file has at most 100000 targets") {
    const Folder folder;
    const Status filled = edit_watch_file(folder.file(), [](discovery::Groups& groups) -> Status {
      groups.emplace_back();
      groups[0].labels = Labels{{"module", "m"}};
      for (size_t i = 0; i <= kWatchedCountMax; ++i)
        groups[0].targets.push_back(Labels{{"__address__", "https://" + std::to_string(i) + "/"}});
      return Ok{};
    });
    REQUIRE_FALSE(filled);
    CHECK(filled.error().code() == ErrorCode::LimitExceeded);
    CHECK_FALSE(io::real_file_system().exists(folder.file()));
  }
}

}  // namespace sonde::ctl
