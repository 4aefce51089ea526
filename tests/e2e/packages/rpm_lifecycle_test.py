"""The life of every .rpm (rpm_lifecycle.sh) in a root over this host (spoilt_root.py) with a new database of RPM.

The binaries need the libraries of the distribution that they were built on; here that is this host, so they run. What the packages
require by name is looked for in it (--nodeps leaves that to this test).
"""
import glob
import os
import re
import subprocess
import tempfile

import harness
import packed
import spoilt_root
from expositions import check

# What another version of the package would have changed.
CHANGED = """file(GLOB_RECURSE conffiles ${CPACK_TEMPORARY_DIRECTORY}/*/etc/sonde/*.yml ${CPACK_TEMPORARY_DIRECTORY}/etc/sonde/*.yml)
foreach(conffile ${conffiles})
  file(APPEND ${conffile} "# the package's own change\n")
endforeach()
"""


def make_rpms(folder, version):
    with tempfile.TemporaryDirectory() as work:
        script = os.path.join(work, "changed.cmake")
        with open(script, "w", encoding="utf-8") as file:
            file.write(CHANGED if version != packed.cached("CMAKE_PROJECT_VERSION") else "")
        scripts = f"{packed.SOURCES}/cmake/pack_component.cmake;{script}"
        done = subprocess.run(["cpack", "-G", "RPM", "-B", work, "-R", version, "--config", "CPackConfig.cmake",
                               "-D", "CPACK_PRE_BUILD_SCRIPTS=" + scripts], cwd=packed.BUILD, capture_output=True, text=True)
        check(done.returncode == 0, f"cpack of version {version}: " + done.stdout[-500:] + done.stderr[-500:])
        for path in glob.glob(os.path.join(work, "*.rpm")):
            os.rename(path, os.path.join(folder, os.path.basename(path)))


def test_requirements(folder):
    """Every shared library that an .rpm requires is one that this host's loader finds."""
    known = packed.output(harness.need("ldconfig"), "-p")
    for path in sorted(glob.glob(os.path.join(folder, "*.rpm"))):
        wanted = set(re.findall(r"^(lib\S+?\.so[.\d]*)\(", packed.output("rpm", "-qp", "--requires", path), re.M))
        missing = {name for name in wanted if f"\t{name} " not in known}
        check(not missing, f"{os.path.basename(path)}: requires {len(wanted)} libraries, all here: {missing or ''}")


def main():
    for program in ("rpm", "rpmbuild", "systemctl"):
        harness.need(program)
    if not packed.is_whole():
        harness.skip("packages are made of a build with all components")
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "later"))
        make_rpms(folder, packed.cached("CMAKE_PROJECT_VERSION"))
        make_rpms(os.path.join(folder, "later"), "99.0")
        test_requirements(folder)
        done = spoilt_root.run("rpm_lifecycle.sh", folder)
        print(done.stdout)
        check(done.returncode == 0 and done.stdout.endswith("LIFECYCLE COMPLETE\n"), "the life of every .rpm: " + done.stderr[-3000:])


main()
