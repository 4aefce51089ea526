"""Runs a command as a unit of ours would, without systemd: mounts, user, rights, limits, system calls. Needs root.

usage: confinement.py UNIT|- UID COMMAND [ARGUMENT…]    ("-": only the user)

What a unit says and this does not do: limits of control groups (MemoryMax, TasksMax) and MemoryDenyWriteExecute.
"""
import ctypes
import os
import re
import resource
import struct
import subprocess
import sys

from unit_file import Unit

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x20000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE = 1, 32, 4096, 16384, 1 << 19
KEPT_FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21}
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 22, 24, 38
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM, EAFNOSUPPORT = 1, 97
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}


def mount(source, target, kind=None, flags=0, data=None):
    words = [word.encode() if word is not None else None for word in (source, target, kind)]
    if LIBC.mount(*words, ctypes.c_ulong(flags), data.encode() if data else None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}: {os.strerror(ctypes.get_errno())}")


def mounts():
    """(path, flags that a remount must keep) of every mount, in order."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            fields = line.split()
            yield fields[4].encode().decode("unicode_escape"), sum(KEPT_FLAGS.get(word, 0) for word in fields[5].split(","))


def make_read_only(below, but=()):
    for path, flags in list(mounts()):
        inside = path == below or path.startswith(below.rstrip("/") + "/")
        if inside and not any(path == other or path.startswith(other + "/") for other in but):
            try:
                mount(None, path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | flags)
            except OSError:
                pass  # Hidden below another mount.


def hide(path):
    if os.path.isdir(path):
        mount("tmpfs", path, "tmpfs", MS_RDONLY, "mode=0000")
    elif os.path.exists(path):
        mount("/dev/null", path, None, MS_BIND)


def make_devices():
    os.makedirs("/run/sonde-confinement", exist_ok=True)
    mount("tmpfs", "/run/sonde-confinement", "tmpfs", 0, "mode=0755")
    for name, (major, minor) in DEVICES.items():
        os.mknod(f"/run/sonde-confinement/{name}", 0o20666, os.makedev(major, minor))
        os.chmod(f"/run/sonde-confinement/{name}", 0o666)
    os.mkdir("/run/sonde-confinement/shm")
    if os.path.isdir("/dev/shm"):
        mount("/dev/shm", "/run/sonde-confinement/shm", None, MS_BIND)
    mount("/run/sonde-confinement", "/dev", None, MS_BIND | MS_REC)
    LIBC.umount2(b"/run/sonde-confinement", 2)


def set_mounts(unit):
    if LIBC.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    mount(None, "/", None, MS_REC | MS_SLAVE)
    if unit.get("PrivateDevices") == "yes":
        make_devices()
    if unit.get("PrivateTmp") == "yes":
        mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777")
        mount("tmpfs", "/var/tmp", "tmpfs", 0, "mode=1777")
    if unit.get("ProtectKernelTunables") == "yes":
        mount("/proc/sys", "/proc/sys", None, MS_BIND)
        make_read_only("/proc/sys")
        make_read_only("/sys")
        for path in ("/proc/kallsyms", "/proc/kcore"):
            hide(path)
    for key, path in (("ProtectKernelLogs", "/proc/kmsg"), ("ProtectKernelModules", "/usr/lib/modules")):
        if unit.get(key) == "yes":
            hide(path)
    if unit.get("ProtectHome") == "yes":
        for path in ("/home", "/root", "/run/user"):
            hide(path)
    if unit.get("ProtectSystem") == "strict":
        make_read_only("/", but=("/dev", "/proc", "/sys"))
    if unit.get("ProtectProc") == "invisible":
        subset = ",subset=pid" if unit.get("ProcSubset") == "pid" else ""
        mount("proc", "/proc", "proc", 0, "hidepid=invisible" + subset)


def expand(name):
    """The system calls of a group of systemd's, or the one that is named."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    rows = [line.strip() for line in text.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(expand(row) for row in rows))


def allowed_calls(unit):
    allowed = expand("@default")
    for row in unit.all("SystemCallFilter"):
        names = set().union(*(expand(word) for word in row.lstrip("~").split()))
        allowed = allowed - names if row.startswith("~") else allowed | names
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", encoding="utf-8") as file:
        numbers = dict(re.findall(r"#define __NR_(\w+) (\d+)", file.read()))
    return {int(numbers[name]) for name in allowed if name in numbers}, int(numbers["socket"])


def filter_program(unit):
    """The classic BPF that seccomp runs: number by number; for socket(2) also the family."""
    def load(offset):
        return struct.pack("HBBI", 0x20, 0, 0, offset)

    def unless(value, skip):
        return struct.pack("HBBI", 0x15, 0, skip, value)

    def give(result):
        return struct.pack("HBBI", 0x06, 0, 0, result)

    allowed, socket_number = allowed_calls(unit)
    families = [FAMILIES[word] for word in unit.get("RestrictAddressFamilies").split()]
    checks = b"".join(unless(family, 1) + give(ALLOW) for family in families) + give(ERRNO | EAFNOSUPPORT)
    program = load(0) + unless(socket_number, len(checks) // 8 + 1) + load(16) + checks
    for number in sorted(allowed - {socket_number}):
        program += unless(number, 1) + give(ALLOW)
    return program + give(ERRNO | EPERM)


def set_filter(program):
    """Nothing that the filter forbids may be done after this."""
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    if LIBC.prctl(PR_SET_SECCOMP, 2, head, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def main():
    unit = Unit(sys.argv[1]) if sys.argv[1] != "-" else None
    uid, command = int(sys.argv[2]), sys.argv[3:]
    # Opened before anything is hidden: the build may lie where the service could not look.
    binary = os.open(command[0], os.O_RDONLY | os.O_CLOEXEC)
    program = None
    if unit:
        program = filter_program(unit)
        files = int(unit.get("LimitNOFILE"))
        set_mounts(unit)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        os.umask(int(unit.get("UMask"), 8))
        os.chdir("/")
        for capability in range(64):
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if unit:
        LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        set_filter(program)
    os.execve(binary, command, {"PATH": "/usr/bin:/bin"} | {key: value for key, value in os.environ.items() if key == "NOTIFY_SOCKET"})


if __name__ == "__main__":
    main()
