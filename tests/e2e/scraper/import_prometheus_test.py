"""Moving in: a Prometheus scrapes for half a minute, cuts blocks, is killed, and is imported; then the database answers as it did."""
import contextlib
import hashlib
import http.server
import json
import os
import struct
import subprocess
import threading
import time

import harness
import lab

SECONDS = 32
VALUES = ["NaN", "+Inf", "-Inf", "0", "-0", "1e300", "5e-324", "0.1"]
# Of the last 20 seconds; the second number is the step of a range, 0 for an instant.
QUERIES = [
    ("up", 0), ("g", 0), ("g[15s]", 0), ("timestamp(g)", 0), ("rate(c_total[10s])", 1), ("c_total", 1), ("comes_and_goes", 1),
    ("sum by (job) (rate(node_cpu_seconds_total[8s]))", 2), ("node_memory_MemFree_bytes", 1), ("count by (__name__) ({job=\"node\"})", 0),
    ("changes(special[15s])", 1), ("special", 1), ("count_over_time(special[10s])", 1), ("late", 0), ("late[10m]", 0),
    ("absent(comes_and_goes)", 1), ("max_over_time(deleted[15s])", 0), ("deleted", 1), ("count_over_time(deleted[30s])", 0),
    ("histogram_quantile(0.9, sum by (le) (rate(h_bucket[10s])))", 1), ("resets(saw[20s])", 0), ("deriv(saw[5s])", 1),
    ("topk(3, node_filesystem_size_bytes)", 0), ("{__name__=~\"c_total|g\"} offset 5s", 1), ("quantile_over_time(0.5, g[10s])", 1)]


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7f | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """A field of a protobuf message: an integer, a double or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def native_page(count):
    """A family with one native histogram: schema 0, two buckets."""
    histogram = (field(1, 3 * count) + field(2, 4.5 * count) + field(5, 0) + field(6, 0.001) + field(7, count) +
                 field(12, field(1, 0) + field(2, 2)) + field(13, 2 * count) + field(13, 0))
    family = field(1, b"native") + field(2, b"Help.") + field(3, 4) + field(4, field(7, histogram))
    return varint(len(family)) + family


def text_page(count, begin, has_late):
    seconds = int(time.time())
    lines = ["# TYPE c counter", f'c_total{{code="200",x="a\\"b\\\\c é"}} {1000 + count} # {{trace_id="t{count}"}} 1',
             "# TYPE g gauge", f"g {count * 0.25}", "# TYPE special gauge", f"special {VALUES[count % len(VALUES)]}",
             "# TYPE saw gauge", f"saw {count % 7}", "# TYPE deleted gauge", f"deleted {count}"]
    if count // 12 % 2 == 0:
        lines += ["# TYPE comes_and_goes gauge", f"comes_and_goes {count}"]
    lines += ["# TYPE h histogram"] + [f'h_bucket{{le="{le}"}} {(1000 + count) * n}' for le, n in (("0.1", 1), ("1.0", 3), ("+Inf", 4))]
    lines += [f"h_count {(1000 + count) * 4}", f"h_sum {count * 1.5}"]
    if has_late:
        # Every other scrape brings a sample of long ago.
        lines += ["# TYPE late gauge", f"late {count} {seconds if count % 2 else begin - 300 + count}"]
    return "\n".join(lines + ["# EOF\n"]).encode()


class Pages:
    """An HTTP server: /metrics as OpenMetrics, /native as protobuf."""

    def __init__(self):
        counts, begin = {"/metrics": 0, "/native": 0}, int(time.time())
        self.has_late = True
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                counts[self.path] += 1
                is_text = self.path == "/metrics"
                body = text_page(counts[self.path], begin, outer.has_late) if is_text else native_page(counts[self.path])
                self.send_response(200)
                self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8" if is_text else
                                 "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Prometheus(lab.Scraper):
    def write_config(self, jobs):
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"},
                       "storage": {"tsdb": {"out_of_order_time_window": "30m"}},
                       "scrape_configs": [{"job_name": name, "metrics_path": path, "static_configs": [{"targets": [address]}]}
                                          for name, (address, path) in jobs.items()]}, file)


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def content_of(folder):
    """Every file of a folder with a digest of its bytes and its time."""
    out = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                out[path] = (hashlib.sha256(file.read()).hexdigest(), os.stat(path).st_mtime_ns)
    return out


def dump(program, folder, without=()):
    """The samples of a folder, a line each; without some metrics."""
    code, out, error = run(program, "tsdb", "dump", folder)
    assert code == 0, error
    return sorted(line for line in out.splitlines() if not any(f'__name__="{name}"' in line for name in without))


def pick_end(prometheus):
    """A time whose milliseconds no sample has, so that ranges closed and open on the left hold the same samples."""
    used = {0}
    for series in prometheus.ask("query", query='{__name__=~"up|late"}[30m]')[1]["data"]["result"]:
        used |= {round(at * 1000) % 1000 for at, _ in series["values"]}
    return int(time.time()) - 2 + next(ms for ms in range(500, 1500) if ms % 1000 not in used) % 1000 / 1000


def answers(server, end):
    out = {}
    for query, step in QUERIES:
        if step:
            _, answer = server.ask("query_range", query=query, start=f"{end - 20:.3f}", end=f"{end:.3f}", step=step)
        else:
            _, answer = server.ask("query", query=query, time=f"{end:.3f}")
        assert answer["status"] == "success", (query, answer)
        out[query] = {json.dumps(one["metric"], sort_keys=True): one.get("values") or [one["value"]]
                      for one in answer["data"]["result"]}
    return out


def same_number(a, b):
    x, y = float(a), float(b)
    return a == b or abs(x - y) <= 1e-12 * max(abs(x), abs(y))


def check_alike(theirs, ours):
    for query in theirs:
        assert theirs[query].keys() == ours[query].keys(), (query, theirs[query].keys() ^ ours[query].keys())
        for series, wanted in theirs[query].items():
            got = ours[query][series]
            assert [t for t, _ in wanted] == [t for t, _ in got], (query, series, wanted, got)
            assert all(same_number(a, b) for (_, a), (_, b) in zip(wanted, got)), (query, series, wanted, got)


def delete(prometheus, metric, start, end):
    status, _, _ = harness.fetch(f"{prometheus.url}/api/v1/admin/tsdb/delete_series?match[]={metric}&start={start}&end={end}", "POST")
    assert status == 204, status


def check_running(sondectl, prometheus, folder):
    """A Prometheus that runs is not read, but its snapshot is; the lock of a database is respected."""
    data = os.path.join(prometheus.folder, "data")
    code, _, error = run(sondectl, "tsdb", "import-prometheus", data, "--output", folder + "/refused")
    assert code == 1 and "stop it, or read a snapshot" in error, (code, error)
    assert not os.path.exists(folder + "/refused")
    _, _, body = harness.fetch(prometheus.url + "/api/v1/admin/tsdb/snapshot", "POST", timeout=60)
    snapshot = os.path.join(data, "snapshots", json.loads(body)["data"]["name"])
    code, out, error = run(sondectl, "tsdb", "import-prometheus", snapshot, "-q", "--output", folder + "/snapshot")
    assert code == 0, (code, out, error)
    os.makedirs(snapshot + "/wal", exist_ok=True)  # promtool wants one
    assert dump(harness.need("promtool"), snapshot) == dump(sondectl, folder + "/snapshot")


@contextlib.contextmanager
def scraping(folder):
    """A Prometheus that scraped for a while; it is killed at the end."""
    binary = harness.need("prometheus")
    flags = ["--storage.tsdb.min-block-duration=8s", "--storage.tsdb.max-block-duration=24s", "--web.enable-admin-api",
             "--enable-feature=exemplar-storage,native-histograms", "--log.level=warn"]
    if "--storage.tsdb.use-lockfile" in "".join(run(binary, "--help")[1:]):  # Debian's takes no lock by itself
        flags.append("--storage.tsdb.use-lockfile")
    pages, port = Pages(), harness.free_port()
    with harness.running([harness.ours("sonde-node-exporter"), f"--web.listen-address=127.0.0.1:{port}"]):
        prometheus = Prometheus(binary, folder, {"pages": (pages.address, "/metrics"), "native": (pages.address, "/native"),
                                                 "node": (f"127.0.0.1:{port}", "/metrics")}, *flags)
        with prometheus.run() as process:
            begin = time.time()
            time.sleep(SECONDS * 0.7)
            delete(prometheus, "deleted", int(begin), int(begin) + 6)
            delete(prometheus, "deleted", int(time.time()) - 3, int(time.time()) - 2)
            time.sleep(SECONDS * 0.3)
            # Nothing is to come any more that is older than the queries.
            pages.has_late = False
            time.sleep(1.5)
            yield prometheus
            process.kill()
            process.wait()


def main():
    sondectl, promtool = harness.ours("sondectl"), harness.need("promtool")
    with lab.folder() as source, lab.folder() as output:
        data, imported = os.path.join(source, "data"), os.path.join(output, "data")
        with scraping(source) as prometheus:
            check_running(sondectl, prometheus, output)
            end = pick_end(prometheus)
            theirs = answers(prometheus, end)
        assert all(theirs[query] for query in ("up", "late[10m]", "special", "deleted")), {k: len(v) for k, v in theirs.items()}
        kinds = sorted(name for name in os.listdir(data))
        assert {"wal", "wbl", "chunks_head", "lock"} <= set(kinds) and sum(len(name) == 26 for name in kinds) >= 2, kinds
        before = content_of(data)
        code, out, error = run(sondectl, "tsdb", "import-prometheus", data, "--output", imported)
        assert code == 0, (code, out, error)
        assert content_of(data) == before
        assert "samples of native histograms in the log" in out and " exemplars\n" in out and "what follows in" not in out, out
        # promtool leaves out what came late and is not in a block yet; the queries have it.
        wanted, got = dump(promtool, data, without=["late"]), dump(sondectl, imported, without=["late"])
        assert wanted == got, (len(wanted), len(got), sorted(set(wanted) ^ set(got))[:10])
        print(f"{len(got)} samples are the same")
        scraper = lab.Scraper(harness.ours("sonde-scraper"), output, {}, "--storage.tsdb.retention.time=100y")
        with scraper.run():
            check_alike(theirs, answers(scraper, end))
            code, _, error = run(sondectl, "tsdb", "import-prometheus", data, "--output", imported)
            assert code == 1 and "stop it first" in error, (code, error)
        print(f"{len(QUERIES)} queries are answered alike")


main()
