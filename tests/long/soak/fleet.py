"""The whole set on loopback: every exporter beside its real server, and a scraper with as many targets as wanted.

A target is one of the real exporters under a label of its own, so that 200 targets are 200 connections, 200 groups in the database
and 200 collections a second, from six processes.
"""
import contextlib
import os

import harness

mysql_lab, redis_lab = harness.lab("mysql"), harness.lab("redis")

# Of 200 targets; other counts in proportion. Few of MySQL: the exporter asks a server over one connection, one scrape after the other.
SHARES = {"sonde-node-exporter": 102, "probe": 40, "sonde-redis-exporter": 30, "sonde-mysqld-exporter": 8, "sonde-pushgateway": 10,
          "sonde-blackbox-exporter": 5, "sonde-scraper": 5}
BLACKBOX = """modules:
  http: {prober: http, timeout: 900ms, http: {preferred_ip_protocol: ip4}}
  tcp: {prober: tcp, timeout: 900ms, tcp: {preferred_ip_protocol: ip4}}
"""


class Fleet:
    """Our processes by name, their URLs and logs; leaving `stack` ends everything."""

    def __init__(self, folder, target_count):
        self.folder, self.target_count, self.stack = folder, target_count, contextlib.ExitStack()
        self.processes, self.urls, self.logs = {}, {}, {}

    def start(self):
        mysql_port = self.stack.enter_context(mysql_lab.server(self.folder))
        self.redis_port = self.stack.enter_context(redis_lab.server())
        cnf, blackbox = os.path.join(self.folder, "my.cnf"), self.write("blackbox.yml", BLACKBOX)
        mysql_lab.write_cnf(cnf, client={"user": "sonde", "password": mysql_lab.PASSWORD, "host": "127.0.0.1", "port": mysql_port})
        self.run("sonde-node-exporter")
        self.run("sonde-mysqld-exporter", "--config.my-cnf=" + cnf)
        self.run("sonde-redis-exporter", f"--redis.addr=redis://127.0.0.1:{self.redis_port}", env={"REDIS_PASSWORD": redis_lab.PASSWORD})
        self.run("sonde-blackbox-exporter", "--config.file=" + blackbox)
        self.run("sonde-pushgateway", f"--persistence.file={self.folder}/pushed")
        self.urls["sonde-scraper"] = f"http://127.0.0.1:{harness.free_port()}"
        self.config = self.write("prometheus.yml", self.scrape_config())
        self.run("sonde-scraper", "--config.file=" + self.config, f"--storage.tsdb.path={self.folder}/tsdb", "--web.enable-lifecycle")
        return self

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, name, *flags, env=None):
        url = self.urls.setdefault(name, f"http://127.0.0.1:{harness.free_port()}")
        self.logs[name] = os.path.join(self.folder, name + ".log")
        command = [harness.ours(name), f"--web.listen-address={self.address(name)}", *flags]
        self.processes[name] = self.stack.enter_context(harness.running(command, log=self.logs[name], env=env))
        harness.wait_http(url + "/")

    def address(self, name):
        return self.urls[name][len("http://"):]

    def counts(self):
        """Targets per job: in proportion, at least one each, together target_count."""
        counts = {job: max(1, share * self.target_count // sum(SHARES.values())) for job, share in SHARES.items()}
        counts["sonde-node-exporter"] += self.target_count - sum(counts.values())
        return counts

    def scrape_config(self):
        probed = [("http", self.urls["sonde-pushgateway"] + "/-/healthy"), ("tcp", f"127.0.0.1:{self.redis_port}"),
                  ("http", self.urls["sonde-node-exporter"] + "/metrics"), ("tcp", self.address("sonde-scraper"))]
        lines = ["global: {scrape_interval: 1s, scrape_timeout: 1s}", "scrape_configs:"]
        for job, count in self.counts().items():
            for replica in range(count):
                address = self.address("sonde-blackbox-exporter" if job == "probe" else job)
                lines += [f"- job_name: {job}-{replica}",
                          f"  static_configs: [{{targets: ['{address}'], labels: {{kind: {job}, replica: r{replica}}}}}]"]
                if job == "sonde-pushgateway":
                    lines.append("  honor_labels: true")
                if job == "probe":
                    module, target = probed[replica % len(probed)]
                    lines.append(f"  metrics_path: /probe\n  params: {{module: [{module}], target: ['{target}']}}")
        return "\n".join(lines) + "\n"
