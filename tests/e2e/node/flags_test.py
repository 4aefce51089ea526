"""Start-up errors and the collect[] filter of the node exporter."""
import subprocess
import sys

from harness import fetch, free_port, ours, running, wait_http

# Flags and what standard error must say about them.
REFUSED = [
    (["--collector.nosuch"], "--collector.nosuch"),
    (["--collector.zfs"], "this version has no zfs collector"),
    (["--collector.netdev.device-include=a", "--collector.netdev.device-exclude=b"], "mutually exclusive"),
    (["--collector.netdev.device-whitelist=a", "--collector.netdev.device-include=b"], "mutually exclusive"),
    (["--collector.diskstats.ignored-devices=a", "--collector.diskstats.device-exclude=b"], "mutually exclusive"),
    (["--collector.filesystem.mount-points-include=a", "--collector.filesystem.mount-points-exclude=b"], "mutually exclusive"),
    (["--collector.filesystem.ignored-fs-types=a", "--collector.filesystem.fs-types-exclude=b"], "mutually exclusive"),
    (["--collector.vmstat.fields=("], "bad regular expression"),
    (["--collector.filesystem.mount-timeout=soon"], "mount-timeout"),
]


def scraped(body):
    return {line.split('"')[1] for line in body.decode().splitlines() if line.startswith("node_scrape_collector_success{")}


def main():
    for flags, words in REFUSED:
        done = subprocess.run([ours("sonde-node-exporter"), "--web.listen-address=127.0.0.1:0"] + flags, capture_output=True,
                              text=True, timeout=20)
        assert done.returncode == 1, (flags, done.returncode, done.stderr)
        assert words in done.stderr, (flags, done.stderr)

    port = free_port()
    url = f"http://127.0.0.1:{port}/metrics"
    flags = ["--collector.disable-defaults", "--collector.loadavg", "--collector.uname", "--collector.time", "--no-collector.zfs"]
    with running([ours("sonde-node-exporter"), f"--web.listen-address=127.0.0.1:{port}"] + flags):
        wait_http(url)
        assert scraped(fetch(url)[2]) == {"loadavg", "uname", "time"}
        assert scraped(fetch(url + "?collect[]=loadavg&collect[]=time")[2]) == {"loadavg", "time"}
        assert scraped(fetch(url + "?exclude[]=loadavg&exclude[]=nosuch")[2]) == {"uname", "time"}
        assert scraped(fetch(url + "?exclude[]=loadavg&exclude[]=time&exclude[]=uname")[2]) == set()
        for query, words in (("collect[]=nosuch", "missing collector: nosuch"), ("collect[]=cpu", "disabled collector: cpu"),
                             ("collect[]=time&exclude[]=time", "cannot be combined")):
            status, _, body = fetch(url + "?" + query)
            assert status == 400 and words in body.decode(), (query, status, body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
