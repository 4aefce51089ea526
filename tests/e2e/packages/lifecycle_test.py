"""The life of every package (lifecycle.sh) in a root over this host (spoilt_root.py).

Without systemd: the script starts the unit's ExecStart as the unit's user. tests/long/packages does the same in a new root with
systemd in it. Ports are the programs' own, in a network of the root's own.
"""
import harness
import packed
import spoilt_root
from expositions import check
from repacked import make_later


def main():
    harness.need("deb-systemd-helper")
    with packed.packages() as debs:
        make_later(debs)
        done = spoilt_root.run("lifecycle.sh", debs)
        print(done.stdout)
        check(done.returncode == 0 and done.stdout.endswith("LIFECYCLE COMPLETE\n"), "the life of every package: " + done.stderr[-3000:])


main()
