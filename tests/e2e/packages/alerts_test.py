"""The alerts and dashboards that come with the scraper: valid for the reference's own tool, about metrics that exist, queries that
our scraper takes, and about the same subjects."""
import glob
import json
import os
import re
import subprocess
import tempfile

import harness
from expositions import check

# Of the scrape report, whose row of docs/metrics.md names several, and two that are put together at run time.
REPORT = {"up", "scrape_duration_seconds", "redis_up", "node_scrape_collector_success"}
NAME = re.compile(r"\b((?:prometheus|node|mysql|redis|probe|push|pushgateway|blackbox|process)_[a-z0-9_]+|up|scrape_\w+)\b")
PARTS = re.compile(r"_(?:sum|count|bucket)$")  # of a summary or histogram


def known_names():
    """Of docs/metrics.md, which is made from the code; a name there that ends in * stands for many."""
    with open("docs/metrics.md", encoding="utf-8") as file:
        return REPORT | set(re.findall(r"^\| `(\w+\*?)` ", file.read(), re.M))


def is_known(name, known):
    if name in known or PARTS.sub("", name) in known:
        return True
    return any(row.endswith("*") and name.startswith(row[:-1]) for row in known)


def names_of(query):
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", query)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    return NAME.findall(re.sub(r"\b(by|without|on|ignoring|group_left|group_right) \([^)]*\)", "", bare))


def dashboard_queries(path):
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    panels = dashboard["panels"]
    check(len({panel["id"] for panel in panels}) == len(panels), f"{path}: each panel has an id of its own")
    taken = [(x, y) for place in (panel["gridPos"] for panel in panels) for x in range(place["x"], place["x"] + place["w"])
             for y in range(place["y"], place["y"] + place["h"])]
    check(len(taken) == len(set(taken)) and max(x for x, _ in taken) < 24, f"{path}: no panel lies over another")
    variables = [variable["definition"] for variable in dashboard["templating"]["list"] if "definition" in variable]
    return [target["expr"] for panel in panels for target in panel["targets"]], variables


def alert_queries(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r"expr: (?:>\n)?((?:.*\n)(?: +or .*\n)*)", file.read())


def test_alerts(path, known):
    queries = alert_queries(path)
    for query in queries:
        names = names_of(query)
        check(names and all(is_known(name, known) for name in names), f"{path}: metrics of docs/metrics.md: {query.strip()}")
    done = subprocess.run([harness.need("promtool"), "check", "rules", path], capture_output=True, text=True)
    check(done.returncode == 0 and f"SUCCESS: {len(queries)} rules found" in done.stdout,
          f"promtool check rules: {done.stdout}{done.stderr}")


def test_dashboard(path, known, url):
    queries, variables = dashboard_queries(path)
    for query in queries + variables:
        names = names_of(query)
        check(names and all(is_known(name, known) for name in names), f"{path}: metrics of docs/metrics.md: {query}")
    for query in queries:
        done = subprocess.run([harness.ours("sondectl"), "query", "instant", url, query], capture_output=True, text=True, timeout=20)
        check(done.returncode == 0, f"{path}: our scraper takes {query}: {done.stderr}")


def main():
    known = known_names()
    alerts, dashboards = sorted(glob.glob("packaging/alerts/*.yml")), sorted(glob.glob("packaging/dashboards/*.json"))
    subjects = [[os.path.splitext(os.path.basename(path))[0] for path in paths] for paths in (alerts, dashboards)]
    check(subjects[0] == subjects[1] and len(alerts) >= 3, f"alerts and a dashboard for each subject: {subjects}")
    for path in alerts:
        test_alerts(path, known)
    if not all(os.path.exists(harness.ours(name)) for name in ("sonde-scraper", "sondectl")):
        harness.skip("the dashboards' queries are asked of our scraper")
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/prometheus.yml", "w", encoding="utf-8") as file:
            file.write("scrape_configs: []\n")
        command = [harness.ours("sonde-scraper"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address=127.0.0.1:{port}"]
        with harness.running(command, log=f"{folder}/log"):
            harness.wait_for(lambda: harness.fetch(f"http://127.0.0.1:{port}/-/ready")[0] == 200, what="ready")
            for path in dashboards:
                test_dashboard(path, known, f"http://127.0.0.1:{port}")


main()
