"""Our own roles: a user who may only read asks the scraper's and the pushgateway's APIs everything and changes nothing."""
import shutil

import harness
import lab

CONFIG = f"""basic_auth_users:
  root: {lab.HASH}
  boss: {lab.HASH}
  viewer: {lab.HASH}
sonde:
  roles: {{boss: admin, viewer: read_only}}
"""
QUERY = b"query=up"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

ADMITTED = -1  # whatever the handler then says

# Path, method, body → the status for those who may do all, and for viewer.
SCRAPER = [
    ("/api/v1/query?query=up", "GET", None, 200, 200),
    ("/api/v1/query", "POST", QUERY, 200, 200),
    ("/api/v1/query_range", "POST", b"query=up&start=0&end=10&step=5", 200, 200),
    ("/api/v1/labels", "POST", b"", 200, 200),
    ("/api/v1/series", "POST", b"match[]=up", 200, 200),
    ("/api/v1/query", "OPTIONS", None, 204, 204),
    ("/metrics", "GET", None, 200, 200),
    ("/-/ready", "GET", None, 200, 200),
    ("/-/reload", "POST", b"", 200, 403),
    ("/-/reload", "PUT", b"", 200, 403),
    ("/-/reload", "GET", None, 405, 405),
    ("/api/v1/admin/tsdb/delete_series?match[]=up", "POST", b"", ADMITTED, 403),
    ("/api/v1/admin/tsdb/clean_tombstones", "PUT", b"", ADMITTED, 403),
    ("/api/v1/admin/tsdb/snapshot", "POST", b"", ADMITTED, 403),
    ("/-/quit", "POST", b"", None, 403),  # Not asked by the others: it works.
]
PUSHGATEWAY = [
    ("/metrics", "GET", None, 200, 200),
    ("/-/ready", "GET", None, 200, 200),
    ("/metrics/job/a", "PUT", b"a 1\n", 200, 403),
    ("/metrics/job/a", "POST", b"a 1\n", 200, 403),
    ("/metrics/job/a", "DELETE", None, 202, 403),
    ("/api/v1/admin/wipe", "PUT", b"", 202, 403),
    ("/-/quit", "PUT", b"", None, 403),
]


def test(base, rows):
    for path, method, body, all_may, viewer_may in rows:
        for user, wanted in (("root", all_may), ("boss", all_may), ("viewer", viewer_may)):
            if wanted is None:
                continue
            status, _, answer = harness.fetch(base + path, method, body, {**lab.authorization(user), **FORM})
            lab.check(status not in (401, 403) if wanted == ADMITTED else status == wanted,
                      f"{user} {method} {path}: {status} {answer[:100]}, wanted {wanted}")
        lab.check(harness.fetch(base + path, method, body, FORM)[0] == 401, f"{method} {path} without a name")


def run(command, rows):
    port = harness.free_port()
    with harness.running([*command, f"--web.listen-address=127.0.0.1:{port}"]):
        base = f"http://127.0.0.1:{port}"
        harness.wait_for(lambda: harness.fetch(base + "/-/ready", headers=lab.authorization("root"))[0] == 200, what=base)
        test(base, rows)


def main():
    folder = lab.folder()
    web = "--web.config.file=" + lab.write(folder, "web.yml", CONFIG)
    scrape = lab.write(folder, "prometheus.yml", "scrape_configs: []\n")
    run([harness.ours("sonde-scraper"), f"--config.file={scrape}", f"--storage.tsdb.path={folder}/data", "--web.enable-lifecycle",
         "--web.enable-admin-api", web], SCRAPER)
    run([harness.ours("sonde-pushgateway"), "--web.enable-lifecycle", "--web.enable-admin-api", web], PUSHGATEWAY)
    shutil.rmtree(folder)


main()
