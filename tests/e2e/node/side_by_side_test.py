"""Debian's node exporter and ours on this host with the same flags: the families must be the same, but for what
docs/differences.md explains (node_exporter 1.5 there, the level of 1.12 here).
"""
import re
import sys

from harness import fetch, free_port, need, ours, running, wait_http

COLLECTORS = """cpu diskstats filefd filesystem loadavg meminfo netclass netdev netstat os pressure sockstat softnet stat
textfile time uname vmstat""".split()
# Debian's package has defaults of its own here.
FLAGS = ["--collector.disable-defaults", "--collector.textfile.directory=", "--collector.stat.softirq", "--collector.cpu.info",
         "--collector.netdev.device-exclude=^$", "--collector.diskstats.device-exclude=^(z?ram|loop|fd)\\d+$",
         "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys)($|/)"] + [f"--collector.{name}" for name in COLLECTORS]
IGNORED = re.compile(r"^(go_|promhttp_|process_|node_exporter_build_info|node_scrape_collector_duration)")

# Each is a row of docs/differences.md.
MISSING_EXPLAINED = re.compile(r"^node_memory_")
EXTRA_EXPLAINED = re.compile(r"^(node_filesystem_mount_info|node_netstat_TcpExt_(TCPOFOQueue|TCPRcvQDrop)"
                             r"|node_softnet_(backlog_len|cpu_collision_total|flow_limit_count_total|received_rps_total)"
                             r"|node_pressure_irq_stalled_seconds_total)$")
LABELS_EXPLAINED = {"node_disk_info": {"rotational"}, "node_network_info": {"adminstate"}}
# What does not change between two scrapes of a quiet moment.
STEADY = re.compile(r"^node_(boot_time_seconds|memory_MemTotal_bytes|memory_SwapTotal_bytes|uname_info|os_.*|network_(mtu_bytes|up|flags"
                    r"|iface_id|protocol_type|speed_bytes)|filefd_maximum|time_clocksource_.*|cpu_info|filesystem_(size_bytes|readonly"
                    r"|files))$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse(page):
    families = {}
    for line in page.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            families[name] = {"type": kind, "help": families.get(name, {}).get("help", ""), "series": {}}
        elif line.startswith("# HELP "):
            _, _, name, text = line.split(" ", 3)
            families[name] = {"type": "", "help": text, "series": {}}
        elif line and not line.startswith("#") and not IGNORED.search(line):
            match = re.match(r"([^{ ]+)(\{.*\})? (\S+)$", line)
            families[match[1]]["series"][tuple(sorted(LABEL.findall(match[2] or "")))] = float(match[3])
    return {name: family for name, family in families.items() if not IGNORED.search(name)}


def label_names(family):
    return {name for labels in family["series"] for name, _ in labels}


def without_error(labels):
    return tuple(label for label in labels if label[0] != "device_error")


def failed_mounts(families):
    """The labels of mounts that the file systems' statistics could not be had of."""
    errors = families.get("node_filesystem_device_error", {"series": {}})["series"]
    return {without_error(labels) for labels, value in errors.items() if float(value) == 1}


def compare(theirs, ours_families):
    faults = []
    for name, family in theirs.items():
        mine = ours_families.get(name)
        if mine is None:
            if not MISSING_EXPLAINED.search(name):
                faults.append(f"missing family {name}")
            continue
        if family["type"] != mine["type"]:
            faults.append(f"type of {name}: {family['type']} there, {mine['type']} here")
        if family["help"] != mine["help"]:
            faults.append(f"help of {name}: {family['help']!r} there, {mine['help']!r} here")
        more = label_names(mine) - label_names(family)
        allowed = {"device_error"} if name.startswith("node_filesystem_") else LABELS_EXPLAINED.get(name, set())
        if label_names(family) - label_names(mine) or more - allowed:
            faults.append(f"labels of {name}: {sorted(label_names(family))} there, {sorted(label_names(mine))} here")
        mine_series = {tuple(l for l in labels if l[0] not in allowed): value for labels, value in mine["series"].items()}
        for labels, value in family["series"].items():
            if labels not in mine_series:
                faults.append(f"missing series {name}{dict(labels)}")
            elif STEADY.search(name) and mine_series[labels] != value:
                faults.append(f"value of {name}{dict(labels)}: {value} there, {mine_series[labels]} here")
        for labels in mine_series.keys() - family["series"].keys():
            # Newer versions also say whether a mount that cannot be asked is read-only.
            if name == "node_filesystem_readonly" and without_error(labels) in failed_mounts(theirs):
                continue
            faults.append(f"extra series {name}{dict(labels)}")
    return faults + [f"extra family {name}" for name in ours_families.keys() - theirs.keys() if not EXTRA_EXPLAINED.search(name)]


def main():
    reference = need("prometheus-node-exporter")
    pages = []
    for program in (reference, ours("sonde-node-exporter")):
        port = free_port()
        with running([program, f"--web.listen-address=127.0.0.1:{port}"] + FLAGS):
            url = f"http://127.0.0.1:{port}/metrics"
            wait_http(url)
            pages.append(parse(fetch(url)[2].decode("utf-8")))
    faults = compare(*pages)
    print("\n".join(faults))
    print(f"{len(pages[0])} families there, {len(pages[1])} here, {len(faults)} unexplained differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
