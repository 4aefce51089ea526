"""The .deb of each binary that is built: made by CPack, taken apart, and its binary run from what was unpacked."""
import glob
import os
import subprocess
import tempfile

import harness
from expositions import check

# The folder of the build lies above its bin/.
BUILD = os.path.dirname(os.path.abspath(harness.BIN))
BINARIES = ["sonde-node-exporter", "sonde-mysqld-exporter", "sonde-redis-exporter", "sonde-blackbox-exporter",
            "sonde-pushgateway", "sonde-scraper", "sondectl"]
EXAMPLES = {"sonde-blackbox-exporter": "blackbox.yml", "sonde-scraper": "prometheus.yml"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_package(dpkg_deb, path, name, root):
    fields = dict(line.split(": ", 1) for line in output(dpkg_deb, "-f", path).splitlines() if ": " in line)
    check(fields["Package"] == name and fields["Architecture"] and fields["Version"], f"{name}: control fields")
    check("libc6" in fields["Depends"] and "libstdc++6" in fields["Depends"], f"{name}: depends on {fields['Depends']}")
    output(dpkg_deb, "-x", path, root)
    files = {os.path.join(folder, file)[len(root):] for folder, _, names in os.walk(root) for file in names}
    wanted = {f"/usr/bin/{name}", f"/usr/share/doc/{name}/copyright", f"/usr/share/doc/{name}/changelog.gz"}
    kept = set()
    if name != "sondectl":
        wanted.add(f"/lib/systemd/system/{name}.service")
        kept.add(f"/etc/default/{name}")
    if name in EXAMPLES:
        kept.add("/etc/sonde/" + EXAMPLES[name])
    check(files == wanted | kept, f"{name}: exactly its files: {sorted(files ^ (wanted | kept))}")
    if kept:
        check(set(output(dpkg_deb, "-I", path, "conffiles").split()) == kept, f"{name}: what is kept on upgrades")
    owners = {line.split()[1] for line in output(dpkg_deb, "-c", path).splitlines()}
    check(owners == {"root/root"}, f"{name}: all belongs to root")
    done = subprocess.run([f"{root}/usr/bin/{name}", "--version"], capture_output=True, text=True, timeout=10)
    check(done.returncode == 0 and name in done.stdout, f"{name}: --version runs")
    unit = f"{root}/lib/systemd/system/{name}.service"
    if os.path.exists(unit):
        with open(unit, encoding="utf-8") as file:
            text = file.read()
        check(f"ExecStart=/usr/bin/{name} " in text and f"EnvironmentFile=-/etc/default/{name}" in text, f"{name}: its unit")


def main():
    cpack, dpkg_deb = harness.need("cpack"), harness.need("dpkg-deb")
    harness.need("dpkg-shlibdeps")
    built = [name for name in BINARIES if os.path.exists(harness.ours(name))]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([cpack, "-G", "DEB", "-B", folder, "--config", os.path.join(BUILD, "CPackConfig.cmake")],
                              capture_output=True, text=True, cwd=BUILD)
        if done.returncode != 0 and "does not exist" in done.stdout + done.stderr:
            harness.skip("cpack packs a whole build, and this one is not: " + (done.stdout + done.stderr)[-200:])
        check(done.returncode == 0, "cpack: " + (done.stdout + done.stderr)[-500:])
        for name in built:
            packages = glob.glob(os.path.join(folder, f"{name}_*.deb"))
            check(len(packages) == 1, f"{name}: one package")
            test_package(dpkg_deb, packages[0], name, os.path.join(folder, "root-" + name))


main()
