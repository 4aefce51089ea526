"""What the scraper's end-to-end scripts share: a target with known metrics, a running scraper, its API."""
import contextlib
import http.server
import json
import os
import tempfile
import threading
import urllib.parse

import harness

PAGE = """# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200"} %(n)d
requests_total{code="500"} 1
# HELP load Load.
# TYPE load gauge
load 0.25
# HELP size Sizes.
# TYPE size histogram
size_bucket{le="1"} 1
size_bucket{le="+Inf"} 3
size_sum 7.5
size_count 3
"""


class Target:
    """An HTTP server with a page of known metrics; requests_total rises by one with each scrape."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.scrapes += 1
                body = (outer.page % {"n": outer.scrapes} if outer.page is PAGE else outer.page).encode()
                self.send_response(outer.status)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.page, self.status, self.scrapes = PAGE, 200, 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Scraper:
    """A scraper (ours or the reference) with a folder of its own."""

    def __init__(self, binary, folder, jobs, *flags, port=None):
        self.folder = folder
        self.port = port or harness.free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.config = os.path.join(folder, "prometheus.yml")
        self.log = os.path.join(folder, "log")
        self.write_config(jobs)
        self.command = [binary, "--config.file=" + self.config, "--storage.tsdb.path=" + os.path.join(folder, "data"),
                        "--web.listen-address=127.0.0.1:%d" % self.port, *flags]

    def write_config(self, jobs):
        with open(self.config, "w") as file:
            json.dump({"global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                       "scrape_configs": [{"job_name": name, "static_configs": [{"targets": targets}]}
                                          for name, targets in jobs.items()]}, file)

    @contextlib.contextmanager
    def run(self):
        with harness.running(self.command, log=self.log) as process:
            harness.wait_for(lambda: harness.fetch(self.url + "/-/ready", timeout=2)[0] == 200 or process.poll(),
                             what="ready")
            assert process.poll() is None, self.log_text()
            yield process

    def log_text(self):
        with open(self.log) as file:
            return file.read()

    def ask(self, path, **parameters):
        """(status, decoded JSON) of an API path; a parameter `match` is sent as match[]."""
        pairs = [("match[]" if k == "match" else k, v) for k, v in parameters.items()]
        status, _, body = harness.fetch(self.url + "/api/v1/" + path + ("?" + urllib.parse.urlencode(pairs) if pairs else ""))
        return status, json.loads(body)

    def value(self, query, **parameters):
        """The value of the first series of an instant query, or None."""
        result = self.ask("query", query=query, **parameters)[1]["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def wait_for_up(self, job, count=1):
        harness.wait_for(lambda: self.value(f'sum(up{{job="{job}"}})') == count, what=f"{job} to be up")


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="sonde-e2e-") as path:
        yield path
