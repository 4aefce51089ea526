"""sondectl watch with what the packages install: its prometheus.yml, its blackbox.yml, the flags of its unit. A watched
server is probed within one scrape interval; when it is stopped, probe_failure_info says that it is the connect phase."""
import contextlib
import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import harness
from expositions import check

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "units"))
from unit_file import Unit  # noqa: E402

INTERVAL_SECONDS = 1


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def https_server(folder):
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run([harness.need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.server_close()


def ctl(*words):
    done = subprocess.run([harness.ours("sondectl"), *words], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


class Stack:
    """The exporter and the scraper as installed, but for ports, folders and the scrape interval."""

    def __init__(self, folder):
        self.folder = folder
        self.blackbox, self.scraper = harness.free_port(), harness.free_port()
        self.watch = os.path.join(folder, "watch.yml")
        with open("packaging/etc/sonde-scraper/prometheus.yml", encoding="utf-8") as file:
            text = file.read().replace("localhost:9115", f"localhost:{self.blackbox}")
        text, count = re.subn(r"(scrape|evaluation)_interval: 15s", rf"\1_interval: {INTERVAL_SECONDS}s", text)
        check(count == 2 and "watch.yml" in text, "the packaged prometheus.yml has a job that reads watch.yml")
        with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as file:
            file.write(text)

    @contextlib.contextmanager
    def run(self):
        packaged = "packaging/etc/sonde-blackbox-exporter/blackbox.yml"
        flags = [flag.replace("/etc/sonde/blackbox.yml", packaged) for flag in Unit("sonde-blackbox-exporter").flags()]
        probing = [harness.ours("sonde-blackbox-exporter"), *flags, f"--web.listen-address=127.0.0.1:{self.blackbox}"]
        scraping = [harness.ours("sonde-scraper"), f"--config.file={self.folder}/prometheus.yml",
                    f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.scraper}"]
        with harness.running(probing, log=f"{self.folder}/blackbox.log"), \
                harness.running(scraping, log=f"{self.folder}/scraper.log"):
            harness.wait_http(f"http://127.0.0.1:{self.blackbox}/-/healthy")
            harness.wait_for(lambda: harness.fetch(f"http://127.0.0.1:{self.scraper}/-/ready")[0] == 200, what="ready")
            yield

    def query(self, text):
        """[(labels, value)] now."""
        url = f"http://127.0.0.1:{self.scraper}/api/v1/query?query=" + urllib.parse.quote(text)
        rows = json.loads(harness.fetch(url)[2])["data"]["result"]
        return [(row["metric"], float(row["value"][1])) for row in rows]


def test_https(stack, server):
    url = f"https://127.0.0.1:{server.server_port}/"
    code, out, err = ctl("watch", url, "--insecure", f"--file={stack.watch}")
    begun = time.monotonic()
    check(code == 0 and out == f"watching {url} with module http_insecure\n" and not err, f"watch says what it does: {out}{err}")
    rows = harness.wait_for(lambda: stack.query("probe_success"), what="probe_success")
    seconds = time.monotonic() - begun
    check([(row["instance"], row["job"], row["module"], value) for row, value in rows] == [(url, "watch", "http_insecure", 1)],
          f"probe_success is 1 after {seconds:.2f} s: {rows}")
    # A moment for the file to settle and the probe itself; on a slow machine more.
    check(seconds < (INTERVAL_SECONDS + 1) * (5 if harness.SANITIZED else 1), "within one scrape interval")
    expiry = stack.query(f'probe_ssl_earliest_cert_expiry{{instance="{url}"}} - time()')
    check(len(expiry) == 1 and abs(expiry[0][1] - 2 * 86400) < 3600, f"so is the certificate's end: {expiry}")
    phases = {row["phase"] for row, _ in stack.query("probe_http_duration_seconds")}
    check({"resolve", "connect", "tls", "processing", "transfer"} == phases, f"so is the latency of each phase: {phases}")
    check(not stack.query("probe_failure_info"), "nothing fails")
    server.shutdown()
    server.server_close()
    rows = harness.wait_for(lambda: stack.query("probe_failure_info"), what="probe_failure_info")
    check([(row["instance"], row["phase"]) for row, _ in rows] == [(url, "connect")], f"the server is stopped: {rows}")
    check(stack.query("probe_success")[0][1] == 0, "and probe_success is 0")
    return url


def test_schemes(stack, https_url):
    """A target of each kind of the job; what it is probed with is in probe families that only that prober has."""
    icmp, tcp = "icmp://127.0.0.1", f"tcp://127.0.0.1:{stack.scraper}"
    dns = f"dns://127.0.0.1:{harness.free_port()}/example.org?type=SOA"
    code, out, err = ctl("watch", "--file", stack.watch, icmp, tcp, dns)
    check(code == 0 and not err, f"three more: {out}{err}")
    for url, family in ((icmp, "probe_icmp_duration_seconds"), (tcp, "probe_success"), (dns, "probe_dns_query_succeeded")):
        harness.wait_for(lambda: stack.query(f'{family}{{instance="{url}"}}'), what=f"{family} of {url}")
    check(stack.query(f'probe_success{{instance="{tcp}"}}')[0][1] == 1, "the open port is up")
    listed = [line.split() for line in ctl("watch", "list", f"--file={stack.watch}")[1].splitlines()]
    check(listed == [[dns, "dns"], [https_url, "http_insecure"], [icmp, "icmp"], [tcp, "tcp_connect"]], f"watch list: {listed}")
    code, out, err = ctl("watch", "remove", https_url, tcp, f"--file={stack.watch}")
    check(code == 0 and out.count("no longer watching") == 2, f"watch remove: {out}{err}")
    harness.wait_for(lambda: not stack.query(f'up{{instance="{https_url}"}}'), what="its series end")


def test_mistakes(stack):
    before = open(stack.watch, "rb").read()
    for words, part in ((["watch", "example.org"], "has no scheme"), (["watch", "icmp://a", "--insecure"], "has no effect"),
                        (["watch", "remove", "https://a/"], "is not watched"), (["watch"], "required argument 'url'")):
        code, out, err = ctl(*words, f"--file={stack.watch}")
        check(code == 1 and part in err and not out, f"{words}: {err}")
    check(open(stack.watch, "rb").read() == before, "and nothing is changed")
    code, _, err = ctl("watch", "https://a/", f"--file={stack.folder}/none/watch.yml")
    check(code == 1 and f"{stack.folder}/none" in err and "No such file" in err, f"a folder that is not there: {err}")


def main():
    with tempfile.TemporaryDirectory() as folder, https_server(folder) as server:
        stack = Stack(folder)
        with stack.run():
            url = test_https(stack, server)
            test_schemes(stack, url)
            test_mistakes(stack)


main()
