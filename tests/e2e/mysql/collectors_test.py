"""Every collector of the MySQL exporter with a real MariaDB, beside the reference exporter where that is installed."""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time

import harness
import lab
from expositions import check, differences, page

# What mysqld_exporter 0.20 has.
COLLECTORS = """
auto_increment.columns binlog_size engine_innodb_status engine_tokudb_status global_status global_variables heartbeat
info_schema.clientstats info_schema.innodb_cmp info_schema.innodb_cmpmem info_schema.innodb_metrics
info_schema.innodb_tablespaces info_schema.processlist info_schema.query_response_time info_schema.replica_host
info_schema.rocksdb_perf_context info_schema.schemastats info_schema.tables info_schema.tablestats info_schema.userstats
mysql.user perf_schema.eventsstatements perf_schema.eventsstatementssum perf_schema.eventswaits perf_schema.file_events
perf_schema.file_instances perf_schema.indexiowaits perf_schema.memory_events
perf_schema.replication_applier_status_by_worker perf_schema.replication_group_member_stats
perf_schema.replication_group_members perf_schema.tableiowaits perf_schema.tablelocks slave_hosts slave_status
sys.user_summary
""".split()
# What this server does not have: engines and tables of others.
ELSEWHERE = {"engine_tokudb_status", "info_schema.rocksdb_perf_context", "perf_schema.replication_applier_status_by_worker",
             "perf_schema.replication_group_member_stats", "perf_schema.replication_group_members"}

# Rows of docs/differences.md: families, and what else is said of them.
KNOWN = ["^mysql_exporter_collector_success$", "^mysql_exporter_last_scrape_error$", "^mysql_exporter_scrape_errors_total$",
         "^mysql_exporter_scrapes_total$", "^mysqld_exporter_", "^mysql_slave_status_gtid_", "^mysql_sys_",
         "^mysql_info_schema_innodb_tablespace_", "^mysql_perf_schema_events_statements_(latency|lock_time)"]
KNOWN_SERIES = [r"series only there: mysql_info_schema_table_.*'schema': 'sys'",
                r"series only here: mysql_exporter_collector_duration_seconds.*(rocksdb_perf_context|sys.user_summary)",
                # Ours is a kept connection, which theirs sees.
                r"series only there: mysql_info_schema_processlist_.*('mysql_user': 'sonde'|'command': 'sleep')"]
# What nothing but the scrapes themselves changes between two of them is compared by value.
STEADY = re.compile("^mysql_(info_schema_(auto_increment|table_(version|rows|size)|innodb_cmp)|heartbeat_stored|binlog|mysql_|slave_status|"
                    "perf_schema_(memory_events_alloc|file_instances|(table|index)_io_waits_total))")
UNSTEADY = re.compile("performance_schema|heartbeat|aria|/mysql|'mysql'|ibtmp|#sql|mode': 'read|sonde")

CONTENT = """
GRANT SELECT, REPLICATION MASTER ADMIN, BINLOG MONITOR ON *.* TO sonde@'%';
CREATE USER app@'10.%' WITH MAX_USER_CONNECTIONS 3;
CREATE DATABASE shop; USE shop;
CREATE TABLE orders (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, price FLOAT, KEY (price)) ENGINE=InnoDB;
INSERT INTO orders (price) VALUES (1), (2), (3);
CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 2;
SELECT COUNT(*) FROM orders; SELECT * FROM orders WHERE price > 1;
CREATE DATABASE heartbeat; CREATE TABLE heartbeat.heartbeat (ts VARCHAR(26) NOT NULL, server_id INT UNSIGNED PRIMARY KEY);
INSERT INTO heartbeat.heartbeat VALUES ('2026-01-02T03:04:05.678901', 7);
"""
# 2026-01-02 03:04:05.678901 where the server's time zone is UTC.
HEARTBEAT = 1767323045.678901


def success(got, name):
    return got.value("mysql_exporter_collector_success", collector="collect." + name)


def test_success(got):
    for name in COLLECTORS:
        check(success(got, name) == (0 if name in ELSEWHERE else 1), f"{name} {'is told as missing' if name in ELSEWHERE else 'succeeds'}")


def test_values(got):
    check(got.value("mysql_info_schema_auto_increment_column", schema="shop", table="orders", column="id") == 4, "the next id is 4")
    check(got.value("mysql_info_schema_auto_increment_column_max", schema="shop", table="orders", column="id") == 2**32 - 1,
          "an unsigned INT ends at 2^32 - 1")
    check(got.value("mysql_heartbeat_stored_timestamp_seconds", server_id="7") == HEARTBEAT, "the heartbeat is what was written")
    check(abs(got.value("mysql_heartbeat_now_timestamp_seconds", server_id="7") - time.time()) < 60, "now is now")
    check(got.value("mysql_binlog_files") == 1 and got.value("mysql_binlog_file_number") == 1, "there is one binary log")
    check(got.value("mysql_info_schema_table_rows", schema="shop", table="orders") == 3, "a table has its rows")
    check(got.value("mysql_mysql_max_user_connections", mysql_user="app", hostmask="10.%") == 3, "a user has his limit")
    check(got.value("mysql_info_schema_processlist_processes_by_user", mysql_user="root") == 1, "a thread is its user's")
    check(got.value("mysql_info_schema_user_statistics_rows_read_total", user="root") > 0, "a user's rows are counted")


def test_performance_schema(got, is_on):
    names = {name for name in got.names() if name.startswith("mysql_perf_schema_")}
    if not is_on:
        return check(not names, "without performance_schema its collectors succeed with nothing")
    for name in ("events_statements_total", "events_statements_sum_total", "events_waits_seconds_total", "file_events_bytes_total",
                 "file_instances_bytes", "index_io_waits_total", "memory_events_used_bytes", "table_io_waits_seconds_total",
                 "sql_lock_waits_total", "external_lock_waits_seconds_total"):
        check("mysql_perf_schema_" + name in names, f"{name} is there")
    inserts = ("mysql_perf_schema_table_io_waits_total", (("name", "orders"), ("operation", "insert"), ("schema", "shop")))
    check(float(got.samples[inserts]) == 3, "three rows were inserted")
    check(not any("quantile" in dict(labels) for _, labels in got.samples), "MariaDB has no quantiles, and none are shown")


def test_beside_reference(base, port, folder):
    reference = shutil.which("prometheus-mysqld-exporter")
    if reference is None:
        return print("note: no prometheus-mysqld-exporter here, not compared")
    known_flags = subprocess.run([reference, "--help"], capture_output=True, text=True, timeout=10)
    known_flags = set(re.findall(r"--collect\.[a-z_.]+", known_flags.stdout + known_flags.stderr))
    flags = [flag for flag in ("--collect." + name for name in COLLECTORS) if flag in known_flags]
    their_port = harness.free_port()
    source = f"sonde:{lab.PASSWORD}@tcp(127.0.0.1:{port})/"
    command = [reference, f"--web.listen-address=127.0.0.1:{their_port}", "--config.my-cnf=" + os.path.join(folder, "my.cnf")]
    with harness.running([*command, *flags], env={"DATA_SOURCE_NAME": source}):
        harness.wait_http(f"http://127.0.0.1:{their_port}/")
        for _ in range(2):  # What both do to the server is then in the counters of both.
            theirs = page(f"http://127.0.0.1:{their_port}/metrics")
            ours = page(base + "/metrics")
    known_series = re.compile("|".join(KNOWN_SERIES))
    found = [line for line in differences(theirs, ours, KNOWN) if not known_series.search(line)]
    check(not found, f"families, types and {len(theirs.samples)} series are the reference's: " + "; ".join(found))
    compared = [key for key in theirs.samples if STEADY.match(key[0]) and not UNSTEADY.search(str(key)) and key in ours.samples]
    differing = [key for key in compared if float(ours.samples[key]) != float(theirs.samples[key])]
    check(compared and not differing, f"{len(compared)} steady values are the reference's: {differing}")


def test_options(cnf, log):
    flags = ["--collect.info_schema.processlist", "--collect.info_schema.processlist.min_time=100000",
             "--collect.info_schema.tables", "--collect.info_schema.tables.databases=shop",
             "--collect.mysql.user", "--collect.mysql.user.privileges",
             "--collect.perf_schema.eventsstatements", "--collect.perf_schema.eventsstatements.limit=1",
             "--collect.perf_schema.eventsstatements.digest_text_limit=6",
             "--collect.perf_schema.file_instances", "--collect.perf_schema.file_instances.filter=orders[.]ibd$",
             "--collect.perf_schema.file_instances.remove_prefix=./",
             "--collect.perf_schema.memory_events", "--collect.perf_schema.memory_events.remove_prefix=memory/performance_schema/",
             "--collect.heartbeat", "--collect.heartbeat.database=no`such"]
    with lab.exporter(cnf, log, *flags) as (base, _):
        got = page(base + "/metrics")
    labels_of = lambda family: [dict(labels) for name, labels in got.samples if name == family]
    check(not labels_of("mysql_info_schema_processlist_threads"), "min_time leaves out what is younger")
    check({labels["schema"] for labels in labels_of("mysql_info_schema_table_rows")} == {"shop"}, "databases names those that are asked")
    check(got.value("mysql_mysql_select_priv", mysql_user="sonde", hostmask="%") == 1 and
          got.value("mysql_mysql_insert_priv", mysql_user="sonde", hostmask="%") == 0, "privileges are those that were granted")
    statements = labels_of("mysql_perf_schema_events_statements_total")
    check(len(statements) == 1 and len(statements[0]["digest_text"]) <= 6, "limit and digest_text_limit bound statements")
    files = {labels["file_name"] for labels in labels_of("mysql_perf_schema_file_instances_bytes")}
    check(len(files) == 1 and files.pop().endswith("shop/orders.ibd"), "filter chooses files")
    events = {labels["event_name"] for labels in labels_of("mysql_perf_schema_memory_events_used_bytes")}
    check(any(not name.startswith("memory/") for name in events), "remove_prefix is taken from memory events")
    check(success(got, "heartbeat") == 0 and success(got, "mysql.user") == 1, "a table that is not there costs its own collector only")
    done = subprocess.run([harness.ours("sonde-mysqld-exporter"), "--mysqld.username=a",
                           "--collect.perf_schema.eventsstatements.limit=-1"], capture_output=True, text=True, timeout=10)
    check(done.returncode == 1 and "--collect.perf_schema.eventsstatements.limit: want 0 to 250000" in done.stderr,
          "a limit that is none is refused by its flag's name")


@contextlib.contextmanager
def locked(folder, table):
    """Another session holds the table."""
    def holder():
        asked = "SELECT ID FROM information_schema.processlist WHERE INFO LIKE 'SELECT SLEEP(60)%'"
        return subprocess.run([*lab.client(folder, asked), "-N"], capture_output=True, text=True, timeout=10).stdout.strip()
    with harness.running(lab.client(folder, f"LOCK TABLES {table} WRITE; SELECT SLEEP(60)")):
        yield harness.wait_for(holder, 10, "the lock")
        lab.run_sql(folder, "KILL " + holder())
        harness.wait_for(lambda: not holder(), 10, "the end of the lock")


def test_deadline(folder, cnf, log):
    """A statement that waits ends in time for the page, which has the others."""
    flags = ["--collect." + name for name in ("heartbeat", "info_schema.tables", "mysql.user")]
    with lab.exporter(cnf, log, *flags, "--exporter.lock_wait_timeout=60") as (base, _):
        with locked(folder, "heartbeat.heartbeat"):
            for attempt in (1, 2):
                begun = time.monotonic()
                got = page(base + "/metrics", headers={"X-Prometheus-Scrape-Timeout-Seconds": "2.25"})
                seconds = time.monotonic() - begun
                check(seconds < 2.25 and got.value("mysql_up") == 1, f"the page is there in time ({seconds:.2f} s)")
                check(success(got, "heartbeat") == 0 and success(got, "slave_status") == 1, "what is on by default comes first and is there")
                check(success(got, "mysql.user") == (0 if attempt == 1 else 1),
                      "what came after it is left out once: the slow one comes last from then on")
            got = page(base + "/metrics", headers={"X-Prometheus-Scrape-Timeout-Seconds": "5"})
            check(success(got, "heartbeat") == 0 and got.value("mysql_exporter_collector_duration_seconds", collector="collect.heartbeat") > 3,
                  "a longer timeout is taken up by a connection that was opened for a shorter one")
        got = page(base + "/metrics")
        check(success(got, "heartbeat") == 1 and success(got, "mysql.user") == 1, "when the lock is gone all is there again")
    with open(log, encoding="utf-8") as file:
        said = file.read()
    check(said.count("error 1969") == 3 and "no time is left for scrapers" in said, "the log says what took too long and what was left out")


def test_many_rows(folder, cnf, log):
    lab.run_sql(folder, "USE heartbeat; CREATE TABLE many AS SELECT '2026-01-02T03:04:05' AS ts, seq AS server_id FROM seq_1_to_250100")
    with lab.exporter(cnf, log, "--collect.heartbeat", "--collect.heartbeat.table=many") as (base, _):
        _, _, body = harness.fetch(base + "/metrics?collect[]=heartbeat", timeout=30)
    count = body.count(b"\nmysql_heartbeat_stored_timestamp_seconds{")
    failed = b'mysql_exporter_collector_success{collector="collect.heartbeat"} 0\n' in body
    check(count == 250_000 and failed, f"of too many rows the first are shown ({count}), and it is a failure")
    with open(log, encoding="utf-8") as file:
        check("more than 250000 rows" in file.read(), "the log says so")


def main():
    for is_on in (True, False):
        folder = tempfile.mkdtemp()
        cnf, log = os.path.join(folder, "my.cnf"), os.path.join(folder, "log")
        flags = ["--performance-schema=" + ("ON" if is_on else "OFF"), "--userstat=ON", "--log-bin=bin", "--server-id=7",
                 "--default-time-zone=+00:00"]
        with lab.server(folder, *flags) as port:
            lab.run_sql(folder, CONTENT)
            lab.write_cnf(cnf, client={"user": "sonde", "password": lab.PASSWORD, "host": "127.0.0.1", "port": port})
            idle = lab.client(folder, "SELECT SLEEP(300)")  # somebody for the list of processes
            all_flags = ["--collect." + name for name in COLLECTORS]
            with harness.running(idle), lab.exporter(cnf, log, *all_flags) as (base, _):
                got = page(base + "/metrics")
                test_success(got)
                test_values(got)
                test_performance_schema(got, is_on)
                test_beside_reference(base, port, folder)
            if is_on:
                test_options(cnf, log)
                test_deadline(folder, cnf, log)
                test_many_rows(folder, cnf, log)


if __name__ == "__main__":
    main()
