#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "scraper/config/load.h"
#include "scraper/discovery/discovery.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::discovery {
namespace {

// A loop with a discovery, and what it said last about each job.
class Watcher {
 public:
  Watcher() : logger_(clock_, STDERR_FILENO), loop_(std::move(*loop::EventLoop::make(clock_))) {
    discovery_ =
        std::make_unique<Discovery>(*loop_, logger_, [this](const std::string& job, const Groups& groups) {
          groups_[job] = groups;
          ++calls_;
          if (wanted_ && wanted_()) loop_->stop();
        });
  }

  void apply(std::string_view yaml) {
    auto config = config::parse_config(yaml, "t.yml");
    REQUIRE_MESSAGE(config.ok(), config.error().message());
    discovery_->apply(config->scrape_configs);
  }

  // Runs the loop until the addresses of a job are these, for five seconds at most.
  bool becomes(const std::string& job, const std::string& addresses) {
    wanted_ = [this, job, addresses] { return of(job) == addresses; };
    if (wanted_()) return true;
    const auto limit = loop_->after(std::chrono::seconds(5), [this] { loop_->stop(); });
    loop_->run();
    loop_->cancel(limit);
    wanted_ = nullptr;
    return of(job) == addresses;
  }

  // Runs the loop for a moment in which nothing should happen.
  int calls_within(std::chrono::milliseconds time) {
    const int before = calls_;
    loop_->after(time, [this] { loop_->stop(); });
    loop_->run();
    return calls_ - before;
  }

  std::string of(const std::string& job) const {
    std::string out;
    const auto found = groups_.find(job);
    if (found == groups_.end()) return "no job";
    for (const auto& group : found->second) {
      for (const Labels& target : group.targets) out += std::string(target.get("__address__")) + " ";
    }
    return out;
  }
  const Groups& groups(const std::string& job) { return groups_[job]; }
  size_t source_count() const { return discovery_->source_count(); }
  int calls() const { return calls_; }

 private:
  SystemClock clock_;
  Logger logger_;
  std::unique_ptr<loop::EventLoop> loop_;
  std::unique_ptr<Discovery> discovery_;
  std::map<std::string, Groups> groups_;
  std::function<bool()> wanted_;
  int calls_ = 0;
};

std::string file_job(const TemporaryFolder& folder, const std::string& pattern,
                     const std::string& extra = "") {
  return "scrape_configs:\n- job_name: j\n  file_sd_configs:\n  - files: ['" + folder.path() + "/" + pattern +
         "']\n" + extra;
}

TEST_SUITE("scraper/discovery/discovery") {
  TEST_CASE("static groups arrive with apply") {
    Watcher watcher;
    watcher.apply(
        "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['x:1', 'y:2']\n- job_name: b\n");
    CHECK(watcher.of("a") == "x:1 y:2 ");
    CHECK(watcher.of("b").empty());
    CHECK(watcher.groups("a")[0].source == "0");
  }

  TEST_CASE("files are read at once and carry their path") {
    TemporaryFolder folder;
    folder.write("a.json", R"([{"targets": ["a:1"], "labels": {"k": "v"}}])");
    folder.write("b.yml", "- targets: ['b:1']\n");
    folder.write("c.txt", "- targets: ['c:1']\n");
    Watcher watcher;
    watcher.apply(
        "scrape_configs:\n- job_name: j\n  static_configs: [{targets: ['s:1']}]\n  file_sd_configs:\n  - "
        "files: ['" +
        folder.path() + "/*.json', '" + folder.path() + "/*.yml']\n");
    CHECK(watcher.of("j") == "s:1 a:1 b:1 ");
    const config::TargetGroup& group = watcher.groups("j")[1];
    CHECK(group.source == folder.path() + "/a.json:0");
    CHECK(group.labels == Labels{{"k", "v"}, {"__meta_filepath", folder.path() + "/a.json"}});
  }

  TEST_CASE("a change of a file is seen without waiting for the refresh") {
    TemporaryFolder folder;
    folder.write("a.yml", "- targets: ['a:1']\n");
    Watcher watcher;
    watcher.apply(file_job(folder, "*.yml"));
    CHECK(watcher.of("j") == "a:1 ");
    folder.write("a.yml", "- targets: ['a:2']\n");
    CHECK(watcher.becomes("j", "a:2 "));
    folder.write("new.tmp", "- targets: ['b:1']\n");
    std::filesystem::rename(folder.at("new.tmp"), folder.at("b.yml"));
    CHECK(watcher.becomes("j", "a:2 b:1 "));
    std::filesystem::remove(folder.at("a.yml"));
    CHECK(watcher.becomes("j", "b:1 "));
  }

  TEST_CASE("a file that breaks keeps its groups until it is whole again") {
    TemporaryFolder folder;
    folder.write("a.yml", "- targets: ['a:1']\n");
    Watcher watcher;
    watcher.apply(file_job(folder, "a.yml"));
    folder.write("a.yml", "- targts: ['a:2']\n");
    CHECK(watcher.calls_within(std::chrono::milliseconds(300)) == 0);
    CHECK(watcher.of("j") == "a:1 ");
    folder.write("a.yml", "- targets: ['a:3']\n");
    CHECK(watcher.becomes("j", "a:3 "));
  }

  TEST_CASE("a file that is written again without a change is no news") {
    TemporaryFolder folder;
    folder.write("a.yml", "- targets: ['a:1']\n");
    Watcher watcher;
    watcher.apply(file_job(folder, "a.yml"));
    folder.write("a.yml", "- targets: ['a:1']\n");
    CHECK(watcher.calls_within(std::chrono::milliseconds(300)) == 0);
  }

  TEST_CASE("a folder that appears later is found by the refresh") {
    TemporaryFolder folder;
    Watcher watcher;
    watcher.apply(file_job(folder, "later/a.yml", "    refresh_interval: 200ms\n"));
    CHECK(watcher.of("j").empty());
    std::filesystem::create_directory(folder.path() + "/later");
    folder.write("later/a.yml", "- targets: ['a:1']\n");
    CHECK(watcher.becomes("j", "a:1 "));
  }

  TEST_CASE("a reload keeps what did not change and ends what is gone") {
    TemporaryFolder folder;
    folder.write("a.yml", "- targets: ['a:1']\n");
    Watcher watcher;
    watcher.apply(file_job(folder, "a.yml"));
    folder.write("a.yml", "broken: [\n");
    watcher.apply(file_job(folder, "a.yml", "  honor_labels: true\n"));
    CHECK(watcher.of("j") == "a:1 ");
    CHECK(watcher.source_count() == 1);
    watcher.apply(file_job(folder, "a.yml", "    refresh_interval: 1s\n"));
    CHECK(watcher.of("j").empty());
    watcher.apply("scrape_configs: []\n");
    CHECK(watcher.source_count() == 0);
    const int calls = watcher.calls();
    folder.write("a.yml", "- targets: ['a:9']\n");
    CHECK(watcher.calls_within(std::chrono::milliseconds(200)) == 0);
    CHECK(watcher.calls() == calls);
  }
}

}  // namespace
}  // namespace sonde::discovery
