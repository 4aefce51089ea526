"""The Redis exporter with many keys, clients, targets and scrapes, and with servers that stop in the middle.

usage: load_test.py [KEYS] [SCRAPES]    by hand: 1000000 10000
"""
import contextlib
import os
import resource
import signal
import socket
import sys
import threading
import time

import harness
import lab
from expositions import check, page

KEYS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
SCRAPES = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SLOW = 4 if harness.SANITIZED else 1
# A batch of one key and many patterns make every walk a long one.
LONG_WALK = ["--count-keys=" + ",".join(["key:*"] + [f"other{i}:*" for i in range(99)]), "--check-keys-batch-size=1"]
ENV = {"REDIS_PASSWORD": lab.PASSWORD}


def fill(port):
    """Keys by a pipeline, which is the quickest way that every version has."""
    with socket.create_connection(("127.0.0.1", port), 60) as peer:
        peer.sendall(lab.words("AUTH", lab.PASSWORD))
        answers = peer.makefile("rb")
        answers.readline()
        for begin in range(0, KEYS, 1000):
            peer.sendall(b"".join(lab.words("SET", f"key:{i}", "value") for i in range(begin, min(begin + 1000, KEYS))))
            for _ in range(begin, min(begin + 1000, KEYS)):
                assert answers.readline() == b"+OK\r\n"


def errors(got):
    return [dict(labels)["err"] for name, labels in got.samples if name == "redis_exporter_last_scrape_error"]


def scrape(base, seconds, query="/metrics"):
    begun = time.monotonic()
    got = page(base + query, headers={"X-Prometheus-Scrape-Timeout-Seconds": str(seconds)}, timeout=120)
    return got, time.monotonic() - begun


def test_keys(port, address):
    with lab.exporter(None, address, "--count-keys=key:*", "--check-key-groups=^(key):", env=ENV) as (base, _):
        got, seconds = scrape(base, 60)
        check(got.value("redis_keys_count", db="db0", key="key:*") == KEYS, f"{KEYS} keys are counted in {seconds:.2f} s")
        check(got.value("redis_key_group_count", db="db0", key_group="key") == KEYS, "and grouped")
    with lab.exporter(None, address, *LONG_WALK, env=ENV) as (base, _):
        got, seconds = scrape(base, 1)
        check(got.value("redis_up") == 1 and seconds < 1 * SLOW, f"a walk that is too long ends in time ({seconds:.2f} s)")
        counted = sum(name == "redis_keys_count" for name, _ in got.samples)
        check(counted < 100 and errors(got) == ["count-keys: not all of them in the time of a scrape"],
              f"{100 - counted} counts are left out and the reason is told")
        check("redis_slowlog_length" in got.names() and got.value("redis_db_keys", db="db0") == KEYS, "all else is there")
        waits = []
        walk = threading.Thread(target=scrape, args=(base, 2))
        walk.start()
        while walk.is_alive():
            begun = time.monotonic()
            lab.tell(port, ["GET", "key:1"])
            waits.append(time.monotonic() - begun)
        check(max(waits) < 0.5 * SLOW, f"the server answers others meanwhile ({max(waits) * 1000:.0f} ms at most)")
    with lab.exporter(None, address, "--check-keys=key:*", env=ENV) as (base, process):
        got, seconds = scrape(base, 60)
        shown = sum(name == "redis_key_size" for name, _ in got.samples)
        check(shown == min(KEYS, 100_000), f"{shown} keys are shown in {seconds:.2f} s")
        check(bool(errors(got)[0]) == (KEYS > 100_000), "and that there are more")


def test_trouble():
    """Servers that stop, die, come back, and change their password while a walk is under way."""
    port = harness.free_port()
    command = lab.server_command(port)
    flags = [f"--redis.addr=redis://127.0.0.1:{port}", *LONG_WALK]

    def up():
        return harness.wait_for(lambda: b"PONG" in lab.tell(port, ["PING"]), what="redis-server")

    with lab.exporter(None, *flags, env=ENV) as (base, _):
        with harness.running(command) as server:
            up()
            fill(port)

            def after(seconds, number):
                time.sleep(seconds)
                server.send_signal(number)

            stopper = threading.Thread(target=after, args=(0.2, signal.SIGSTOP))
            stopper.start()
            got, seconds = scrape(base, 2)
            stopper.join()
            check(got.value("redis_up") == 0 and seconds < 2 * SLOW, f"stopped in the middle of a walk: redis_up 0 in time ({seconds:.2f} s)")
            check(got.value("redis_connected_clients") is not None, "with what was there before")
            got, seconds = scrape(base, 1)
            check(got.value("redis_up") == 0 and seconds < 1 * SLOW, f"stopped before a scrape: redis_up 0 in time ({seconds:.2f} s)")
            server.send_signal(signal.SIGCONT)
            harness.wait_for(lambda: scrape(base, 2)[0].value("redis_up") == 1, what="redis_up")
            killer = threading.Thread(target=after, args=(0.2, signal.SIGKILL))
            killer.start()
            got, seconds = scrape(base, 5)
            killer.join()
            check(got.value("redis_up") == 0 and seconds < 2 * SLOW, f"killed in the middle of a walk: redis_up 0 at once ({seconds:.2f} s)")
        check(scrape(base, 1)[0].value("redis_up") == 0, "gone: redis_up 0")
        with harness.running(command):
            up()
            check(scrape(base, 2)[0].value("redis_up") == 1, "started again: redis_up 1")
            lab.tell(port, ["CONFIG", "SET", "requirepass", "another"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])
            got, _ = scrape(base, 2)
            check(got.value("redis_up") == 0 and "WRONGPASS" in errors(got)[0], "another password: redis_up 0 with its reason")


def test_clients(port, address):
    """As many connections as the limit of descriptors lets this test make, 2,000 at most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        soft = min(hard, 4096)
    count = max(10, min(2_000, soft - 200))
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
        with lab.exporter(None, address, "--export-client-list", "--export-client-port", env=ENV) as (base, _):
            got, seconds = scrape(base, 10)
            shown = sum(name == "redis_connected_client_info" for name, _ in got.samples)
            check(shown > count, f"{shown} clients are shown in {seconds:.2f} s")


def test_targets(port):
    """A hundred targets at once, among them twenty that hang and twenty that refuse."""
    with contextlib.ExitStack() as stack:
        hanging = [stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=100)).getsockname()[1] for _ in range(20)]
        refusing = [harness.free_port() for _ in range(20)]
        # Each user is a target of its own.
        good = [f"redis://u{i}@127.0.0.1:{port}/{i % 16}" for i in range(60)]
        lab.tell(port, *(["ACL", "SETUSER", f"u{i}", "on", ">" + lab.PASSWORD, "~*", "+@all"] for i in range(60)))
        base, process = stack.enter_context(lab.exporter(None, "--redis.addr=", env=ENV))
        results = {}

        def ask(target):
            results[target] = scrape(base, 4, "/scrape?target=" + target)

        threads = [threading.Thread(target=ask, args=(target,)) for target in
                   [f"127.0.0.1:{bad}" for bad in hanging + refusing] + good]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        slowest = max(results[target][1] for target in good)
        check(all(results[target][0].value("redis_up") == 1 for target in good) and slowest < 3 * SLOW,
              f"60 good targets are up ({slowest:.2f} s at most)")
        check(all(got.value("redis_up") == 0 and seconds < 4 * SLOW for target, (got, seconds) in results.items() if target not in good),
              "40 bad ones are not, and are told so in time")
        test_leaks(base, process, good[0], refusing[0])


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def test_leaks(base, process, good, refusing):
    before = descriptors(process)
    for i in range(SCRAPES):
        harness.fetch(base + "/scrape?target=" + (good if i % 2 else f"127.0.0.1:{refusing}"))
    # The last connections of this test are closed a little later.
    harness.wait_for(lambda: descriptors(process) <= before, what=f"{before} descriptors after {SCRAPES} scrapes")
    print(f"ok: no descriptor is lost in {SCRAPES} scrapes")


def main():
    with lab.server() as port:
        address = f"--redis.addr=redis://127.0.0.1:{port}"
        fill(port)
        test_keys(port, address)
        test_clients(port, address)
        test_targets(port)
    test_trouble()


main()
