"""The life of every package (lifecycle.sh) in a root over this host: what is written goes to memory and is dropped.

Without systemd: the script starts the unit's ExecStart as the unit's user. tests/long/packages does the same in a new root with
systemd in it. Ports are the programs' own, in a network of the root's own.
"""
import os
import subprocess
import tempfile

import harness
import packed
from expositions import check
from repacked import make_later

SCRIPT = """set -e
mount --make-rprivate /
mount -t tmpfs tmpfs {folder}
mkdir {folder}/upper {folder}/work {folder}/tree
mount -t overlay overlay -o lowerdir=/,upperdir={folder}/upper,workdir={folder}/work {folder}/tree
mount -t proc proc {folder}/tree/proc
mount --rbind /dev {folder}/tree/dev
mount -t sysfs -o ro sysfs {folder}/tree/sys
mount -t tmpfs tmpfs {folder}/tree/run
mount -t tmpfs tmpfs {folder}/tree/tmp
mkdir {folder}/tree/tmp/debs {folder}/tree/tmp/tests
mount --bind {debs} {folder}/tree/tmp/debs
mount --bind {tests} {folder}/tree/tmp/tests
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || python3 -c '{loopback}'
exec chroot {folder}/tree env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  sh /tmp/tests/lifecycle.sh /tmp/debs {sources}
"""
# Sets the flag IFF_UP of lo (SIOCSIFFLAGS), where there is neither ip nor ifconfig.
LOOPBACK = ("import fcntl,socket,struct; s=socket.socket(); "
            "fcntl.ioctl(s, 0x8914, struct.pack(\\\"16sh\\\", b\\\"lo\\\", 1))").replace('\\"', '"')


def main():
    if os.geteuid() != 0:
        harness.skip("only root can install")
    for program in ("unshare", "chroot", "setpriv", "curl", "deb-systemd-helper", "systemd-sysusers"):
        harness.need(program)
    probe = "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w && mount -t overlay o -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w /mnt"
    done = subprocess.run(["unshare", "-m", "-n", "-p", "-f", "sh", "-c", probe], capture_output=True, text=True)
    if done.returncode != 0:
        harness.skip("this host does not let root make a root of its own: " + done.stderr.strip()[-200:])
    with packed.packages() as debs, tempfile.TemporaryDirectory() as folder:
        make_later(debs)
        script = SCRIPT.format(folder=folder, debs=debs, sources=packed.SOURCES, tests=os.path.dirname(os.path.abspath(__file__)), loopback=LOOPBACK)
        done = subprocess.run(["unshare", "-m", "-n", "-p", "-f", "--kill-child", "sh", "-c", script], capture_output=True,
                              text=True, timeout=300)
        print(done.stdout)
        check(done.returncode == 0 and done.stdout.endswith("LIFECYCLE COMPLETE\n"), "the life of every package: " + done.stderr[-3000:])


main()
