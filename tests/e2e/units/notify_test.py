"""What each service tells the service manager, started as its unit starts it: ready, alive again and again, stopping."""
import os
import shutil
import signal
import socket
import tempfile
import time

import harness
from expositions import check
from unit_file import NAMES, Unit

WATCHDOG_USEC = 300000


def flags(name, folder):
    """The unit's flags, with its folders below one of the test."""
    if name == "sonde-mysqld-exporter":
        with open(f"{folder}/my.cnf", "w", encoding="utf-8") as file:
            file.write("[client]\nuser=nobody\nhost=127.0.0.1\n")
        return [f"--config.my-cnf={folder}/my.cnf"]
    if os.path.isdir(f"packaging/etc/{name}"):
        shutil.copytree(f"packaging/etc/{name}", f"{folder}/etc")
    moved = [flag.replace("/etc/sonde", f"{folder}/etc") for flag in Unit(name).flags()]
    os.mkdir(f"{folder}/state")
    return [flag.replace(f"/var/lib/{name}", f"{folder}/state") for flag in moved]


def test_service(name):
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/notify")
        manager.settimeout(20)
        command = [harness.ours(name), *flags(name, folder), f"--web.listen-address=127.0.0.1:{harness.free_port()}"]
        log = f"{folder}/log"
        with harness.running(command, log=log, env={"NOTIFY_SOCKET": f"{folder}/notify", "WATCHDOG_USEC": str(WATCHDOG_USEC)}) as process:
            check(manager.recv(100) == b"READY=1", f"{name}: READY=1 comes first")
            begin = time.monotonic()
            alive = [manager.recv(100) for _ in range(4)]
            took = time.monotonic() - begin
            check(alive == [b"WATCHDOG=1"] * 4, f"{name}: WATCHDOG=1 again and again: {alive}")
            # Three intervals of half the time that was asked for; nobody waits for this machine's scheduler here.
            check(took > 3 * 0.4 * WATCHDOG_USEC / 1e6, f"{name}: and no more often than is asked for: {took:.2f} s")
            process.send_signal(signal.SIGTERM)
            while (told := manager.recv(100)) == b"WATCHDOG=1":
                pass
            check(told == b"STOPPING=1", f"{name}: STOPPING=1 at the end, not {told}")
            check(process.wait(10) == 0, f"{name}: ends with 0")


def main():
    for name in NAMES:
        if os.path.exists(harness.ours(name)):
            test_service(name)


main()
