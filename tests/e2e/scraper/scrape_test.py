"""The scraper scrapes itself, exporters and a known page; what it stored comes back by API, promtool and page."""
import contextlib
import os
import shutil
import subprocess

import harness
import lab


def exporters():
    """(job, command, port) of every node exporter that is here: ours and Debian's."""
    port = harness.free_port()
    if os.path.exists(harness.ours("sonde-node-exporter")):
        yield "ours", [harness.ours("sonde-node-exporter"), f"--web.listen-address=127.0.0.1:{port}"], port
    reference = shutil.which("prometheus-node-exporter")
    port = harness.free_port()
    if reference:
        yield "debian", [reference, f"--web.listen-address=127.0.0.1:{port}"], port


def check_known_page(scraper, target):
    scraper.wait_for_up("known")
    assert scraper.value("load") == 0.25
    assert scraper.value('requests_total{code="500"}') == 1
    assert scraper.value('size_bucket{le="1.0"} or size_bucket{le="1"}') == 1
    assert scraper.value("scrape_samples_scraped{job='known'}") == 7
    harness.wait_for(lambda: scraper.value("rate(requests_total{code='200'}[4s])") is not None, what="a rate")
    target.status = 500
    harness.wait_for(lambda: scraper.value("up{job='known'}") == 0, what="up to be 0")
    assert scraper.value("load") is None, "series of a failed scrape must be stale at once"
    known = scraper.ask("targets", scrapePool="known")[1]["data"]["activeTargets"]
    assert len(known) == 1 and "500" in known[0]["lastError"], known
    target.status = 200


def check_promtool(scraper):
    promtool = shutil.which("promtool")
    if not promtool:
        print("promtool is not installed: its queries are left out")
        return
    out = subprocess.run([promtool, "query", "instant", scraper.url, "up{job='self'}"], capture_output=True, text=True)
    assert out.returncode == 0 and "=> 1 @[" in out.stdout, out
    out = subprocess.run([promtool, "query", "range", scraper.url, "up{job='self'}", "--step=1s"], capture_output=True, text=True)
    assert out.returncode == 0 and "1 @[" in out.stdout, out
    out = subprocess.run([promtool, "query", "series", scraper.url, "--match=up"], capture_output=True, text=True)
    assert 'job="self"' in out.stdout, out
    out = subprocess.run([promtool, "query", "labels", scraper.url, "job"], capture_output=True, text=True)
    assert "self" in out.stdout.split(), out
    page = harness.fetch(scraper.url + "/metrics")[2]
    out = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True)
    assert out.returncode in (0, 3), out
    assert b"error while" not in out.stderr, out


def main():
    target = lab.Target()
    with lab.folder() as folder, contextlib.ExitStack() as stack:
        jobs = {"known": [target.address]}
        for job, command, port in exporters():
            stack.enter_context(harness.running(command))
            jobs[job] = [f"127.0.0.1:{port}"]
        port = harness.free_port()
        jobs["self"] = [f"127.0.0.1:{port}"]
        scraper = lab.Scraper(harness.ours("sonde-scraper"), folder, jobs, port=port)
        with scraper.run():
            for job in jobs:
                scraper.wait_for_up(job)
            check_known_page(scraper, target)
            assert scraper.value("prometheus_ready") == 1
            assert scraper.value("prometheus_tsdb_head_series") > 20
            for job in jobs.keys() & {"ours", "debian"}:
                assert scraper.value(f"count(node_cpu_seconds_total{{job='{job}'}})") >= 1
            check_promtool(scraper)
            page = harness.fetch(scraper.url + "/")[2].decode()
            assert "<title>" in page and "http://" not in page and "https://" not in page
        assert "level=ERROR" not in scraper.log_text(), scraper.log_text()


main()
