"""The life of every package (tests/e2e/packages/lifecycle.sh) on a Debian 12 made from nothing, with a running systemd.

usage: SONDE_LONG=1 lifecycle_test.py [ROOT]    ROOT is a debootstrapped root to copy instead of making one

Needs root, debootstrap, systemd-nspawn and, without ROOT, the network; takes some minutes. The services are started by systemd
as their units say: confinement, users, credentials and readiness are those of a real installation.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

import harness

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, "../../e2e/packages")
sys.path.insert(0, SHARED)
import packed  # noqa: E402
from expositions import check  # noqa: E402
from repacked import make_later  # noqa: E402

MIRROR = "http://deb.debian.org/debian"
TOOLS = ["systemd", "systemd-sysv", "dbus", "init-system-helpers", "passwd", "curl"]
SERVICE = """[Unit]
Description=The life of every package
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
ExecStart=/bin/sh /tests/lifecycle.sh /debs
StandardOutput=append:/out/log
StandardError=append:/out/log
[Install]
WantedBy=default.target
"""


def needed_packages(debs):
    """What the packages depend on, the first of each choice."""
    names = set(TOOLS)
    for path in glob.glob(os.path.join(debs, "*.deb")):
        for choice in packed.output("dpkg-deb", "-f", path, "Depends").split(","):
            names.add(re.sub(r"\(.*?\)|\|.*", "", choice).strip())
    return sorted(name for name in names if name and not name.startswith(("sonde", "systemd-standalone")))


def make_root(folder, debs):
    root = os.path.join(folder, "root")
    if len(sys.argv) > 1:
        packed.output("cp", "-a", sys.argv[1], root)
        return root
    debootstrap = harness.need("debootstrap")
    if subprocess.run(["curl", "-fsSI", "-m", "10", f"{MIRROR}/dists/bookworm/InRelease"], capture_output=True).returncode != 0:
        harness.skip("no network: the mirror of Debian does not answer")
    done = subprocess.run([debootstrap, "--variant=minbase", "--include=" + ",".join(needed_packages(debs)), "bookworm", root, MIRROR],
                          capture_output=True, text=True)
    check(done.returncode == 0, "debootstrap: " + done.stdout[-500:])
    return root


def main():
    if os.environ.get("SONDE_LONG") != "1":
        harness.skip("takes minutes: set SONDE_LONG=1; e2e.packages.lifecycle does the same without systemd")
    if os.geteuid() != 0:
        harness.skip("only root can make a root")
    nspawn = harness.need("systemd-nspawn")
    with packed.packages() as debs, tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        make_later(debs)
        root = make_root(folder, debs)
        os.mkdir(f"{folder}/out")
        with open(f"{root}/etc/systemd/system/sonde-lifecycle.service", "w", encoding="utf-8") as file:
            file.write(SERVICE)
        os.makedirs(f"{root}/etc/systemd/system/default.target.wants", exist_ok=True)
        os.symlink("../sonde-lifecycle.service", f"{root}/etc/systemd/system/default.target.wants/sonde-lifecycle.service")
        command = [nspawn, "-q", "-D", root, "--register=no", "--keep-unit", "--private-network", "--machine=sonde-lifecycle",
                   f"--bind-ro={debs}:/debs", f"--bind-ro={SHARED}:/tests", f"--bind={folder}/out:/out", "-b"]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)
        log = f"{folder}/out/log"
        if not os.path.exists(log):
            harness.skip("systemd does not start in a container here: " + (done.stdout + done.stderr)[-300:])
        with open(log, encoding="utf-8") as file:
            text = file.read()
        print(text)
        check(text.endswith("LIFECYCLE COMPLETE\n"), "the life of every package under systemd")


main()
