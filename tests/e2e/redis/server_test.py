"""The Redis exporter with real servers, beside the reference exporter where that is installed."""
import json
import os
import re
import tempfile

import harness
import lab
from expositions import check, differences, page


def test_page(base, port):
    lab.tell(port, ["SET", "a", "1"], ["SET", "b", "2", "EX", "1000"], ["GET", "a"], ["GET", "missing"], ["NO-SUCH"])
    got = page(base + "/metrics")
    check(got.value("redis_up") == 1, "the server is up")
    check((got.value("redis_db_keys", db="db0"), got.value("redis_db_keys_expiring", db="db0")) == (2, 1), "keys are counted")
    check(got.value("redis_db_keys", db="db15") == 0, "empty databases are shown")
    check((got.value("redis_keyspace_hits_total"), got.value("redis_keyspace_misses_total")) == (1, 1), "hits and misses")
    check(got.value("redis_commands_total", cmd="set") == 2, "commands are counted")
    check(got.value("redis_errors_total", err="ERR") == 1, "errors are counted")
    check(got.value("redis_slowlog_length") == 0 and got.value("redis_config_maxclients") > 0, "slow log and configuration")
    check(got.value("redis_exporter_last_scrape_error", err="") == 0, "no error")


def test_beside_reference(base, port):
    found = lab.reference()
    if found is None:
        return print("note: no reference exporter here, not compared")
    reference, known = found
    flags = [f"--redis.addr=redis://127.0.0.1:{port}"]
    with lab.exporter(None, *flags, env={"REDIS_PASSWORD": lab.PASSWORD}, program=reference) as (their_base, _):
        theirs = page(their_base + "/metrics")
        ours = page(base + "/metrics")
    found = differences(theirs, ours, [*known, "^redis_latency_"])
    check(not found, "families, types and series are the reference's: " + "; ".join(found))
    stable = re.compile("^redis_(db_(?!avg_ttl)|keyspace_|config_|errors_|aof_|rdb_|repl|connected_slaves|uptime_not)")
    differing = [key for key, text in theirs.samples.items()
                 if stable.search(key[0]) and key in ours.samples and float(ours.samples[key]) != float(text)]
    check(not differing, f"stable values are the reference's: {differing}")
    return None


def test_scrape(base, port, other):
    for target in (f"redis://127.0.0.1:{port}", f"127.0.0.1:{port}", f"127.0.0.1:{other}"):
        got = page(f"{base}/scrape?target={target}")
        check(got.value("redis_up") == 1, f"/scrape of {target}")
        check(not any(name.startswith("process_") for name in got.names()), "/scrape shows the target only")
    got = page(f"{base}/scrape?target=127.0.0.1:{other}")
    slave = {"master_host": "127.0.0.1", "master_port": str(port)}
    harness.wait_for(lambda: page(f"{base}/scrape?target=127.0.0.1:{other}").value("redis_master_link_up", **slave) == 1,
                     what="the replica's link")
    check(page(base + "/metrics").value("redis_connected_slaves") == 1, "the master sees its replica")
    check(page(f"{base}/scrape?target=127.0.0.1:1").value("redis_up") == 0, "a target that refuses is redis_up 0")
    for query, part in (("", b"target"), ("?target=", b"target"), ("?target=http://x", b"invalid address"),
                        ("?target=x:0", b"invalid address"), ("?target=rediss://x:0", b"invalid address")):
        status, headers, body = harness.fetch(base + "/scrape" + query)
        check(status == 400 and part in body and headers["Content-Type"].startswith("text/plain"),
              f"/scrape{query} is 400 with its reason")
    check(page(base + "/metrics").value("redis_target_scrape_request_errors_total") == 5, "they are counted")


def test_password_file(folder, port, log):
    path = os.path.join(folder, "passwords.json")

    def write(text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    write(json.dumps({f"redis://127.0.0.1:{port}": lab.PASSWORD}))
    with lab.exporter(log, "--redis.addr=", f"--redis.password-file={path}") as (base, _):
        url = f"{base}/scrape?target=redis://127.0.0.1:{port}"
        check(page(url).value("redis_up") == 1, "the file's password is used")
        check("redis_up" not in page(base + "/metrics").names(), "an empty --redis.addr has no server of its own")
        write(json.dumps({"x": 1}))
        status, _, body = harness.fetch(base + "/-/reload", method="POST")
        check(status == 500 and b"is no string" in body, "a broken file is refused with its reason")
        check(page(url).value("redis_up") == 1, "the old one is kept")
        write(json.dumps({f"redis://127.0.0.1:{port}": "wrong-horse"}))
        check(harness.fetch(base + "/-/reload", method="POST")[0] == 200, "a good one is taken")
        got = page(url)
        check(got.value("redis_up") == 0, "its password is used")
        check(any("WRONGPASS" in dict(labels).get("err", "") for _, labels in got.samples), "the server's reason is a label")


def test_passwords_apart(port, log):
    """The password within --redis.addr opens a connection that is not for those who do not have it."""
    with lab.exporter(log, f"--redis.addr=redis://:{lab.PASSWORD}@127.0.0.1:{port}") as (base, _):
        check(page(base + "/metrics").value("redis_up") == 1, "the password of --redis.addr is used")
        check(page(f"{base}/scrape?target=127.0.0.1:{port}").value("redis_up") == 0, "and serves no target without it")


def main():
    folder = tempfile.mkdtemp()
    log = os.path.join(folder, "log")
    with lab.server() as port, lab.server("--replicaof", "127.0.0.1", str(port)) as other:
        with lab.exporter(log, f"--redis.addr=redis://127.0.0.1:{port}", env={"REDIS_PASSWORD": lab.PASSWORD}) as (base, process):
            test_page(base, port)
            test_beside_reference(base, port)
            test_scrape(base, port, other)
            shown = b"".join(harness.fetch(base + path)[2]
                             for path in ("/", "/metrics", f"/scrape?target=redis://u:in-the-url@127.0.0.1:{port}"))
            process.terminate()
            check(process.wait(10) == 0, "SIGTERM ends with code 0")
        test_password_file(folder, port, log)
        test_passwords_apart(port, log)
    with open(log, "rb") as file:
        said = file.read()
    for secret in (lab.PASSWORD, "wrong-horse", "in-the-url"):
        check(secret.encode() not in said + shown, "no password in pages and log")


if __name__ == "__main__":
    main()
