"""What scraping costs, ours beside the reference's: both scrape one fleet at the same time; CPU per sample, memory per series, log per sample.

usage: PYTHONPATH=tests/e2e SONDE_BIN=build/release/bin python3 tests/bench/scraper_cost.py [SECONDS [TARGETS [SERIES [SEED]]]]    (60 100 1200 1)

Every target is scraped each second, with gzip. All have the same series, as hosts with the same exporter: constants, counters,
gauges of two decimals and full doubles. CPU is counted after ten seconds, memory is the highest of the anonymous memory. Prometheus'
Go heap grows for some minutes, so that short runs flatter it.
"""
import gzip
import os
import random
import shutil
import socketserver
import sys
import tempfile
import threading
import time

import harness

WARM_UP_SECONDS = 10
BODIES = 300  # Then the values begin anew, as after a reboot.


def bodies(series, seed):
    """Pages of successive seconds, compressed."""
    rng = random.Random(seed)
    rows = []
    for n in range(series):
        kind = rng.choices(("constant", "counter", "gauge", "double"), (40, 30, 20, 10))[0]
        name = f"node_{kind}_family_{n // 8}_{'total' if kind == 'counter' else 'value'}"
        rows.append([f'{name}{{device="device{n % 8}",mode="mode_of_{n % 8}"}}', kind, rng.randrange(10**6)])
    pages = []
    for _ in range(BODIES):
        lines = []
        for row in rows:
            head, kind, value = row
            if kind == "counter":
                row[2] = value + rng.randrange(200)
            elif kind == "gauge":
                row[2] = round(value + rng.uniform(-3, 3), 2)
            elif kind == "double":
                row[2] = rng.random() * 1000
            lines.append(f"{head} {row[2]}\n")
        pages.append(gzip.compress("".join(lines).encode(), 1))
    return pages


class Fleet(socketserver.ThreadingTCPServer):
    """Answers /SIDE/TARGET with the page of the second; counts the answers of each side."""

    daemon_threads, allow_reuse_address, request_queue_size = True, True, 512

    def __init__(self, pages):
        self.pages, self.served, self.begun = pages, {"a": 0, "b": 0}, time.monotonic()
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_):
        pass  # The scrapers leave their connections behind.


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline(4096):
            while self.rfile.readline(4096).strip():
                pass
            body = self.server.pages[int(time.monotonic() - self.server.begun) % BODIES]
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Encoding: gzip\r\nContent-Length: "
                             + str(len(body)).encode() + b"\r\n\r\n" + body)
            with self.server.lock:
                self.server.served[line.split()[1].decode()[1]] += 1


class Side:
    """A scraper of the fleet in a process of its own."""

    def __init__(self, program, name, fleet, targets, folder):
        self.program, self.name, self.fleet, self.data = program, name, fleet, os.path.join(folder, name)
        self.config, self.most_kib = os.path.join(folder, name + ".yml"), 0
        port = fleet.server_address[1]
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n- job_name: fleet\n  static_configs:\n")
            file.writelines(f"  - {{targets: ['127.0.0.1:{port}'], labels: {{__metrics_path__: /{name}/{n}, instance: t{n}}}}}\n"
                            for n in range(targets))

    def running(self):
        return harness.running([self.program, f"--config.file={self.config}", f"--storage.tsdb.path={self.data}",
                                f"--web.listen-address=127.0.0.1:{harness.free_port()}", "--log.level=error"])

    def begin(self, pid):
        self.pid = pid
        self.cpu_begun, self.served_begun = self.cpu_seconds(), self.fleet.served[self.name]

    def cpu_seconds(self):
        return time.clock_gettime(~self.pid << 3 | 2)  # The process's CPU clock, as clock_getcpuclockid makes it.

    def look(self):
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
            self.most_kib = max(self.most_kib, int(next(line for line in file if line.startswith("Anonymous")).split()[1]))

    def figures(self, targets, series):
        samples = (self.fleet.served[self.name] - self.served_begun) * series
        written = sum(512 * os.stat(os.path.join(at, file)).st_blocks for at, _, files in os.walk(self.data) for file in files
                      if "/wal" in at or "/log" in at)
        return ((self.cpu_seconds() - self.cpu_begun) / samples * 1e6, self.most_kib * 1024 / (targets * series),
                written / (self.fleet.served[self.name] * series))


def main():
    given = [int(word) for word in sys.argv[1:]]
    seconds, targets, series, seed = given + [60, 100, 1200, 1][len(given):]
    reference = shutil.which("prometheus") or harness.skip("no prometheus")
    folder = tempfile.mkdtemp()
    fleet = Fleet(bodies(series, seed))
    threading.Thread(target=fleet.serve_forever, daemon=True).start()
    sides = [Side(harness.ours("sonde-scraper"), "a", fleet, targets, folder), Side(reference, "b", fleet, targets, folder)]
    with sides[0].running() as ours, sides[1].running() as theirs:
        time.sleep(WARM_UP_SECONDS)
        for side, process in zip(sides, (ours, theirs)):
            side.begin(process.pid)
        for _ in range(seconds):
            time.sleep(1)
            for side in sides:
                side.look()
        (cpu, memory, log), (their_cpu, their_memory, their_log) = (side.figures(targets, series) for side in sides)
    print(f"{targets} targets of {series} series for {seconds} s, seed {seed}: {fleet.served['a']} and {fleet.served['b']} scrapes")
    print(f"CPU per sample: {cpu:.2f} us, the reference {their_cpu:.2f} us: {their_cpu / cpu:.1f} times")
    print(f"anonymous memory per series, at most: {memory:.0f} B, the reference {their_memory:.0f} B: {their_memory / memory:.1f} times")
    print(f"log on disk per sample: {log:.2f} B, the reference {their_log:.2f} B: {their_log / log:.1f} times")
    shutil.rmtree(folder, ignore_errors=True)


main()
