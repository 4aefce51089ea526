"""The same sources give the same bytes: packed twice under other circumstances, and one binary built again in another folder.

The whole check, with two clones and nothing cached, is packaging/check-identical.
"""
import filecmp
import os
import shutil
import subprocess
import tempfile

import harness
import packed
from expositions import check

PROGRAM, COMPONENT = "sonde-pushgateway", "pushgateway"
COPIED = ["CMakeLists.txt", "CMakePresets.json", "CHANGELOG.md", "LICENSE", "cmake", "common", "exporters", "packaging", "systemd"]


def test_packed_twice():
    epoch = "1700000000"
    with packed.packages(SOURCE_DATE_EPOCH=epoch, TZ="Asia/Tokyo", LC_ALL="C") as one:
        os.umask(0o077)
        with packed.packages(SOURCE_DATE_EPOCH=epoch, TZ="America/Lima", HOME="/nonexistent", LANG="C.UTF-8") as two:
            names = sorted(os.listdir(one))
            check(names and names == sorted(os.listdir(two)), "the same packages")
            differing = filecmp.cmpfiles(one, two, names, shallow=False)[1:]
            check(differing == ([], []), f"packed twice, the same bytes; not {differing}")


def test_built_elsewhere():
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "somewhere/deeper/sonde")
        for name in COPIED:
            copy = shutil.copytree if os.path.isdir(name) else shutil.copy
            os.makedirs(source, exist_ok=True)
            copy(name, os.path.join(source, name))
        build = os.path.join(source, "build/release")
        settings = [f"-D{key}={packed.cached(key)}" for key in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS_RELEASE", "CMAKE_CXX_COMPILER")]
        done = subprocess.run(["cmake", "-G", "Ninja", "-S", source, "-B", build, "-DSONDE_TESTS=OFF",
                               f"-DSONDE_COMPONENTS={COMPONENT}", *settings], capture_output=True, text=True)
        check(done.returncode == 0, "configured elsewhere: " + done.stderr[-500:])
        done = subprocess.run(["cmake", "--build", build, "-j", "2", "--target", PROGRAM], capture_output=True, text=True)
        check(done.returncode == 0, "built elsewhere: " + done.stdout[-500:])
        check(filecmp.cmp(os.path.join(build, "bin", PROGRAM), harness.ours(PROGRAM), shallow=False), "the same binary")


def main():
    if packed.cached("SONDE_SANITIZE") or packed.cached("CMAKE_BUILD_TYPE") != "Release":
        harness.skip("this build is not a release")
    test_built_elsewhere()
    test_packed_twice()


main()
