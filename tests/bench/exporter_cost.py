"""What a scrape costs an exporter, ours beside the reference's: CPU per scrape and anonymous memory after all of them.

usage: PYTHONPATH=tests/e2e SONDE_BIN=build/release/bin python3 tests/bench/exporter_cost.py [SCRAPES] [node|mysql|redis …]

Both are asked in turn, in three rounds of fresh processes over one connection each; medians of the rounds. CPU is that of the exporter's
process, user and system; the node exporters run the same collectors, the others their defaults beside one real server.
"""
import http.client
import os
import shutil
import statistics
import sys
import tempfile
import time

import harness

ROUNDS = 3
WARM_UP_SCRAPES = 20
# Those that both have.
COLLECTORS = ("cpu diskstats filefd filesystem loadavg meminfo netclass netdev netstat os pressure sockstat softnet stat textfile time "
              "uname vmstat").split()
QUIET = "--log.level=error"
HEADERS = {"plain": {}, "gzip": {"Accept-Encoding": "gzip"}}


def anonymous_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("Anonymous")).split()[1])


def cpu_seconds(pid):
    """Of the process, to the nanosecond: the number of its CPU clock is ~pid << 3 | 2 (clock_getcpuclockid)."""
    return time.clock_gettime(~pid << 3 | 2)


def measure(command, count, env=None):
    """({encoding: CPU in microseconds per scrape}, anonymous KiB, bytes of the page) of a fresh process."""
    port = harness.free_port()
    with harness.running([*command, f"--web.listen-address=127.0.0.1:{port}"], env=env) as process:
        harness.wait_http(f"http://127.0.0.1:{port}/metrics")
        connection, cost, size = http.client.HTTPConnection("127.0.0.1", port), {}, 0

        def scrape(headers):
            connection.request("GET", "/metrics", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body[:300]
            return len(body)
        for encoding, headers in HEADERS.items():
            for _ in range(WARM_UP_SCRAPES):
                size = max(size, scrape(headers))
            begun = cpu_seconds(process.pid)
            for _ in range(count):
                scrape(headers)
            cost[encoding] = (cpu_seconds(process.pid) - begun) / count * 1e6
        return cost, anonymous_kib(process.pid), size


def say(name, ours, theirs):
    def middle(rounds, what):
        return statistics.median(map(what, rounds))
    for encoding in HEADERS:
        a, b = (middle(rounds, lambda r, e=encoding: r[0][e]) for rounds in (ours, theirs))
        print(f"{name}, {encoding}: {a:.0f} us a scrape, the reference {b:.0f} us: {b / a:.1f} times the CPU")
    a, b = (middle(rounds, lambda r: r[1]) for rounds in (ours, theirs))
    print(f"{name}: {a:.0f} KiB anonymous, the reference {b:.0f} KiB: {b / a:.1f} times the memory; pages of "
          f"{ours[0][2] / 1000:.1f} and {theirs[0][2] / 1000:.1f} kB", flush=True)


def compare(name, ours, theirs, count, our_env=None, their_env=None):
    if shutil.which(theirs[0]) is None:
        return print(f"note: no {theirs[0]} here, not compared")
    rounds = [(measure([harness.ours(ours[0]), *ours[1:], QUIET], count, our_env), measure(theirs, count, their_env)) for _ in range(ROUNDS)]
    say(name, *zip(*rounds))


def node(count):
    flags = ["--collector.disable-defaults", *(f"--collector.{name}" for name in COLLECTORS)]
    compare("node", ["sonde-node-exporter", *flags], ["prometheus-node-exporter", *flags, QUIET], count)


def mysql(count):
    lab = harness.lab("mysql")
    with tempfile.TemporaryDirectory() as folder, lab.server(folder) as port:
        cnf = os.path.join(folder, "my.cnf")
        lab.write_cnf(cnf, client={"user": "sonde", "password": lab.PASSWORD, "host": "127.0.0.1", "port": port})
        off = ["--no-collect." + name for name in ("slave_status", "info_schema.innodb_cmp", "info_schema.innodb_cmpmem",
                                                   "info_schema.query_response_time")]
        source = {"DATA_SOURCE_NAME": f"sonde:{lab.PASSWORD}@tcp(127.0.0.1:{port})/"}
        compare("mysql", ["sonde-mysqld-exporter", "--config.my-cnf=" + cnf],
                ["prometheus-mysqld-exporter", "--config.my-cnf=" + cnf, *off, QUIET], count, their_env=source)


def redis(count):
    lab = harness.lab("redis")
    with lab.server() as port:
        env = {"REDIS_PASSWORD": lab.PASSWORD, "REDIS_ADDR": f"redis://127.0.0.1:{port}"}
        compare("redis", ["sonde-redis-exporter"], ["prometheus-redis-exporter"], count, env, env)


KINDS = {"node": node, "mysql": mysql, "redis": redis}


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for kind in sys.argv[2:] or KINDS:
        KINDS[kind](count)


main()
