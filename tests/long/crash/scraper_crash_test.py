"""Kills sonde-scraper with SIGKILL at random times while it scrapes. What a target had served 200 ms before the kill must be
answered after the next start, and nothing may be answered that no target served.

    scraper_crash_test.py [COUNT [SEED]]
"""
import collections
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import harness

ALLOWED_LOSS_S = 0.200
TARGETS = 10
SERIES = 40
INTERVAL = "100ms"


class Served:
    """What each target has served: its sequence number and when the body was handed to the kernel."""

    def __init__(self):
        self.lock = threading.Lock()
        self.next = collections.Counter()
        self.times = collections.defaultdict(dict)  # target → value → time

    def body(self, target):
        with self.lock:
            self.next[target] += 1
            value = self.next[target]
        # The first series says which body it was; the others depend on it, some with decimals, some constant.
        lines = [f"# TYPE sequence counter\nsequence {value}\n"]
        lines += [f'wave{{n="{n}"}} {(value * (n + 1)) % 97 / 4}\n' for n in range(SERIES)]
        return value, "".join(lines).encode()

    def done(self, target, value):
        with self.lock:
            self.times[target][value] = time.time()


def serve(served):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            target = self.path.rsplit("/", 1)[1]
            value, body = served.body(target)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            served.done(target, value)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_):
            pass  # A killed scraper breaks its connections.

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def write_config(folder, port):
    targets = "".join(f"""
  - job_name: t{t}
    metrics_path: /t/{t}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]""" for t in range(TARGETS))
    path = os.path.join(folder, "prometheus.yml")
    with open(path, "w") as file:
        file.write(f"global: {{scrape_interval: {INTERVAL}, scrape_timeout: {INTERVAL}}}\nscrape_configs:{targets}\n")
    return path


def query(url, expression, at=None):
    text = urllib.parse.urlencode({"query": expression} | ({"time": f"{at:.3f}"} if at else {}))
    status, _, body = harness.fetch(f"{url}/api/v1/query?{text}", timeout=60)
    assert status == 200, body[:300]
    return json.loads(body)["data"]["result"]


def check(url, served, kills):
    """Everything stored was served, and everything that was served early enough is stored. Gives how much before the last kill
    the oldest lost body was served, and how many bodies no kill explains (their scrape timed out on a busy machine)."""
    killed_at = kills[-1]
    lost_most = 0.0
    unexplained = 0
    stored = {series["metric"]["job"][1:]: series["values"] for series in query(url, "sequence[2h]")}
    for target in map(str, range(TARGETS)):
        values = {int(v): float(t) for t, v in stored.get(target, [])}
        with served.lock:
            times = dict(served.times[target])
        invented = [v for v in values if v not in times and v > served.next[target]]
        assert not invented, f"target {target}: nobody served {invented[:5]}"
        strange = [v for v, t in values.items() if v in times and abs(times[v] - t) > 5]
        assert not strange, f"target {target}: wrong times for {strange[:5]}"
        missing = [v for v, at in times.items()
                   if v not in values and not any(k - ALLOWED_LOSS_S <= at <= k + ALLOWED_LOSS_S for k in kills)]
        newest_stored = max(values, default=0)
        tail = [v for v in missing if v > newest_stored and times[v] < killed_at]
        unexplained += len(missing) - len(tail)
        assert not tail, f"target {target}: lost {len(tail)} bodies, {killed_at - times[tail[0]]:.3f} s before the kill"
        late = [times[v] for v in times if v > newest_stored and times[v] <= killed_at]
        if late:
            lost_most = max(lost_most, killed_at - min(late))
    return lost_most, unexplained


def check_rows(url, served):
    """The other columns of a row belong to its sequence number."""
    # Scraping goes on: both queries end at one time, before which no row is still to come.
    at = time.time() - 1
    sequence = {(s["metric"]["job"], t): int(v) for s in query(url, "sequence[2h]", at) for t, v in s["values"]}
    for series in query(url, f'wave{{n="{SERIES - 1}"}}[2h]', at):
        for t, v in series["values"]:
            assert (series["metric"]["job"], t) in sequence, f"{series['metric']} at {t}: a row without its first column"
            want = (sequence[(series["metric"]["job"], t)] * SERIES) % 97 / 4
            assert float(v) == want, f"{series['metric']} at {t}: {v}, want {want}"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    folder = tempfile.mkdtemp(prefix="sonde-scraper-crash-")
    served = Served()
    server = serve(served)
    port = harness.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [harness.ours("sonde-scraper"), f"--config.file={write_config(folder, server.server_address[1])}",
               f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    lost_most = 0.0
    unexplained = 0
    kills = []
    try:
        for kill in range(count + 1):
            process = subprocess.Popen(command)
            try:
                harness.wait_for(lambda: harness.fetch(url + "/-/ready", timeout=2)[0] == 200, 30, "ready")
                if kills:
                    lost, unexplained = check(url, served, kills)
                    lost_most = max(lost_most, lost)
                if kill == count:
                    check_rows(url, served)
                    break
                time.sleep(rng.uniform(0.3, 2.0))
            finally:
                process.send_signal(signal.SIGKILL)
                kills.append(time.time())
                process.wait()
            if kill % 20 == 19:
                print(f"{kill + 1} kills", flush=True)
        total = sum(served.next.values())
        print(f"{count} kills, {total} bodies of {SERIES + 1} samples served, most lost: {lost_most * 1000:.0f} ms before a kill, "
              f"{unexplained} scrapes that timed out")
        assert unexplained <= total // 20, "too many bodies are missing without a kill nearby"
    finally:
        server.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
