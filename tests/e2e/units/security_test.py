"""Every unit as systemd itself judges it: valid, and hardly exposed; and what all units have in common."""
import os
import shutil
import subprocess
import tempfile

import harness
from expositions import check
from unit_file import NAMES, Unit

EXPOSURE_MAX = 2.0


def lay_out(root, name):
    """A root in which the unit finds its binary, its user and the targets that it names."""
    for folder in ("usr/bin", "etc/systemd/system"):
        os.makedirs(os.path.join(root, folder))
    system = next(path for path in ("/usr/lib/systemd/system", "/lib/systemd/system") if os.path.isdir(path))
    shutil.copytree(system, root + "/usr/lib/systemd/system", symlinks=True)
    os.symlink("usr/lib", os.path.join(root, "lib"))
    for path, text in ((f"usr/bin/{name}", "#!/bin/sh\n"), ("usr/bin/kill", "#!/bin/sh\n"), ("usr/bin/sh", "#!/bin/sh\n")):
        with open(os.path.join(root, path), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(os.path.join(root, path), 0o755)
    os.symlink("usr/bin", os.path.join(root, "bin"))
    with open(f"systemd/{name}.service", encoding="utf-8") as source:
        with open(os.path.join(root, f"etc/systemd/system/{name}.service"), "w", encoding="utf-8") as file:
            file.write(source.read())


def exposure(analyze, root, name):
    done = subprocess.run([analyze, "security", "--offline=true", f"--root={root}", "--no-pager", f"{name}.service"],
                          capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if "Overall exposure level" in line]
    check(lines, f"{name}: systemd-analyze security: {done.stderr[-300:]}")
    return float(lines[0].split(":")[1].split()[0])


def test_unit(analyze, name):
    unit = Unit(name)
    with tempfile.TemporaryDirectory() as root:
        lay_out(root, name)
        done = subprocess.run([analyze, "verify", "--man=no", f"--root={root}", f"{name}.service"], capture_output=True, text=True)
        complaints = [line for line in done.stderr.splitlines() if name in line]
        check(done.returncode == 0 and not complaints, f"{name}: systemd-analyze verify: {done.stderr[-300:]}")
        level = exposure(analyze, root, name)
        check(level <= EXPOSURE_MAX, f"{name}: exposure {level}, at most {EXPOSURE_MAX}")
        examples = f"systemd/examples/{name}"
        for example in sorted(os.listdir(examples)) if os.path.isdir(examples) else []:
            folder = os.path.join(root, f"etc/systemd/system/{name}.service.d")
            os.makedirs(folder, exist_ok=True)
            os.symlink(os.path.abspath(os.path.join(examples, example)), os.path.join(folder, example))
            done = subprocess.run([analyze, "verify", "--man=no", f"--root={root}", f"{name}.service"], capture_output=True, text=True)
            check(done.returncode == 0 and name not in done.stderr, f"{name}: valid with {example}: {done.stderr[-300:]}")
    check(unit.get("Type") == "notify" and unit.get("WatchdogSec"), f"{name}: says that it is ready and alive")
    check(unit.get("DynamicUser") == "yes" or unit.get("User") == name, f"{name}: a user of its own or for each run")
    check(unit.all("CapabilityBoundingSet") == [""] and unit.all("AmbientCapabilities") == [""], f"{name}: no capabilities")
    check(unit.get("ProtectSystem") == "strict" and unit.get("NoNewPrivileges") == "yes", f"{name}: a read-only system")
    check(unit.get("MemoryMax") and unit.get("TasksMax") and unit.get("LimitNOFILE"), f"{name}: limits")


def main():
    analyze = harness.need("systemd-analyze")
    version = int(subprocess.run([analyze, "--version"], capture_output=True, text=True).stdout.split()[1])
    if version < 252:
        harness.skip(f"systemd {version} cannot judge a unit that is not installed")
    check(len(NAMES) == 6, f"a unit for each service: {NAMES}")
    for name in NAMES:
        test_unit(analyze, name)


main()
