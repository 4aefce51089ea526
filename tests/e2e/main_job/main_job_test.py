"""The main job: real servers, every exporter, the scraper; asked through its API and by the reference's own tools."""
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import urllib.parse

import harness

mysql_lab, redis_lab = harness.lab("mysql"), harness.lab("redis")


def ask(url, expression):
    _, _, body = harness.fetch(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
    return [(series["metric"], float(series["value"][1])) for series in json.loads(body)["data"]["result"]]


class Fleet:
    """Everything that is running: name → base URL, and the jobs that scrape it."""

    def __init__(self, folder):
        self.folder, self.urls, self.stack = folder, {}, contextlib.ExitStack()

    def start(self, name, *flags, env=None):
        port = harness.free_port()
        command = [harness.ours(name), f"--web.listen-address=127.0.0.1:{port}", *flags]
        self.stack.enter_context(harness.running(command, log=os.path.join(self.folder, name + ".log"), env=env))
        self.urls[name] = f"http://127.0.0.1:{port}"
        harness.wait_http(self.urls[name] + "/")

    def address(self, name):
        return self.urls[name][len("http://"):]

    def start_exporters(self):
        mysql_port = self.stack.enter_context(mysql_lab.server(self.folder))
        redis_port = self.stack.enter_context(redis_lab.server())
        cnf = os.path.join(self.folder, "my.cnf")
        mysql_lab.write_cnf(cnf, client={"user": "sonde", "password": mysql_lab.PASSWORD, "host": "127.0.0.1", "port": mysql_port})
        blackbox = os.path.join(self.folder, "blackbox.yml")
        with open(blackbox, "w") as file:
            file.write("modules:\n  http_2xx: {prober: http, timeout: 900ms, http: {preferred_ip_protocol: ip4}}\n")
        self.start("sonde-node-exporter")
        self.start("sonde-mysqld-exporter", "--config.my-cnf=" + cnf)
        self.start("sonde-redis-exporter", f"--redis.addr=redis://127.0.0.1:{redis_port}",
                   env={"REDIS_PASSWORD": redis_lab.PASSWORD})
        self.start("sonde-blackbox-exporter", "--config.file=" + blackbox)
        self.start("sonde-pushgateway")

    def write_config(self):
        jobs = [f"- {{job_name: {name}, static_configs: [{{targets: ['{self.address(name)}']}}]}}\n" for name in self.urls]
        probe = (f"- job_name: probe\n  metrics_path: /probe\n  params: {{module: [http_2xx]}}\n"
                 f"  static_configs: [{{targets: ['{self.urls['sonde-pushgateway']}/-/healthy']}}]\n"
                 "  relabel_configs:\n"
                 "  - {source_labels: [__address__], target_label: __param_target}\n"
                 "  - {source_labels: [__param_target], target_label: instance}\n"
                 f"  - {{target_label: __address__, replacement: '{self.address('sonde-blackbox-exporter')}'}}\n")
        path = os.path.join(self.folder, "prometheus.yml")
        with open(path, "w") as file:
            file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + "".join(jobs) + probe)
        return path


def check_answers(url, fleet):
    for expression in ("rate(node_cpu_seconds_total[1m])", "probe_success == 1", "mysql_up == 1", "redis_up == 1",
                       "pushed_job_duration_seconds == 12.5"):
        answer = harness.wait_for(lambda e=expression: ask(url, e), 30, expression)
        print(f"{expression}: {len(answer)} series, e.g. {answer[0]}")
    down = harness.wait_for(lambda: len(ask(url, "up")) == len(fleet.urls) + 1 and not ask(url, "up == 0") and ["none"], 20,
                            "every target up")
    print("targets down:", down)


def check_promtool(url, fleet):
    promtool = shutil.which("promtool")
    if promtool is None:
        return print("note: no promtool here")
    for words in (["instant", url, "mysql_up"], ["range", url, "up", "--step=1s"]):
        done = subprocess.run([promtool, "query", *words], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and "=>" in done.stdout, done
    for name, base in {**fleet.urls, "sonde-scraper": url}.items():
        page = harness.fetch(base + "/metrics")[2]
        done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, timeout=30)
        # 3 is a finding about a name or a help text, which the originals have as well; 1 is a page that cannot be read.
        assert done.returncode in (0, 3), (name, done.stderr[:300])
        print(f"promtool check metrics {name}: exit {done.returncode}")


def check_reference_scrapes(config, folder):
    prometheus = shutil.which("prometheus")
    if prometheus is None:
        return print("note: no prometheus here")
    port = harness.free_port()
    command = [prometheus, f"--config.file={config}", f"--storage.tsdb.path={folder}/reference",
               f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with harness.running(command):
        url = f"http://127.0.0.1:{port}"
        harness.wait_for(lambda: len(ask(url, "up == 1")) == 6, 30, "the reference scrapes every exporter")
        print("Debian's prometheus:", sorted(metric["job"] for metric, _ in ask(url, "up == 1")))


def check_scraping_reference_exporter(folder):
    program = shutil.which("prometheus-node-exporter")
    if program is None:
        return print("note: no prometheus-node-exporter here")
    port, ours = harness.free_port(), harness.free_port()
    config = os.path.join(folder, "reference-target.yml")
    with open(config, "w") as file:
        file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
                   f"- {{job_name: node, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}\n")
    command = [harness.ours("sonde-scraper"), f"--config.file={config}", f"--storage.tsdb.path={folder}/second",
               f"--web.listen-address=127.0.0.1:{ours}", "--log.level=error"]
    with harness.running([program, f"--web.listen-address=127.0.0.1:{port}"]), harness.running(command):
        url = f"http://127.0.0.1:{ours}"
        harness.wait_for(lambda: ask(url, "up == 1") and ask(url, "node_load1"), 20, "the reference's exporter is scraped")
        print("scraped from the reference's node exporter:", int(ask(url, "scrape_samples_scraped")[0][1]), "samples")


def main():
    folder = tempfile.mkdtemp(prefix="sonde-main-job-")
    fleet = Fleet(folder)
    with fleet.stack:
        fleet.start_exporters()
        pushed = harness.fetch(fleet.urls["sonde-pushgateway"] + "/metrics/job/nightly", "PUT",
                               b"# TYPE pushed_job_duration_seconds gauge\npushed_job_duration_seconds 12.5\n")
        assert pushed[0] == 200, pushed
        config = fleet.write_config()
        port = harness.free_port()
        command = [harness.ours("sonde-scraper"), f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address=127.0.0.1:{port}"]
        with harness.running(command, log=os.path.join(folder, "scraper.log")):
            url = f"http://127.0.0.1:{port}"
            harness.wait_http(url + "/-/ready")
            check_answers(url, fleet)
            check_promtool(url, fleet)
        check_reference_scrapes(config, folder)
        check_scraping_reference_exporter(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
