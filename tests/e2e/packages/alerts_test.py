"""The alerts and the dashboard that come with the scraper: valid for the reference's own tool, and about metrics that exist."""
import json
import re
import subprocess

import harness
from expositions import check

SOURCES = ["common", "exporters", "scraper"]
# Of the reference's scrape report and of other families whose names are put together at run time.
MADE = {"up", "scrape_duration_seconds", "redis_up", "node_scrape_collector_success", "probe_success"}
NAME = re.compile(r"\b((?:prometheus|node|mysql|redis|probe|push|process)_[a-z0-9_]+|up|scrape_\w+)\b")


def is_known(name):
    return name in MADE or subprocess.run(["grep", "-rqF", f'"{name}"', *SOURCES]).returncode == 0


def main():
    with open("packaging/dashboards/sonde.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    check(len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]), "the dashboard's panels")
    with open("packaging/alerts/sonde.yml", encoding="utf-8") as file:
        text = file.read()
    queries += re.findall(r"expr: (?:>\n)?((?:.*\n)(?: +or .*\n)*)", text)
    for query in queries:
        bare = re.sub(r"\{[^}]*\}", "", query)
        bare = re.sub(r"\b(by|without|on|ignoring) \([^)]*\)", "", bare)
        names = NAME.findall(bare)
        check(names and all(is_known(name) for name in names), f"metrics of ours: {query.strip()}")
    promtool = harness.need("promtool")
    done = subprocess.run([promtool, "check", "rules", "packaging/alerts/sonde.yml"], capture_output=True, text=True)
    check(done.returncode == 0 and "SUCCESS" in done.stdout, f"promtool check rules: {done.stdout}{done.stderr}")


main()
