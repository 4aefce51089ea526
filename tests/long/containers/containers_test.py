"""Every Containerfile, built by buildah, and the program of every image started as the image says.

usage: SONDE_LONG=1 containers_test.py [ROOT]    ROOT is a debootstrapped Debian 12 to copy instead of making one

buildah runs in a root of its own, so that neither it nor a daemon must be on the host, and without a container runtime
(--isolation=chroot). The base image, debian:12-slim, is made of the same root: no registry is asked. Needs root, debootstrap
and the network for packages; takes some minutes.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../e2e/packages"))
import packed  # noqa: E402
from expositions import check  # noqa: E402

MIRROR = "http://deb.debian.org/debian"
BASE = "docker.io/library/debian:12-slim"
# Flags that a program needs to start at all, beside what its image gives.
FLAGS = {"sonde-mysqld-exporter": ["--mysqld.address=127.0.0.1:1", "--mysqld.username=nobody"]}
# In namespaces of its own, so that all mounts end with it; "$@" runs in the root.
INSIDE = """set -e
root=$1 debs=$2 files=$3; shift 3
mount --make-rprivate /
mount --bind "$root" "$root"  # buildah changes how its root is mounted, so it must be one
mkdir -p "$root/debs" "$root/files"
mount --bind "$debs" "$root/debs"
mount --bind "$files" "$root/files"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
cp /etc/resolv.conf "$root/etc/resolv.conf"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot "$@"
"""
# IMAGE USER URL COMMAND…: in a network of its own.
START = """set -e
ip link set lo up
container=$(buildah from --pull-never "$1") user=${2%%:*} url=$3
shift 3
tree=$(buildah mount "$container")
mkdir -p "$tree/proc"
mount -t proc proc "$tree/proc"
uid=$(chroot "$tree" id -u "$user")
gid=$(chroot "$tree" id -g "$user" 2>/dev/null || echo 65534)
chroot --userspec "$uid:$gid" "$tree" "$@" &
pid=$!
for n in $(seq 100); do curl -fsS -m 5 "$url" 2>/dev/null && break; sleep 0.1; done
sed -n "s/^Uid:/uid/p" /proc/$pid/status
kill $pid
wait $pid
buildah rm "$container" >/dev/null
"""


class Root:
    def __init__(self, folder, debs):
        self.path, self.debs = os.path.join(folder, "root"), debs

    def run(self, *command):
        return subprocess.run(["unshare", "-m", "-p", "-f", "--kill-child", "sh", "-c", INSIDE, "-", self.path, self.debs,
                               "packaging/container", *command], capture_output=True, text=True)

    def must(self, what, *command):
        done = self.run(*command)
        check(done.returncode == 0, what + ("" if done.returncode == 0 else ": " + (done.stdout + done.stderr)[-1500:]))
        return done.stdout

    def make(self):
        if len(sys.argv) > 1:
            packed.output("cp", "-a", sys.argv[1], self.path)
        else:
            debootstrap = harness.need("debootstrap")
            if subprocess.run(["curl", "-fsSI", "-m", "10", f"{MIRROR}/dists/bookworm/InRelease"], capture_output=True).returncode != 0:
                harness.skip("no network: the mirror of Debian does not answer")
            packed.output(debootstrap, "--variant=minbase", "bookworm", self.path, MIRROR)
        # Before anything else is installed: the base image.
        packed.output("tar", "-C", self.path, "--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./dev/*", "-cf",
                      os.path.join(self.debs, "base.tar"), ".")
        self.must("buildah is installed", "sh", "-ec", "apt-get update -qq && apt-get install -qq -y --no-install-recommends buildah")
        self.must("the base image", "sh", "-ec",
                  f"c=$(buildah from scratch); buildah add -q $c /debs/base.tar /; buildah commit -q $c {BASE}; rm /debs/base.tar")


def start(root, image, settings, port):
    """Runs the image's program in its file system as its user; gives its page of metrics."""
    entry = settings["Entrypoint"] + settings.get("Cmd", []) + FLAGS.get(image, [])
    return root.must(f"{image}: its program ends cleanly", "unshare", "-n", "bash", "-c", START, "-", image, settings["User"],
                     f"http://127.0.0.1:{port}/metrics", *entry)


def test_image(root, path):
    image = os.path.basename(path).removesuffix(".Containerfile")
    root.must(f"{image}: built", "buildah", "bud", "-q", "--pull-never", "-f", f"/files/{os.path.basename(path)}", "-t", image, "/debs")
    settings = json.loads(root.must(f"{image}: inspected", "buildah", "inspect", "--type", "image", image))["OCIv1"]["config"]
    check(settings["User"] not in ("", "root", "0"), f"{image}: its user is {settings['User']}")
    port, = (name.split("/")[0] for name in settings["ExposedPorts"])
    said = start(root, image, settings, port)
    samples = len(re.findall(r"^[a-z]\w*[{ ]", said, re.M))
    uid = re.search(r"^uid\s+(\d+)", said, re.M)[1]
    check(samples > 10 and uid != "0", f"{image}: answers on its port {port} with {samples} samples, as user {uid}")


def main():
    if os.environ.get("SONDE_LONG") != "1":
        harness.skip("takes minutes: set SONDE_LONG=1")
    if os.geteuid() != 0:
        harness.skip("only root can make a root")
    with packed.packages() as debs, tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        root = Root(folder, debs)
        root.make()
        root.must("what starts an image", "apt-get", "install", "-qq", "-y", "--no-install-recommends", "curl", "iproute2")
        paths = sorted(glob.glob("packaging/container/*.Containerfile"))
        check(len(paths) == len(packed.SERVICES), "a Containerfile for every service")
        for path in paths:
            test_image(root, path)


main()
