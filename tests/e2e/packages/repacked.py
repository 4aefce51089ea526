"""Packages of a later version, made of those of this one."""
import glob
import os
import shutil

import packed


def make_later(folder):
    """The same packages with a higher version, and a configuration that the package changed as well."""
    later = os.path.join(folder, "later")
    os.mkdir(later)
    for path in glob.glob(os.path.join(folder, "*.deb")):
        root = os.path.join(folder, "repacked")
        packed.output("dpkg-deb", "-R", path, root)
        with open(f"{root}/DEBIAN/control", encoding="utf-8") as file:
            text = file.read()
        with open(f"{root}/DEBIAN/control", "w", encoding="utf-8") as file:
            file.write("".join("Version: 99.0\n" if line.startswith("Version: ") else line for line in text.splitlines(True)))
        for conffile in glob.glob(f"{root}/etc/sonde/*.yml"):
            with open(conffile, "a", encoding="utf-8") as file:
                file.write("# the package's own change\n")
        packed.output("dpkg-deb", "--root-owner-group", "-Znone", "-b", root, later)
        shutil.rmtree(root)
