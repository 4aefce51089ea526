"""/debug/status of every binary: its flags without secrets, its threads, and memory that agrees with the kernel's figures."""
import os
import re
import tempfile

import harness
from expositions import check

SECRET = "correct-horse"
FLAGS = {"sonde-redis-exporter": [f"--redis.password={SECRET}", f"--redis.addr=redis://user:{SECRET}@127.0.0.1:1"],
         "sonde-mysqld-exporter": ["--mysqld.username=nobody", "--mysqld.address=127.0.0.1:1"]}
NAMES = ("sonde-node-exporter", "sonde-mysqld-exporter", "sonde-redis-exporter", "sonde-blackbox-exporter", "sonde-pushgateway",
         "sonde-scraper")


def memory(page):
    """The rows of the table, by name."""
    return {name: int(number) for number, name in re.findall(r"^ *(\d+)  (\w.*)$", page, re.M)}


def anonymous_bytes(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return 1024 * int(re.search(r"^Anonymous:\s+(\d+)", file.read(), re.M)[1])


def flags_of(name, folder, address):
    if name == "sonde-scraper":
        with open(f"{folder}/prometheus.yml", "w", encoding="utf-8") as file:
            file.write(f"global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\nscrape_configs:\n"
                       f"- {{job_name: own, metrics_path: /outside/metrics, static_configs: [{{targets: ['{address}']}}]}}\n")
        return [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", "--web.route-prefix=/outside"]
    if name == "sonde-blackbox-exporter":
        with open(f"{folder}/blackbox.yml", "w", encoding="utf-8") as file:
            file.write("modules: {http_2xx: {prober: http}}\n")
        return [f"--config.file={folder}/blackbox.yml"]
    return FLAGS.get(name, [])


def test_page(name, folder):
    address = f"127.0.0.1:{harness.free_port()}"
    flags = flags_of(name, folder, address)
    url = f"http://{address}" + ("/outside" if name == "sonde-scraper" else "")
    with harness.running([harness.ours(name), f"--web.listen-address={address}", *flags]) as process:
        harness.wait_http(url + "/metrics")
        if name == "sonde-scraper":
            harness.wait_for(lambda: b'"value"' in harness.fetch(url + "/api/v1/query?query=prometheus_ready")[2], what="a stored row")
        status, headers, body = harness.fetch(url + "/debug/status")
        page = body.decode()
        check(status == 200 and headers["Content-Type"].startswith("text/plain"), f"{name}: a page of text")
        check(page.startswith(f"{name}, version ") and f"--web.listen-address={address}\n" in page, f"{name}: build and flags")
        check(SECRET not in page, f"{name}: no secret")
        threads = set(re.findall(r"^ *(\d+) [A-Z] +[\d.]+  \S", page, re.M))
        check(threads == set(os.listdir(f"/proc/{process.pid}/task")), f"{name}: its {len(threads)} threads")
        rows = memory(page)
        kernel = anonymous_bytes(process.pid)
        # What a sanitizer remembers of each access grows from one look to the next.
        allowed = (16 << 20) if harness.SANITIZED else (256 << 10)
        check(abs(rows["anonymous, of them"] - kernel) < allowed, f"{name}: {kernel >> 10} kB of anonymous memory")
        check(rows["heap in use"] <= kernel, f"{name}: {rows['heap in use'] >> 10} kB of heap in use")
        parts = {part: size for part, size in rows.items() if part.startswith("head: ") and "mapped" not in part}
        if name == "sonde-scraper":
            check(parts["head: open rows"] > 0 and parts["head: symbols, label sets"] > 0, f"{name}: parts of the head {parts}")
        check(harness.fetch(url + "/debug/status", "POST", b"")[0] == 405, f"{name}: GET only")


def main():
    for name in NAMES:
        if os.path.exists(harness.ours(name)):
            with tempfile.TemporaryDirectory() as folder:
                test_page(name, folder)


main()
