"""The MySQL exporter with a real MariaDB, beside the reference exporter where that is installed."""
import os
import shutil
import signal
import tempfile

import harness
import lab
from expositions import check, differences, page

# Rows of docs/differences.md.
KNOWN = ["^mysql_exporter_collector_success$", "^mysql_exporter_last_scrape_error$", "^mysql_exporter_scrapes_total$",
         "^mysqld_exporter_"]


def test_page(base):
    got = page(base + "/metrics")
    check(got.value("mysql_up") == 1, "the server is up")
    for name in ("global_status", "global_variables", "info_schema.innodb_cmp", "info_schema.innodb_cmpmem",
                 "info_schema.query_response_time", "slave_status"):
        check(got.value("mysql_exporter_collector_success", collector="collect." + name) == 1, f"{name} succeeds")
    check(got.value("mysql_global_variables_max_connections") == 151, "a variable has the server's default")
    check(got.value("mysql_global_status_threads_running") >= 1, "a status value is there")
    check(got.types["mysql_global_status_commands_total"] == "counter", "commands are a counter")
    check(got.value("mysql_slave_status_master_port", master_host="127.0.0.2", master_uuid="", channel_name="",
                    connection_name="east") == 2, "each of two masters has its series")
    check(got.value("mysql_info_schema_query_response_time_seconds_count") > 0, "response times are a histogram")
    check(any(name == "mysql_version_info" and "MariaDB" in dict(labels)["version"] for name, labels in got.samples),
          "the version is MariaDB's")
    few = page(base + "/metrics?collect[]=global_variables")
    check("mysql_global_status_uptime" not in few.names() and few.value("mysql_up") == 1, "collect[] selects")


def test_beside_reference(base, port, folder):
    reference = shutil.which("prometheus-mysqld-exporter")
    if reference is None:
        return print("note: no prometheus-mysqld-exporter here, not compared")
    their_port = harness.free_port()
    command = [reference, f"--web.listen-address=127.0.0.1:{their_port}", "--config.my-cnf=" + os.path.join(folder, "my.cnf")]
    source = f"sonde:{lab.PASSWORD}@tcp(127.0.0.1:{port})/"
    with harness.running(command, env={"DATA_SOURCE_NAME": source}):
        harness.wait_http(f"http://127.0.0.1:{their_port}/")
        for _ in range(2):  # What both do to the server is then in the counters of both.
            theirs = page(f"http://127.0.0.1:{their_port}/metrics")
            ours = page(base + "/metrics")
    found = differences(theirs, ours, KNOWN)
    check(not found, "families, types and series are the reference's: " + "; ".join(found))
    same = ("mysql_global_variables", "mysql_slave_status", "mysql_info_schema_innodb")
    differing = [key for key, text in theirs.samples.items()
                 if key[0].startswith(same) and float(ours.samples[key]) != float(text)]
    check(not differing, f"variables, slaves and InnoDB's figures have the reference's values: {differing}")


def test_probe(base, port):
    target = f"127.0.0.1:{port}"
    got = page(f"{base}/probe?target={target}")
    check(got.value("mysql_up") == 1, "/probe of a target")
    check(not any(name.startswith("process_") for name in got.names()), "/probe shows the target only")
    check(page(f"{base}/probe?target={target}&auth_module=client.other").value("mysql_up") == 0,
          "an auth_module with another password does not get in")
    check(page(f"{base}/probe?target=127.0.0.1:1").value("mysql_up") == 0, "a target that refuses is mysql_up 0")
    for query, part in (("", b"target is required"), ("?target=", b"target is required"), ("?target=nowhere", b"host:port"),
                        ("?target=a:99999", b"host:port"), ("?target=a/b:3306", b"host:port"), ("?target=u@a:3306", b"host:port"),
                        ("?target=unix://x", b"host:port"), (f"?target={target}&auth_module=x", b"auth_module")):
        status, headers, body = harness.fetch(base + "/probe" + query)
        check(status == 400 and part in body and headers["Content-Type"].startswith("text/plain"),
              f"/probe{query} is 400 with its reason")


def test_missing_privilege(base, port, log):
    got = page(f"{base}/probe?target=127.0.0.1:{port}&auth_module=client.narrow&collect[]=slave_status")
    check(got.value("mysql_up") == 1 and got.value("mysql_exporter_collector_success", collector="collect.slave_status") == 0,
          "who may not see replication gets the rest")
    with open(log, encoding="utf-8") as file:
        said = file.read()
    check("error 1227" in said and "SLAVE MONITOR" in said and "1064" not in said, "the log names the missing privilege")


def test_reload(base, cnf, port):
    lab.write_cnf(cnf, client={"user": "", "host": "127.0.0.1", "port": port})
    status, _, body = harness.fetch(base + "/-/reload", method="POST")
    check(status == 500 and b"user" in body, "a broken my.cnf is refused with its reason")
    got = page(base + "/metrics")
    check(got.value("mysql_up") == 1, "the old one is kept")
    check(got.value("mysqld_exporter_config_last_reload_successful") == 0, "the failure is a metric")
    lab.write_cnf(cnf, client={"user": "sonde", "password": "wrong", "host": "127.0.0.1", "port": port})
    check(harness.fetch(base + "/-/reload", method="POST")[0] == 200, "a good one is taken")
    check(page(base + "/metrics").value("mysql_up") == 0, "its password is used")


def main():
    folder = tempfile.mkdtemp()
    cnf, log = os.path.join(folder, "my.cnf"), os.path.join(folder, "log")
    with lab.server(folder) as port:
        lab.write_cnf(cnf, client={"user": "sonde", "password": lab.PASSWORD, "host": "127.0.0.1", "port": port},
                      client_other={"password": "wrong-horse"}, client_narrow={"user": "narrow"})
        with lab.exporter(cnf, log) as (base, process):
            test_page(base)
            test_beside_reference(base, port, folder)
            test_probe(base, port)
            test_missing_privilege(base, port, log)
            shown = b"".join(harness.fetch(base + path)[2] for path in ("/", "/metrics", f"/probe?target=127.0.0.1:{port}"))
            test_reload(base, cnf, port)
            process.send_signal(signal.SIGTERM)
            check(process.wait(10) == 0, "SIGTERM ends with code 0")
        with open(log, "rb") as file:
            said = file.read()
        for secret in (lab.PASSWORD, "wrong-horse"):
            check(secret.encode() not in said + shown, "no password in pages and log")


if __name__ == "__main__":
    main()
