"""The commands of "Backup" in docs/operations.md, as they stand there, for the scraper and for the pushgateway.

systemctl is a stand-in that starts and stops the program; /var/lib/PROGRAM is a folder of the test.
"""
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.parse

import harness
from blocks import blocks_of
from expositions import check

SYSTEMCTL = """#!/bin/sh
set -e
case "$1" in
  stop) kill -TERM "$(cat {folder}/pid)"; while kill -0 "$(cat {folder}/pid)" 2>/dev/null; do sleep 0.05; done ;;
  start) setsid {command} >>{folder}/log 2>&1 & echo $! >{folder}/pid
         for _ in $(seq 200); do curl -fsS -m 2 {url}/-/ready >/dev/null 2>&1 && exit; sleep 0.05; done; exit 1 ;;
esac
"""


def documented():
    """The commands that save, and those that restore."""
    block, = [block for block in blocks_of("docs/operations.md") if "sonde-scraper.backup" in block.text]
    save, restore = block.text.split("# To restore it:\n")
    return save, restore


class Service:
    """A program whose state is in FOLDER/state, known to the commands as /var/lib/NAME."""

    def __init__(self, name, folder, *flags):
        self.name, self.folder = name, folder
        self.url = f"http://127.0.0.1:{harness.free_port()}"
        command = " ".join([os.path.abspath(harness.ours(name)), f"--web.listen-address={self.url[7:]}", *flags])
        os.makedirs(f"{folder}/bin")
        with open(f"{folder}/bin/systemctl", "w", encoding="utf-8") as file:
            file.write(SYSTEMCTL.format(folder=folder, command=command, url=self.url))
        os.chmod(f"{folder}/bin/systemctl", 0o755)

    def run(self, commands):
        text = commands.replace("/var/lib/sonde-scraper", f"{self.folder}/state").replace("sonde-scraper", self.name)
        done = subprocess.run(["bash", "-eu", "-c", text], env={**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"},
                              capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"{self.name}: {' '.join(text.split())[:60]}… {done.stderr}")

    def kill(self):
        with open(f"{self.folder}/pid", encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGKILL)


def damage(folder):
    """What a backup is for."""
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            os.truncate(path, os.path.getsize(path) // 2)


def ask(url, expression, at):
    _, _, body = harness.fetch(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression, "time": f"{at:.3f}"}))
    return sorted((json.dumps(series["metric"], sort_keys=True), series["values"]) for series in json.loads(body)["data"]["result"])


def test_scraper(folder, save, restore):
    config, history, begun = f"{folder}/prometheus.yml", f"{folder}/history.om", time.time()
    service = Service("sonde-scraper", folder, f"--config.file={config}", f"--storage.tsdb.path={folder}/state")
    with open(config, "w", encoding="utf-8") as file:
        file.write("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:\n"
                   f"- {{job_name: own, static_configs: [{{targets: ['{service.url[7:]}']}}]}}\n")
    with open(history, "w", encoding="utf-8") as file:
        file.write(f'# TYPE room gauge\nroom{{n="a"}} 21.5 {int(begun) - 86400}\nroom{{n="b"}} 22.5 {int(begun) - 86340}\n# EOF\n')
    subprocess.run([harness.ours("sondectl"), "tsdb", "create-blocks-from", "openmetrics", history, f"{folder}/state"], check=True,
                   capture_output=True)
    service.run("systemctl start sonde-scraper")
    try:
        harness.wait_for(lambda: len(ask(service.url, "up[1m]", time.time())[0][1]) > 10, what="some rows")
        saved_at = time.time() - 1
        before = ask(service.url, '{job="own"}[1m]', saved_at) + ask(service.url, "room[2d]", saved_at)
        check(len(before) > 100, f"{len(before)} series before")
        service.run(save)
        lost_at = time.time()
        harness.wait_for(lambda: ask(service.url, "up[1m]", time.time())[0][1][-1][0] > lost_at, what="rows after the backup")
        damage(f"{folder}/state")
        service.run(restore)
        restored_at = time.time()
        after = ask(service.url, '{job="own"}[1m]', saved_at) + ask(service.url, "room[2d]", saved_at)
        check(after == before, "the restored scraper answers as the one before, history and newest rows")
        harness.wait_for(lambda: ask(service.url, "up[1m]", time.time())[0][1][-1][0] > restored_at, what="rows after the restoration")
        times = [float(at) for at, _ in ask(service.url, "up[5m]", time.time())[0][1]]
        check(not [at for at in times if lost_at < at < restored_at - 5], "what came after the backup is not there")
    finally:
        service.kill()


def test_pushgateway(folder, save, restore):
    service = Service("sonde-pushgateway", folder, f"--persistence.file={folder}/state/groups")
    os.mkdir(f"{folder}/state")
    service.run("systemctl start sonde-scraper")
    try:
        for job in ("kept", "deleted"):
            check(harness.fetch(f"{service.url}/metrics/job/{job}", "PUT", b"value 7.25\n")[0] == 200, f"{job} is pushed")
        service.run(save)
        harness.fetch(f"{service.url}/metrics/job/deleted", "DELETE")
        harness.fetch(f"{service.url}/metrics/job/later", "PUT", b"value 8\n")
        service.run(restore)
        page = harness.fetch(service.url + "/metrics")[2].decode()
        found = sorted(line for line in page.splitlines() if line.startswith("value{"))
        check(found == [f'value{{instance="",job="{job}"}} 7.25' for job in ("deleted", "kept")], f"the groups of the backup: {found}")
    finally:
        service.kill()


def main():
    harness.need("curl")
    save, restore = documented()
    for test in (test_scraper, test_pushgateway):
        with tempfile.TemporaryDirectory() as folder:
            test(folder, save, restore)


main()
