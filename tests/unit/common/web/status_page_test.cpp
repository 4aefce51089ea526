#include "common/web/status_page.h"

#include <doctest/doctest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/unit/temporary_folder.h"

using namespace sonde;

TEST_SUITE("web/status_page") {
  TEST_CASE("threads and memory are what the kernel's files say") {
    const TemporaryFolder proc;
    // Fields as proc(5) numbers them: utime 14 is 250 ticks and stime 15 is 50.
    proc.write("task/71/stat", "71 (sync (1)) x) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0\n");
    proc.write("task/70/stat", "70 (main) R 1 2 3 4 5 6 7 8 9 10 0 1 0 0 20 0 1 0\n");
    proc.write("task/72/stat", "72 (torn) R 1 2");
    proc.write(
        "smaps_rollup",
        "5500-7ffe ---p 00000000 00:00 0 [rollup]\nRss:      9000 kB\nPss: 1 kB\nAnonymous:  4000 kB\n");
    const web::ProcessFacts facts = web::read_process_facts(proc.path());
    const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    REQUIRE(facts.threads.size() == 2);
    CHECK(facts.threads[0].id == 70);
    CHECK(facts.threads[0].name == "main");
    CHECK(facts.threads[0].state == 'R');
    CHECK(facts.threads[1].name == "sync (1)) x");
    CHECK(facts.threads[1].cpu_seconds == doctest::Approx(300 / ticks));
    CHECK(facts.resident_bytes == 9000 * 1024);
    CHECK(facts.anonymous_bytes == 4000 * 1024);
  }

  TEST_CASE("what cannot be read is left out") {
    const web::ProcessFacts facts = web::read_process_facts("/nonexistent");
    CHECK(facts.threads.empty());
    CHECK(facts.resident_bytes == 0);
  }

  TEST_CASE("this process has its threads by name") {
    std::atomic<bool> over = false;
    std::thread other([&] {
      ::pthread_setname_np(::pthread_self(), "status-test");
      while (!over) std::this_thread::yield();
    });
    bool found = false;
    while (!found) {
      for (const web::ThreadFacts& thread : web::read_process_facts("/proc/self").threads) {
        found = found || thread.name == "status-test";
      }
    }
    over = true;
    other.join();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // Their allocators do not tell.
    CHECK(web::read_process_facts("/proc/self").heap_used_bytes > 0);
#endif
  }

  TEST_CASE("no secret of a flag is shown") {
    CHECK(web::show_flag_value("redis.password", "horse") == "<secret>");
    CHECK(web::show_flag_value("redis.password", "").empty());
    CHECK(web::show_flag_value("redis.password-file", "/etc/passwords") == "/etc/passwords");
    CHECK(web::show_flag_value("redis.addr", "redis://user:ho/rs@e@host:6379") ==
          "redis://<secret>@host:6379");
    CHECK(web::show_flag_value("redis.addr", "redis://host:6379") == "redis://host:6379");
    CHECK(web::show_flag_value("web.listen-address", ":9090") == ":9090");
    CHECK(web::show_flag_value("label", "a@b://c") == "a@b://c");
  }

  TEST_CASE("the page has build and flags and memory and threads") {
    const std::string page = web::write_status_page(
        {.build = "sonde-x, version 1", .flags = {{"log.level", "info"}}, .memory = {{"head: tails", 4096}}},
        {.threads = {{.id = 7, .name = "sync", .state = 'S', .cpu_seconds = 1.5}},
         .resident_bytes = 10,
         .anonymous_bytes = 9,
         .heap_used_bytes = 8,
         .heap_free_bytes = 7});
    CHECK(page ==
          "sonde-x, version 1\n"
          "\nflags in effect\n  --log.level=info\n"
          "\nmemory, bytes\n"
          "            10  resident\n"
          "             9  anonymous, of them\n"
          "             8  heap in use\n"
          "             7  heap kept free\n"
          "          4096  head: tails\n"
          "\nthreads: id, state, CPU seconds, name\n"
          "       7 S       1.50  sync\n");
  }
}  // TEST_SUITE
