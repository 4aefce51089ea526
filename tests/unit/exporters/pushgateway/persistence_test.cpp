#include "exporters/pushgateway/persistence.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "common/core/clock.h"
#include "exporters/pushgateway/push_reader.h"
#include "exporters/pushgateway/record_format.h"
#include "tests/unit/common/io/fault_file_system.h"
#include "tests/unit/temporary_folder.h"

namespace sonde::pushgateway {
namespace {

class Folder : public TemporaryFolder {
 public:
  std::string file() const { return at("groups"); }
  std::vector<std::string> names() const { return *io::real_file_system().list(path()); }
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

// A gateway's store and files, without its HTTP side.
class Lab {
 public:
  explicit Lab(const std::string& path, bool sync = false)
      : persistence_(
            std::make_unique<Persistence>(Persistence::Parts{*loop_, logger_, files, store}, path, sync)),
        opened(persistence_->open()) {}

  Status push(std::string_view path, std::string_view body, PushMode mode = PushMode::ReplaceGroup) {
    const GroupingKey key = *parse_grouping_key(path, true);
    auto prepared = GroupStore::prepare(PushReader(body, key, true).read()->families, 1);
    std::string record;
    append_group(record, mode == PushMode::ReplaceGroup ? RecordKind::Replace : RecordKind::Merge, key,
                 {1, 0}, prepared);
    if (auto written = persistence_->append(record); !written) return written;
    store.apply(key, std::move(prepared), mode, {1, 0});
    return Ok{};
  }
  // A snapshot, all of it.
  void compact(const std::function<void()>& meanwhile = [] {}) {
    persistence_->compact();
    loop_->post(meanwhile);
    loop_->after(std::chrono::milliseconds(200), [this] { loop_->stop(); });
    loop_->run();
  }
  // What was put off, and what waits for the disk.
  void run() {
    loop_->after(std::chrono::milliseconds(20), [this] { loop_->stop(); });
    loop_->run();
  }
  std::string page() const {
    std::string out;
    store.render(out);
    return out;
  }
  io::FaultFileSystem files;
  GroupStore store{{}};

 private:
  SystemClock clock_;
  Logger logger_{clock_, -1};
  std::unique_ptr<loop::EventLoop> loop_ = std::move(*loop::EventLoop::make(clock_));
  std::unique_ptr<Persistence> persistence_;

 public:
  Status opened;
};

// Copies the folder, as a crash would leave it, so that the lock of the first process is not in the way.
std::string crash_copy(const Folder& from, const Folder& to) {
  const auto folder = std::filesystem::path(from.file()).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::filesystem::copy(entry.path(),
                          std::filesystem::path(to.file()).parent_path() / entry.path().filename());
  }
  return to.file();
}

}  // namespace

TEST_SUITE("pushgateway/persistence") {
  TEST_CASE("what was appended is there after a crash and after a clean end") {
    Folder folder;
    std::string page;
    {
      Lab lab(folder.file());
      REQUIRE(lab.opened);
      REQUIRE(
          lab.push("job/a/zone/x y", "# HELP m With \\n in it.\n# TYPE m gauge\nm{t=\"a\\\"b\"} 1e-05\n"));
      REQUIRE(lab.push("job/empty", ""));
      REQUIRE(
          lab.push("job/hole/instance@base64/=", "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 2\nh_count 2\n"));
      REQUIRE(lab.push("job/a/zone/x y", "n +Inf\n", PushMode::ReplaceFamilies));
      page = lab.page();
      Folder crashed;
      Lab after(crash_copy(folder, crashed));
      REQUIRE(after.opened);
      CHECK(after.page() == page);
    }
    CHECK(folder.names() == std::vector<std::string>{"groups", "groups.lock"});
    Lab again(folder.file());
    REQUIRE(again.opened);
    CHECK(again.page() == page);
  }

  TEST_CASE("a snapshot takes the journal's place and pushes go on") {
    Folder folder;
    Lab lab(folder.file());
    REQUIRE(lab.opened);
    for (int i = 0; i < 50; ++i) REQUIRE(lab.push("job/j" + std::to_string(i), "m 1\n"));
    lab.compact();
    CHECK(folder.names() == std::vector<std::string>{"groups", "groups.journal.2", "groups.lock"});
    REQUIRE(lab.push("job/j3", "m 2\n"));
    REQUIRE(lab.push("job/late", "m 3\n"));
    Folder crashed;
    Lab after(crash_copy(folder, crashed));
    REQUIRE(after.opened);
    CHECK(after.page() == lab.page());
  }

  TEST_CASE("a push during a snapshot is not lost") {
    Folder folder;
    Lab lab(folder.file());
    for (int i = 0; i < 20; ++i) {
      REQUIRE(lab.push("job/j" + std::to_string(i), "m{l=\"" + std::string(100'000, 'x') + "\"} 1\n"));
    }
    // Written in steps: the first is done, the others come when the loop runs.
    lab.compact([&] { REQUIRE(lab.push("job/j1", "m 4\n")); });
    REQUIRE(lab.push("job/j2", "m 5\n"));
    Folder crashed;
    Lab after(crash_copy(folder, crashed));
    CHECK(after.page() == lab.page());
  }

  TEST_CASE("the push that makes a journal too large is in the snapshot") {
    Folder folder;
    Lab lab(folder.file());
    const std::string label(1'000'000, 'x');
    uint64_t number = 0;
    // Until the first snapshot has begun: the push that caused it is the last one.
    while (!std::filesystem::exists(folder.file()) && number < 100) {
      REQUIRE(lab.push("job/a", "m{l=\"" + label + "\"} " + std::to_string(++number) + "\n"));
      if (number >= 64) lab.run();  // The journal may have 64 MiB.
    }
    CHECK(number > 60);
    CHECK(number < 100);
    Folder crashed;
    Lab after(crash_copy(folder, crashed));
    CHECK(after.page() == lab.page());
  }

  TEST_CASE("a journal cut at any byte gives the pushes before the cut") {
    Folder folder;
    std::vector<std::string> pages;
    std::vector<size_t> ends;
    const std::string journal = folder.file() + ".journal.1";
    Lab lab(folder.file());
    const auto note = [&] {
      pages.push_back(lab.page());
      ends.push_back(content_of(journal).size());
    };
    note();
    REQUIRE(lab.push("job/a", "m 1\n"));
    note();
    REQUIRE(lab.push("job/b", "m 2\n"));
    note();
    const std::string whole = content_of(journal);
    for (size_t length = 0; length <= whole.size(); ++length) {
      CAPTURE(length);
      Folder cut;
      write(cut.file() + ".journal.1", std::string_view(whole).substr(0, length));
      Lab after(cut.file());
      REQUIRE(after.opened);
      size_t last = 0;
      while (last + 1 < ends.size() && ends[last + 1] <= length) ++last;
      CHECK(after.page() == pages[last]);
    }
  }

  TEST_CASE("a broken file is kept and what is good in it is taken") {
    Folder folder;
    {
      Lab lab(folder.file());
      REQUIRE(lab.push("job/a", "m 1\n"));
      REQUIRE(lab.push("job/b", "m 2\n"));
    }
    std::string broken = content_of(folder.file());
    broken[broken.find("m{") + 1] = '[';
    write(folder.file(), broken);
    {
      Lab lab(folder.file());
      REQUIRE(lab.opened);
      CHECK(lab.store.groups().size() == 1);
      CHECK(content_of(folder.file() + ".broken.1") == broken);
      REQUIRE(lab.push("job/c", "m 3\n"));
    }
    CHECK(content_of(folder.file() + ".broken.1") == broken);
    Lab again(folder.file());
    CHECK(again.store.groups().size() == 2);
  }

  TEST_CASE("a file of another program is kept and an empty one is nothing") {
    for (const std::string& text : {std::string("rubbish"), std::string(5000, '\7'), std::string("SPG1")}) {
      CAPTURE(text);
      Folder folder;
      write(folder.file(), text);
      {
        Lab lab(folder.file());
        REQUIRE(lab.opened);
        REQUIRE(lab.push("job/a", "m 1\n"));
      }
      CHECK(content_of(folder.file() + ".broken.1") == text);
      // The same rubbish once more does not make a second copy.
      write(folder.file(), text);
      { Lab lab(folder.file()); }
      CHECK_FALSE(std::filesystem::exists(folder.file() + ".broken.2"));
    }
    Folder folder;
    write(folder.file(), "");
    { Lab lab(folder.file()); }
    CHECK_FALSE(std::filesystem::exists(folder.file() + ".broken.1"));
  }

  TEST_CASE("it refuses to start where data could be lost") {
    Folder folder;
    {
      Lab first(folder.file());
      Lab second(folder.file());
      REQUIRE_FALSE(second.opened);
      CHECK(second.opened.error().message().find("is held by process") != std::string::npos);
    }
    std::filesystem::remove(folder.file());
    std::filesystem::create_directory(folder.file());
    Lab unreadable(folder.file());
    CHECK_FALSE(unreadable.opened);
    Lab nowhere("/nonexistent/folder/groups");
    CHECK_FALSE(nowhere.opened);
  }

  TEST_CASE("a full disk refuses the push and leaves a journal that can be read") {
    Folder folder;
    Lab lab(folder.file());
    REQUIRE(lab.push("job/a", "m 1\n"));
    for (int64_t left = 0; left < 60; left += 7) {
      CAPTURE(left);
      lab.files.fail_after_bytes(left);
      CHECK_FALSE(lab.push("job/b", "m 1\n"));
      lab.files.fail_after_bytes(-1);
      Folder crashed;
      Lab after(crash_copy(folder, crashed));
      REQUIRE(after.opened);
      CHECK(after.page() == lab.page());
    }
    REQUIRE(lab.push("job/b", "m 1\n"));
    Folder crashed;
    Lab after(crash_copy(folder, crashed));
    CHECK(after.store.groups().size() == 2);
  }

  TEST_CASE("a snapshot that fails leaves everything in place") {
    Folder folder;
    Lab lab(folder.file());
    REQUIRE(lab.push("job/a", "m 1\n"));
    lab.files.fail_renames(true);
    lab.compact();
    lab.files.fail_renames(false);
    REQUIRE(lab.push("job/b", "m 1\n"));
    Folder crashed;
    Lab after(crash_copy(folder, crashed));
    CHECK(after.page() == lab.page());
    lab.compact();
    Folder later;
    Lab last(crash_copy(folder, later));
    CHECK(last.page() == lab.page());
  }

  TEST_CASE("with sync each record is on the disk before it counts") {
    Folder folder;
    Lab lab(folder.file(), true);
    const uint64_t before = lab.files.sync_count();
    REQUIRE(lab.push("job/a", "m 1\n"));
    CHECK(lab.files.sync_count() == before + 1);
    lab.files.fail_syncs(true);
    CHECK_FALSE(lab.push("job/b", "m 1\n"));
    lab.files.fail_syncs(false);
    CHECK(lab.store.groups().size() == 1);
  }
}

}  // namespace sonde::pushgateway
