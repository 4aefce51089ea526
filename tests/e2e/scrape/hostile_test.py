#!/usr/bin/env python3
"""Targets that misbehave in every way cost only their own scrapes: a good one beside them never misses any."""
import gzip
import json
import os
import socket
import sys
import tempfile
import threading
import time
import urllib.parse

import harness

INTERVAL_SECONDS = 3 if harness.SANITIZED else 1
ANONYMOUS_BYTES_MAX = 1000 << 20  # Two peers never end, a body taken is at most 256 MiB, and a string doubles as it grows.


def head(status="200 OK", content_type="text/plain", extra=""):
    return f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{extra}".encode()


def whole(body, **kinds):
    return lambda c: c.sendall(head(**kinds) + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def slow(connection):
    connection.sendall(head() + b"\r\na ")
    time.sleep(30)


def endless(connection):
    connection.sendall(head() + b"\r\n")
    while True:
        connection.sendall(b"a_metric_that_goes_on 1\n" * 4096)


def huge(connection):
    connection.sendall(head() + b"Content-Length: %d\r\n\r\n" % (10 << 30))
    block = b"b" * (1 << 20)
    for _ in range(10 << 10):
        connection.sendall(block)


def mid_body(connection):
    connection.sendall(head() + b"Content-Length: 1000\r\n\r\na 1\n")


GZIPPED = gzip.compress(b"a 1\n" * 1000)

PEERS = {
    "slow": slow,
    "endless": endless,
    "huge": huge,
    "mid_body": mid_body,
    "bomb": whole(gzip.compress(b"0" * (64 << 20)) * 64, extra="Content-Encoding: gzip\r\n"),
    "not_utf8": whole(b'a{b="\xff\xfe"} 1\n'),
    "five_hundred": whole(b"no", status="500 Internal Server Error"),
    "html": whole(b"<html>", content_type="text/html"),
    "no_type": lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na 1\n"),
    "half_gzip": whole(GZIPPED[: len(GZIPPED) // 2], extra="Content-Encoding: gzip\r\n"),
    "not_gzip": whole(b"a 1\n", extra="Content-Encoding: gzip\r\n"),
    "nonsense": lambda c: c.sendall(b"\x00\x01\x02\r\n\r\n"),
    "silent": lambda c: None,
    "circle": lambda c: c.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"),
}


GOOD_SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"# TYPE good counter\\ngood 42\\n")
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def serve(peer, until):
    """Listens on a free port; each connection gets one request's answer and is closed."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)

    def one(connection):
        with connection:
            try:
                if connection.recv(65536):
                    peer(connection)
            except OSError:
                pass

    def loop():
        while not until.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


def anonymous_bytes(pid):
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    return 0


def main():
    until = threading.Event()
    ports = {name: serve(peer, until) for name, peer in PEERS.items()}
    good = harness.free_port()
    # A process of its own: the peers that never end would starve it here.
    serving = harness.running([sys.executable, "-c", GOOD_SERVER, str(good)])
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as folder:
        jobs = [("good", good), *ports.items()]
        with open(os.path.join(folder, "prometheus.yml"), "w") as out:
            out.write(f"global: {{scrape_interval: {INTERVAL_SECONDS}s, scrape_timeout: {900 * INTERVAL_SECONDS}ms}}\nscrape_configs:\n")
            for name, target_port in jobs:
                out.write(f"- job_name: {name}\n  static_configs: [{{targets: ['127.0.0.1:{target_port}']}}]\n")
        command = [harness.ours("sonde-scraper"), f"--config.file={folder}/prometheus.yml",
                   f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        with serving, harness.running(command, log=os.path.join(folder, "log")) as process:
            def query(expression):
                url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
                status, _, body = harness.fetch(url)
                assert status == 200, body
                return json.loads(body)["data"]["result"]

            def ups():
                return {r["metric"]["job"]: r["value"][1] for r in query("up")}

            harness.wait_for(lambda: set(ups()) == {name for name, _ in jobs}, 20, "an `up` of every target")
            worst = 0
            for _ in range(80 * INTERVAL_SECONDS):
                worst = max(worst, anonymous_bytes(process.pid))
                time.sleep(0.1)
            expected = {name: "1" if name == "good" else "0" for name, _ in jobs}
            assert ups() == expected, ups()
            assert query("good")[0]["value"][1] == "42"
            # Two of the slowest kind of neighbour share its shard; a scrape of the good one may be late, none is lost.
            missed = query(f"count_over_time(up{{job='good'}}[{6 * INTERVAL_SECONDS}s]) < 5")
            assert not missed, missed
            assert not query(f"min_over_time(up{{job='good'}}[{6 * INTERVAL_SECONDS}s]) < 1")
            _, _, body = harness.fetch(f"http://127.0.0.1:{port}/api/v1/targets")
            errors = {t["scrapePool"]: t["lastError"] for t in json.loads(body)["data"]["activeTargets"]}
            for name, error in sorted(errors.items()):
                print(f"{name}: {error}")
                assert bool(error) == (name != "good"), (name, error)
            print(f"worst anonymous memory: {worst >> 20} MiB")
            assert worst < ANONYMOUS_BYTES_MAX or harness.SANITIZED  # Their shadow is memory as well.
            assert process.poll() is None
        until.set()


if __name__ == "__main__":
    sys.exit(main())
