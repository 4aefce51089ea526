"""A MariaDB server of its own data folder, and exporters beside it."""
import contextlib
import os
import subprocess

import harness

PASSWORD = "correct-horse#7"


def write_cnf(path, **sections):
    """my.cnf of [section] → keys; "client_servers" is written as client.servers."""
    with open(path, "w", encoding="utf-8") as file:
        for name, keys in sections.items():
            file.write(f"[{name.replace('_', '.')}]\n")
            file.writelines(f"{key}={value}\n" for key, value in keys.items())


def client(folder, sql):
    """The command that runs statements as root."""
    return [harness.need("mariadb"), "--no-defaults", "-uroot", f"-S{os.path.join(folder, 'sock')}", "-e", sql]


def run_sql(folder, sql):
    subprocess.run(client(folder, sql), check=True, capture_output=True, timeout=60)


@contextlib.contextmanager
def server(folder, *flags):
    """Runs mariadbd with more flags; gives its port. The users sonde and narrow have PASSWORD; narrow may not see replication."""
    mariadbd, install = harness.need("mariadbd"), harness.need("mariadb-install-db")
    data, socket = os.path.join(folder, "data"), os.path.join(folder, "sock")
    port = harness.free_port()
    # One of its own: a server that starts removes the temporary tables of all others there.
    own = {"TMPDIR": folder}
    subprocess.run([install, "--no-defaults", "--user=root", "--auth-root-authentication-method=normal", "--skip-test-db",
                    f"--datadir={data}"], check=True, capture_output=True, env={**os.environ, **own})
    with harness.running([mariadbd, "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={socket}",
                          f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder}/pid", *flags], env=own):
        sql = (f"CREATE USER sonde@'%' IDENTIFIED BY '{PASSWORD}';"
               "GRANT PROCESS, REPLICATION CLIENT, SLAVE MONITOR ON *.* TO sonde@'%';"
               f"CREATE USER narrow@'%' IDENTIFIED BY '{PASSWORD}'; GRANT PROCESS, REPLICATION CLIENT ON *.* TO narrow@'%';"
               # Something for every collector to show: response times, and two masters that nobody asks.
               "INSTALL SONAME 'query_response_time'; SET GLOBAL query_response_time_stats=1;"
               "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=1, MASTER_USER='x';"
               "CHANGE MASTER 'east' TO MASTER_HOST='127.0.0.2', MASTER_PORT=2, MASTER_USER='x';")

        def ready():
            return subprocess.run(client(folder, sql), capture_output=True).returncode == 0
        harness.wait_for(ready, 40, "mariadbd")
        yield port


@contextlib.contextmanager
def exporter(cnf, log, *flags, env=None):
    """Runs ours; gives its base URL and process."""
    port = harness.free_port()
    command = [harness.ours("sonde-mysqld-exporter"), f"--web.listen-address=127.0.0.1:{port}", f"--config.my-cnf={cnf}"]
    with harness.running([*command, *flags], log=log, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_http(base + "/")
        yield base, process
