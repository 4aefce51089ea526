"""Runs the commands of the documentation and checks its configurations, so that what a reader copies works.

Everything runs in a network of its own, in which the usual ports are free: the stack of packaging/quickstart, a Redis server
and a MariaDB server. The working folder looks like the repository, with this build in build/release. In front of PATH stand
stand-ins for three commands: sudo (runs the rest), apt (asks apt-get what it would install) and cmake (looks whether the preset
exists: this build is the one that is tested).

usage: blocks_test.py [PLACE…]    only the blocks whose place, as "README.md:90", begins like one of these
"""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

import harness
from blocks import blocks_of, documents
from expositions import check

BUILD = os.path.dirname(os.path.abspath(harness.BIN))
INSIDE = "SONDE_DOCS_INSIDE"
EXEMPT_SHARE_MAX = 0.1
STAND_INS = {
    "sudo": 'exec "$@"\n',
    "apt": 'exec apt-get --simulate -qq "$@"\n',
    "cmake": 'case "$*" in\n  --preset*|"--build --preset"*|"--workflow --preset"*) ;;\n  "-S . -B "*|"--build /"*) exit 0 ;;\n'
             '  *) exec REAL_CMAKE "$@" ;;\nesac\n'
             'for word in "$@"; do\n  case "$last" in --preset) grep -q "\\"name\\": \\"$word\\"" CMakePresets.json || exit 1 ;; esac\n'
             '  last=$word\ndone\n',
}
SECONDS_MAX = 400  # Packing takes a while on a busy machine; this only ends what hangs.


def lay_out(folder):
    """A working folder that looks like the repository, and the stand-ins."""
    work, stand_ins = os.path.join(folder, "sonde"), os.path.join(folder, "bin")
    for path in (work, os.path.join(work, "build"), os.path.join(work, ".quickstart"), stand_ins):
        os.mkdir(path)
    for name in os.listdir("."):
        if name not in ("build", ".git", ".quickstart"):
            os.symlink(os.path.abspath(name), os.path.join(work, name))
    os.symlink(BUILD, os.path.join(work, "build/release"))
    for name, text in STAND_INS.items():
        path = os.path.join(stand_ins, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + text.replace("REAL_CMAKE", shutil.which("cmake")))
        os.chmod(path, 0o755)
    return work, f"{stand_ins}:{BUILD}/bin:{os.environ['PATH']}"


CONFIGURATION = """global: {scrape_interval: 1s}
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["127.0.0.1:9100"]}]
  - job_name: scraper
    static_configs: [{targets: ["127.0.0.1:9090"]}]
  - job_name: watch
    metrics_path: /probe
    file_sd_configs: [{files: [sonde/.quickstart/watch.yml]}]
    relabel_configs:
      - {source_labels: [__address__], target_label: instance}
      - {source_labels: [module], target_label: __param_module}
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__address__], regex: "(?:icmp|tcp|tls)://(.+)", target_label: __param_target}
      - {target_label: __address__, replacement: "127.0.0.1:9115"}
"""


@contextlib.contextmanager
def stack(folder):
    """What packaging/quickstart starts, and a Redis server."""
    textfiles = os.path.join(folder, "textfiles")
    os.mkdir(textfiles)
    with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as file:
        file.write(CONFIGURATION)
    commands = [
        ("sonde-node-exporter", 9100, [f"--collector.textfile.directory={textfiles}"]),
        ("sonde-blackbox-exporter", 9115, ["--config.file=packaging/etc/sonde-blackbox-exporter/blackbox.yml"]),
        ("sonde-pushgateway", 9091, ["--web.enable-admin-api"]),
        ("sonde-scraper", 9090, [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                 "--web.enable-lifecycle"])]
    with contextlib.ExitStack() as all_of_them:
        for name, port, flags in commands:
            all_of_them.enter_context(harness.running([harness.ours(name), *flags, f"--web.listen-address=127.0.0.1:{port}"],
                                                      log=f"{folder}/{name}.log"))
            harness.wait_http(f"http://127.0.0.1:{port}/-/healthy")
        all_of_them.enter_context(harness.running([harness.need("redis-server"), "--port", "6379", "--save", "", "--dir", folder]))
        all_of_them.enter_context(mariadb(folder))
        harness.wait_for(lambda: b'"value"' in harness.fetch("http://127.0.0.1:9090/api/v1/query?query=node_load1")[2],
                         20, "a stored sample")
        yield {"TEXTFILES": textfiles}


@contextlib.contextmanager
def mariadb(folder):
    """A server on the usual port, which is free in this network."""
    sys.path.insert(0, "tests/e2e/mysql")
    import lab  # pylint: disable=import-outside-toplevel
    lab.harness.free_port = lambda: 3306
    os.mkdir(f"{folder}/mariadb")
    with open(f"{folder}/.my.cnf", "w", encoding="utf-8") as file:  # HOME of the commands is the folder.
        file.write(f"[client]\nuser=root\nsocket={folder}/mariadb/sock\n")
    with lab.server(f"{folder}/mariadb"):
        yield


def run_commands(block, work, path, folder, environment):
    env = {"PATH": path, "HOME": folder, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **environment}
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], cwd=work, env=env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{block.place}: does not end") from None
    check(done.returncode == 0, f"{block.place}: ends with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")


def check_configuration(block, folder):
    """A prometheus.yml by our own checker; others only have to be YAML, which the same checker reads first."""
    path = os.path.join(folder, "block.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(block.text)
    done = subprocess.run([harness.ours("sondectl"), "check", "config", "--syntax-only", path], capture_output=True, text=True)
    if block.text.startswith("# prometheus.yml"):
        check(done.returncode == 0, f"{block.place}: {done.stdout + done.stderr}")
    else:
        # What is not for the scraper fails on its first key, after it was read as a whole.
        check("not found" in done.stderr + done.stdout or "unknown" in done.stderr + done.stdout, f"{block.place}: {done.stderr}")


def run_all():
    blocks = [block for path in documents() for block in blocks_of(path)]
    exempt = [block for block in blocks if block.reason]
    for block in exempt:
        print(f"not run: {block.place}: {block.reason}")
    check(len(exempt) <= EXEMPT_SHARE_MAX * len(blocks), f"at most one block in ten is not run: {len(exempt)} of {len(blocks)}")
    with tempfile.TemporaryDirectory() as folder:
        work, path = lay_out(folder)
        with stack(folder) as environment:
            for block in blocks:
                if len(sys.argv) > 1 and not block.place.startswith(tuple(sys.argv[1:])):
                    continue
                if block.language == "yaml":
                    check_configuration(block, folder)
                elif not block.reason:
                    run_commands(block, work, path, folder, environment)


def main():
    if os.environ.get(INSIDE):
        return run_all()
    for program in ("unshare", "redis-server", "curl", "openssl", "apt-get"):
        harness.need(program)
    names = ("sonde-node-exporter", "sonde-blackbox-exporter", "sonde-pushgateway", "sonde-scraper", "sonde-redis-exporter",
             "sonde-mysqld-exporter", "sondectl")
    if not all(os.path.exists(harness.ours(name)) for name in names):
        harness.skip("the documentation is about all components")
    own = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    up = ("import fcntl, socket, struct; s = socket.socket(); "
          "fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 1))")  # SIOCSIFFLAGS: IFF_UP
    if subprocess.run([*own, sys.executable, "-c", up], capture_output=True).returncode != 0:
        harness.skip("this host does not let a process have a network of its own")
    inside = f"{up}; import os; os.execv({sys.executable!r}, [{sys.executable!r}, '-B', {os.path.abspath(__file__)!r}, *{sys.argv[1:]!r}])"
    done = subprocess.run([*own, sys.executable, "-c", inside], env={**os.environ, INSIDE: "1"})
    sys.exit(done.returncode)


main()
