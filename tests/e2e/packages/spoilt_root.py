"""A root over this host in which packages are installed: what is written goes to memory and is dropped. A network of its own, no
systemd."""
import os
import subprocess
import tempfile

import harness

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
mkdir {folder}/tree/tmp/debs {folder}/tree/tmp/tests {folder}/tree/tmp/upper {folder}/tree/tmp/lower
mount --bind {folder}/upper {folder}/tree/tmp/upper
mount --bind / {folder}/tree/tmp/lower
mount -o remount,bind,ro {folder}/tree/tmp/lower
mount --bind {debs} {folder}/tree/tmp/debs
mount --bind {tests} {folder}/tree/tmp/tests
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || python3 -c '{loopback}'
exec chroot {folder}/tree env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  sh /tmp/tests/{script} /tmp/debs
"""
# Sets the flag IFF_UP of lo (SIOCSIFFLAGS), where there is neither ip nor ifconfig.
LOOPBACK = ("import fcntl,socket,struct; s=socket.socket(); "
            "fcntl.ioctl(s, 0x8914, struct.pack(\\\"16sh\\\", b\\\"lo\\\", 1))").replace('\\"', '"')


def run(script, folder):
    """Runs a script of this folder in such a root, with /tmp/debs being the folder of the packages; a skip where none can be made."""
    if os.geteuid() != 0:
        harness.skip("only root can install")
    for program in ("unshare", "chroot", "setpriv", "curl", "systemd-sysusers"):
        harness.need(program)
    probe = "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w && mount -t overlay o -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w /mnt"
    done = subprocess.run(["unshare", "-m", "-n", "-p", "-f", "sh", "-c", probe], capture_output=True, text=True)
    if done.returncode != 0:
        harness.skip("this host does not let root make a root of its own: " + done.stderr.strip()[-200:])
    with tempfile.TemporaryDirectory() as mounted:
        text = SCRIPT.format(folder=mounted, debs=folder, loopback=LOOPBACK, script=script,
                             tests=os.path.dirname(os.path.abspath(__file__)))
        return subprocess.run(["unshare", "-m", "-n", "-p", "-f", "--kill-child", "sh", "-c", text], capture_output=True, text=True,
                              timeout=500)
