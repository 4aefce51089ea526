#!/usr/bin/env python3
"""Writes docs/metrics.md from the descriptions in the code.

usage: docs/make_metrics.py [--check]    --check writes nothing and fails when the page is not current
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/metrics.md"
PREFIXES = "node|redis|mysql|mysqld|probe|push|pushgateway|prometheus|blackbox|process|promhttp"
TEXT = r'(?:"(?:[^"\\]|\\.)*"\s*)+'
# Desc{"name", "help", MetricType::Counter, {"label"}}: the form of every constexpr description.
DESCRIPTION = re.compile(rf'"((?:{PREFIXES})_\w+)"\s*,\s*({TEXT})(?:,\s*MetricType::(\w+))?'
                         r'(?:\s*,\s*\{((?:\s*"[^"]*"\s*,?)*)\})?')
INFO_FIELD = re.compile(r'InfoField\{"(\w+)",\s*"(\w+)"(?:,\s*MetricType::(\w+))?')
SECTIONS = [("Node exporter", "exporters/node"), ("MySQL exporter", "exporters/mysql"), ("Redis exporter", "exporters/redis"),
            ("Blackbox exporter", "exporters/blackbox"), ("Pushgateway", "exporters/pushgateway"), ("Scraper", "scraper"),
            ("Every program", "common")]
# Families whose names or texts are put together at run time: folder | name | type | labels | text.
MADE = """
exporters/node | node_memory_* | gauge | | A family per line of /proc/meminfo: node_memory_MemFree_bytes.
exporters/node | node_netstat_* | untyped | | A family per field of /proc/net/{netstat,snmp,snmp6} that --collector.netstat.fields names.
exporters/node | node_network_* | gauge, counter | device | A family per figure of a network device: node_network_receive_bytes_total.
exporters/node | node_sockstat_* | gauge | | A family per figure of /proc/net/sockstat and sockstat6.
exporters/node | node_vmstat_* | untyped | | A family per line of /proc/vmstat that --collector.vmstat.fields names.
exporters/mysql | mysql_global_status_* | untyped | | A family per numeric line of SHOW GLOBAL STATUS.
exporters/mysql | mysql_global_variables_* | gauge | | A family per numeric line of SHOW GLOBAL VARIABLES.
exporters/mysql | mysql_engine_tokudb_* | untyped | | A family per numeric line of SHOW ENGINE TOKUDB STATUS.
exporters/mysql | mysql_info_schema_client_statistics_* | counter, gauge | client | A family per column of information_schema.client_statistics.
exporters/mysql | mysql_info_schema_innodb_metrics_* | counter, gauge | | A family per line of information_schema.innodb_metrics that is on; its text is the server's.
exporters/mysql | mysql_info_schema_user_statistics_* | counter, gauge | user | A family per column of information_schema.user_statistics.
exporters/mysql | mysql_slave_status_* | untyped | master_host, master_uuid, channel_name, connection_name | A family per column of SHOW SLAVE STATUS that is a number or a state.
exporters/redis | redis_cluster_* | gauge | | A family per number of CLUSTER INFO: redis_cluster_slots_fail.
exporters/pushgateway | push_time_seconds | gauge | job, the group's | Last Unix time when changing this group in the Pushgateway succeeded.
exporters/pushgateway | push_failure_time_seconds | gauge | job, the group's | Last Unix time when changing this group in the Pushgateway failed.
exporters/pushgateway | pushgateway_http_push_duration_seconds | summary | method | HTTP request duration for pushes to the Pushgateway.
exporters/pushgateway | pushgateway_http_push_size_bytes | summary | method | HTTP request size for pushes to the Pushgateway.
exporters/pushgateway | pushgateway_http_requests_total | counter | code, handler, method | Total HTTP requests processed by the Pushgateway, excluding scrapes.
scraper | up, scrape_duration_seconds, scrape_samples_scraped, scrape_samples_post_metric_relabeling, scrape_series_added | gauge | the target's | What the scraper stores about every scrape; `--enable-feature=extra-scrape-metrics` adds three.
common | PROGRAM_build_info | gauge | branch, goarch, goos, goversion, revision, tags, version | What this build is.
"""


def plain(text):
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return "".join(parts).replace('\\"', '"').replace("\\n", " ").replace("\\\\", "\\").replace("|", "\\|").strip()


def families(folder):
    """{name: (type, labels, text)} of all that the folder describes."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        source = path.read_text()
        for name, text, kind, labels in DESCRIPTION.findall(source):
            if not name.endswith("_") and not re.fullmatch(rf'"({PREFIXES})_\w+"\s*', text):  # A table of names is no description.
                found[name] = ((kind or "Gauge").lower(), ", ".join(re.findall(r'"([^"]*)"', labels)), plain(text))
        for field, name, kind in INFO_FIELD.findall(source):
            found["redis_" + name] = ((kind or "Gauge").lower(), "", f"{field} of INFO.")
    for row in MADE.strip().splitlines():
        where, name, kind, labels, text = (cell.strip() for cell in row.split("|"))
        if where == folder:
            found[name] = (kind, labels, text)
    return found


def page():
    out = "# Metrics\n\nEvery family that the programs export, from the descriptions in the code: `docs/make_metrics.py` writes this page.\n"
    out += "Names, types and labels are the originals'; `docs/differences.md` has what differs.\n"
    for title, folder in SECTIONS:
        out += f"\n## {title}\n\n| family | type | labels | what |\n|---|---|---|---|\n"
        for name, (kind, labels, text) in sorted(families(folder).items()):
            out += f"| `{name}` | {kind} | {labels} | {text} |\n"
    return out


def main():
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != page():
            sys.exit("docs/metrics.md is not current: run docs/make_metrics.py")
        return
    PAGE.write_text(page())


main()
