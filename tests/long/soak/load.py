"""What goes on beside the scraping: pushes, probes, queries, commands to the Redis server, reloads. Drawn from a seed.

Names come from fixed sets, so that nothing may grow by what is asked; groups vanish from the pushgateway and come back.
"""
import json
import queue
import random
import threading
import urllib.parse

import harness

PUSHED_GROUPS = 50
STEP_SECONDS = 0.2
# Within the warm-up: what a query needs grows with the rows that it reads, and from then on may not.
RANGES_SECONDS = (60, 300, 600)
QUERIES = ("sum by (kind) (up)", "sum(rate(node_cpu_seconds_total[1m])) by (mode)", "topk(5, scrape_duration_seconds)",
           "rate(redis_commands_processed_total[30s])", "mysql_global_status_threads_running", "count({__name__=~'pushed_.*'})",
           "histogram_quantile(0.9, sum(rate(prometheus_http_request_duration_seconds_bucket[1m])) by (le))")


class Load:
    def __init__(self, fleet, seed):
        self.fleet, self.rng, self.over = fleet, random.Random(seed), threading.Event()
        self.done, self.failed = {}, queue.SimpleQueue()
        self.thread = threading.Thread(target=self.run, daemon=True)
        # How often, in proportion, and what.
        self.deeds = {self.push: 50, self.delete: 5, self.probe: 20, self.query: 15, self.query_range: 8, self.redis: 20, self.reload: 0.2}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        while not self.over.wait(STEP_SECONDS):
            deed, = self.rng.choices(list(self.deeds), self.deeds.values())
            try:
                deed()
                self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1
            except Exception as error:  # The main thread reports it.
                self.failed.put(f"{deed.__name__}: {error!r}")

    def problems(self):
        """What failed since the last call."""
        return [self.failed.get() for _ in range(self.failed.qsize())]

    def ask(self, name, path, **options):
        status, _, body = harness.fetch(self.fleet.urls[name] + path, **options)
        assert status in (200, 202), f"{name}{path}: {status}, {body[:200]}"
        return body

    def group(self):
        return f"/metrics/job/nightly/instance/host{self.rng.randrange(PUSHED_GROUPS)}"

    def push(self):
        lines = [f'pushed_value{{n="{n}"}} {self.rng.uniform(0, 1e6):.3f}\n' for n in range(20)]
        body = "# TYPE pushed_value gauge\n" + "".join(lines)
        self.ask("sonde-pushgateway", self.group(), method=self.rng.choice(("PUT", "POST")), data=body.encode())

    def delete(self):
        self.ask("sonde-pushgateway", self.group(), method="DELETE")

    def probe(self):
        """One in three of a port at which nobody listens."""
        port = self.rng.choice((self.fleet.address("sonde-node-exporter"), f"127.0.0.1:{self.fleet.redis_port}", "127.0.0.1:1"))
        body = self.ask("sonde-blackbox-exporter", f"/probe?module=tcp&target={port}")
        wanted = b"probe_success 0" if port.endswith(":1") else b"probe_success 1"
        assert wanted in body, (port, body[-300:])

    def query(self):
        body = self.ask("sonde-scraper", "/api/v1/query?" + urllib.parse.urlencode({"query": self.rng.choice(QUERIES)}))
        assert json.loads(body)["status"] == "success", body[:200]

    def query_range(self):
        words = {"query": self.rng.choice(QUERIES), "step": "15"}
        newest = float(json.loads(self.ask("sonde-scraper", "/api/v1/query?query=time()"))["data"]["result"][0])
        words |= {"start": f"{newest - self.rng.choice(RANGES_SECONDS):.3f}", "end": f"{newest:.3f}"}
        body = self.ask("sonde-scraper", "/api/v1/query_range?" + urllib.parse.urlencode(words), timeout=30)
        assert json.loads(body)["status"] == "success", body[:200]

    def redis(self):
        key = f"key{self.rng.randrange(200)}"
        self.redis_tell(["SET", key, str(self.rng.random())], ["GET", key], ["LPUSH", "list", key], ["LTRIM", "list", "0", "99"])

    def redis_tell(self, *commands):
        said = harness.lab("redis").tell(self.fleet.redis_port, *commands)
        assert b"-ERR" not in said, said

    def reload(self):
        self.ask("sonde-scraper", "/-/reload", method="POST")
