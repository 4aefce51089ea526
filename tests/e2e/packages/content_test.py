"""The packages: what each holds, needs and keeps, lintian's opinion, the .rpm beside the .deb, and that its binary runs."""
import glob
import json
import os
import shutil
import subprocess

import harness
import packed
from expositions import check
from packed import output

KEPT = {"sonde-blackbox-exporter": ["/etc/sonde/blackbox.yml"], "sonde-scraper": ["/etc/sonde/prometheus.yml"]}
MORE = {"sonde-blackbox-exporter": ["/usr/share/doc/sonde-blackbox-exporter/examples/raw-sockets.conf"],
        "sonde-node-exporter": ["/usr/lib/tmpfiles.d/sonde-node-exporter.conf",
                                "/usr/share/doc/sonde-node-exporter/examples/read-all.conf"],
        "sonde-pushgateway": ["/usr/lib/sysusers.d/sonde-pushgateway.conf"],
        "sonde-scraper": [*(f"/usr/share/sonde-scraper/{kind}/{name}.{end}" for name in ("probes", "pushes", "redis", "sonde")
                            for kind, end in (("alerts", "yml"), ("dashboards", "json"))),
                          "/usr/lib/sysusers.d/sonde-scraper.conf", "/usr/share/doc/sonde-scraper/examples/prometheus.yml"]}


def wanted_files(package):
    documents = [f"/usr/share/doc/{package}/{name}" for name in ("changelog.gz", "copyright")]
    if package == "sonde":
        return set(documents)
    binary = packed.BINARIES[package]
    files = documents + [f"/usr/share/doc/{package}/sbom.spdx.json", f"/usr/bin/{binary}", f"/usr/share/man/man1/{binary}.1.gz",
                         f"/usr/share/bash-completion/completions/{binary}", f"/usr/share/zsh/vendor-completions/_{binary}",
                         f"/usr/share/fish/vendor_completions.d/{binary}.fish"]
    if package in packed.SERVICES:
        files += [f"/lib/systemd/system/{package}.service", f"/usr/share/{package}/default"]
    return set(files + KEPT.get(package, []) + MORE.get(package, []))


def test_deb(path, package, root):
    fields = dict(line.split(": ", 1) for line in output("dpkg-deb", "-f", path).splitlines() if ": " in line)
    check(fields["Package"] == package and fields["Version"], f"{package}: control fields")
    output("dpkg-deb", "-x", path, root)
    files = {os.path.join(folder, file)[len(root):] for folder, _, names in os.walk(root) for file in names}
    check(files == wanted_files(package), f"{package}: exactly its files: {sorted(files ^ wanted_files(package))}")
    kept = subprocess.run(["dpkg-deb", "-I", path, "conffiles"], capture_output=True, text=True).stdout.split()
    check(kept == KEPT.get(package, []), f"{package}: what is kept on upgrades: {kept}")
    owners = {line.split()[1] for line in output("dpkg-deb", "-c", path).splitlines()}
    check(owners == {"root/root"}, f"{package}: all belongs to root")
    if package == "sonde":
        check(all(f"{name} (= {fields['Version']})" in fields["Depends"] for name in packed.BINARIES), "sonde depends on all")
        return
    check("libc6" in fields["Depends"] and "libstdc++6" in fields["Depends"], f"{package}: depends on {fields['Depends']}")
    binary = packed.BINARIES[package]
    done = subprocess.run([f"{root}/usr/bin/{binary}", "--version"], capture_output=True, text=True, timeout=10)
    check(done.returncode == 0 and binary in done.stdout, f"{package}: --version runs")


def owner(path):
    """The Debian package of a file, which is known by its path with or without /usr."""
    for spelling in (path, path.removeprefix("/usr"), "/usr" + path):
        done = subprocess.run(["dpkg", "-S", spelling], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return path


def test_sbom(package, root):
    """SPDX 2.3's required fields, and every shared library that the packed binary loads."""
    with open(f"{root}/usr/share/doc/{package}/sbom.spdx.json", encoding="utf-8") as file:
        document = json.load(file)
    check(document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0", f"{package}: a document of SPDX 2.3")
    check(all(document[key] for key in ("SPDXID", "name", "documentNamespace", "creationInfo")), f"{package}: its head")
    names = {row["name"]: row for row in document["packages"]}
    check(all(row["licenseDeclared"] and row["downloadLocation"] for row in names.values()), f"{package}: licences are known")
    binary = f"{root}/usr/bin/{packed.BINARIES[package]}"
    needed = {line.split("[")[1].rstrip("]") for line in output("readelf", "-dW", binary).splitlines() if "(NEEDED)" in line}
    found = [row.split()[2] for row in output("ldd", binary).splitlines() if "=>" in row and row.split()[0] in needed]
    owners = {owner(os.path.realpath(path)) for path in found}
    check(found and owners <= set(names), f"{package}: the libraries' packages are in it: {sorted(owners - set(names))}")


def test_rpm(folder, package):
    paths = glob.glob(os.path.join(folder, f"{package}-0*.rpm"))
    check(len(paths) == 1, f"{package}: one .rpm")
    files = set(output("rpm", "-qlp", paths[0]).splitlines())
    wanted = {file.replace("/lib/systemd", "/usr/lib/systemd", 1) for file in wanted_files(package)}
    check(wanted <= files, f"{package}: the .rpm has the files of the .deb, not {sorted(wanted - files)}")
    check(output("rpm", "-qcp", paths[0]).split() == KEPT.get(package, []), f"{package}: %config(noreplace) of the .rpm")


def main():
    with packed.packages() as folder:
        for package in [*packed.BINARIES, "sonde"]:
            paths = glob.glob(os.path.join(folder, f"{package}_*.deb"))
            check(len(paths) == 1, f"{package}: one .deb")
            root = os.path.join(folder, "root-" + package)
            test_deb(paths[0], package, root)
            if package != "sonde":
                test_sbom(package, root)
            if shutil.which("rpmbuild"):
                test_rpm(folder, package)
        check(len(glob.glob(os.path.join(folder, "sonde-*.tar.gz"))) == 1, "one tarball")
        if shutil.which("lintian"):
            done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0",
                                   *sorted(glob.glob(folder + "/*.deb"))], capture_output=True, text=True)
            check(done.returncode == 0 and not done.stdout.strip(), "lintian: " + done.stdout + done.stderr)
        else:
            print("lintian is not installed: its opinion was not asked")


main()
