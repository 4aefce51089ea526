"""What the scripts of this folder share: the packages of the build that is tested, made once per script."""
import contextlib
import os
import subprocess
import tempfile

import harness
from expositions import check

# The folder of the build lies above its bin/; the sources are where the tests run.
BUILD = os.path.dirname(os.path.abspath(harness.BIN))
SOURCES = os.getcwd()
SERVICES = ["sonde-node-exporter", "sonde-mysqld-exporter", "sonde-redis-exporter", "sonde-blackbox-exporter",
            "sonde-pushgateway", "sonde-scraper"]
BINARIES = {**{name: name for name in SERVICES}, "sonde-tools": "sondectl"}


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def cached(key):
    """An entry of the build's CMakeCache.txt, or ''."""
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith(key + ":"):
                return line.partition("=")[2].strip()
    return ""


def is_whole():
    return all(os.path.exists(harness.ours(binary)) for binary in BINARIES.values())


def made(package, name):
    return os.path.join(BUILD, "packaging/made", package, name)


@contextlib.contextmanager
def packages(**environment):
    """A folder with the packages of the build; a skip where this build has not everything."""
    if not is_whole():
        harness.skip("packages are made of a build with all components")
    for program in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
        harness.need(program)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["packaging/packages", "--pack-only", BUILD, folder], capture_output=True, text=True,
                              env={**os.environ, **environment})
        check(done.returncode == 0, "packaging/packages: " + (done.stdout + done.stderr)[-2000:])
        yield folder
