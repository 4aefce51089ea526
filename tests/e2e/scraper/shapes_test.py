"""Odd shapes of what is scraped, beside the reference where it is here: series that leave their target's labels,
times of their own, series that move, that two targets share, that come with every scrape."""
import http.server
import json
import os
import shutil
import threading
import time

import harness
import lab

SCRAPES = 14


class Pages:
    """A server whose body for a path is a function of how often that path was asked for; None answers 503."""

    def __init__(self, pages):
        counts = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                counts[self.path] = counts.get(self.path, 0) + 1
                body = pages[self.path](counts[self.path])
                self.send_response(200 if body is not None else 503)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body or "")))
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, *arguments):
                pass

        self.counts = counts
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def pages(base_ms):
    """The body of each path by number of scrape. Times of samples depend on the number alone."""
    def stamp(n):
        return base_ms + 1000 * n

    return {
        "/push": lambda n: (f'pushed{{job="batch",instance="b"}} {n}\npushed{{job="batch",instance=""}} {n}\n'
                            f'pushed{{job="push",instance="i"}} {n}\npushed {n + 100}\n'
                            f'pushed_other{{job="batch",instance="b"}} {n}\n' if n != 5
                            else f'pushed_other{{job="batch",instance="b"}} {n}\n'),
        "/renamed": lambda n: f'pushed{{job="batch",instance="b",exported_job="x"}} {n}\npushed{{instance="b"}} {n}\n',
        "/stamped": lambda n: (f'stamped {n} {stamp(n)}\nplain {n}\nstamped_at{{a="1"}} {n} {stamp(n)}\n'
                               f'stamped_at{{a="2"}} {n}\nstamped_past{{a="3"}} {n} {stamp(n // 3)}\n'),
        "/moving": lambda n: (f'moving{{job="moving",instance="i"}} {n}\n' if n % 2 else f'moving {n}\n') +
                             (f'moving_far{{job="far",instance="i"}} {n}\n' if n % 4 > 1 else f'moving_far {n}\n') +
                             f'stays {n}\n',
        "/pair_a": lambda n: None if n > 5 else f'shared{{job="shared",instance="s"}} 1\nshared{{job="shared",only="a"}} {n}\n',
        "/pair_b": lambda n: f'shared{{job="shared",instance="s"}} 1\nshared{{job="shared",only="b"}} {n}\n',
        "/thief": lambda n: f'stolen{{job="victim",instance="i"}} {n}\n',
        "/victim": lambda n: f'own {n}\n',
        "/growing": lambda n: "".join(f'growing{{k="{k}"}} {n}\n' for k in range(n)),
    }


def config(address, jobs):
    def job(name, path, **options):
        return {"job_name": name, "metrics_path": path, **options,
                "static_configs": [{"targets": [address], "labels": {"instance": "i"}}]}

    honor = {"honor_labels": True}
    known = [job("push", "/push", **honor), job("renamed", "/renamed"), job("stamped", "/stamped"),
             job("moving", "/moving", **honor), job("pair_a", "/pair_a", **honor), job("pair_b", "/pair_b", **honor),
             job("thief", "/thief", **honor), job("victim", "/victim"), job("growing", "/growing")]
    return {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [j for j in known if j["job_name"] in jobs]}


def run(binary, folder, base_ms):
    """Every series with the values that were stored, in order of time, and the times of the stamped ones."""
    os.makedirs(folder)
    server = Pages(pages(base_ms))
    scraper = lab.Scraper(binary, folder, {})
    everything = [path[1:] for path in pages(0)]

    def configure(jobs):
        with open(scraper.config, "w") as file:
            json.dump(config(server.address, jobs), file)

    configure([job for job in everything if job != "victim"])
    with scraper.run() as process:
        harness.wait_for(lambda: server.counts.get("/thief", 0) >= 2, what="the thief")
        configure(everything)
        process.send_signal(1)
        harness.wait_for(lambda: all(server.counts.get(path, 0) > SCRAPES for path in pages(0)), 60, "enough scrapes")
        stored = {}
        for name in ("pushed", "pushed_other", "stamped", "plain", "stamped_at", "stamped_past", "moving", "moving_far",
                     "stays", "shared", "stolen", "own", "up", "growing"):
            for series in scraper.ask("query", query=name + "[5m]")[1]["data"]["result"]:
                stored[json.dumps(series["metric"], sort_keys=True)] = series["values"]
        now = {}
        for name in ("up", "moving", "stays", "own"):
            for series in scraper.ask("query", query=name)[1]["data"]["result"]:
                now[json.dumps(series["metric"], sort_keys=True)] = name != "up" or series["value"][1]
        assert process.poll() is None
    return stored, now


def main():
    base_ms = (int(time.time()) - 60) * 1000
    binaries = {"ours": harness.ours("sonde-scraper")}
    if shutil.which("prometheus"):
        binaries["reference"] = shutil.which("prometheus")
    results = {}
    with lab.folder() as folder:
        threads = [threading.Thread(target=lambda who=who: results.update(
            {who: run(binaries[who], os.path.join(folder, who), base_ms)})) for who in binaries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for who, (stored, now) in results.items():
        check_known(who, stored, now)
    if "reference" in results:
        check_alike(results["ours"], results["reference"])


def check_known(who, stored, now):
    """What holds by the pages alone."""
    for metric in ({"__name__": "moving", "instance": "i", "job": "moving"}, {"__name__": "stolen", "instance": "i", "job": "victim"},
                   {"__name__": "own", "instance": "i", "job": "victim"}, {"__name__": "stamped", "instance": "i", "job": "stamped"}):
        values = [value for _, value in stored[json.dumps(metric, sort_keys=True)]]
        assert values == [str(n + 1) for n in range(len(values))], (who, metric, values)
        assert len(values) >= SCRAPES - 3 or metric["__name__"] == "own", (who, metric, values)
    assert now[json.dumps({"__name__": "up", "instance": "i", "job": "victim"}, sort_keys=True)] == "1", (who, now)
    shared = stored[json.dumps({"__name__": "shared", "instance": "s", "job": "shared"}, sort_keys=True)]
    assert len(shared) > SCRAPES, f"{who}: two targets write this in turns, and one remains: {shared}"


def check_alike(ours, reference):
    """The same series with the same values; one of the two may have seen more scrapes."""
    assert ours[1] == reference[1], set(ours[1].items()) ^ set(reference[1].items())
    for key in ours[0].keys() | reference[0].keys():
        name = json.loads(key)["__name__"]
        left, right = ([value for _, value in side[0].get(key, [])] for side in (ours, reference))
        common = min(len(left), len(right))
        assert left[:common] == right[:common], (key, left, right)
        assert common or name == "growing", (key, left, right)


main()
