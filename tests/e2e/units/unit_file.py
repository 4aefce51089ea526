"""The units of this project as data: (key, value) rows of [Service], what it starts, and its flags."""
import glob
import os
import re

NAMES = sorted(os.path.basename(path).removesuffix(".service") for path in glob.glob("systemd/*.service"))


class Unit:
    def __init__(self, name):
        self.name = name
        self.rows = []
        section = ""
        with open(f"systemd/{name}.service", encoding="utf-8") as file:
            for line in file:
                line = line.strip()
                if line.startswith("["):
                    section = line
                elif section == "[Service]" and line and not line.startswith("#"):
                    key, _, value = line.partition("=")
                    self.rows.append((key, value))

    def all(self, key):
        return [value for name, value in self.rows if name == key]

    def get(self, key):
        """The last value, or ''."""
        return (self.all(key) or [""])[-1]

    def flags(self, **replaced):
        """What ExecStart gives after the binary, with DEFAULTS and ARGS replaced by what is given here."""
        values = {"ARGS": ""}
        for assignment in self.all("Environment"):
            name, _, value = assignment.strip('"').partition("=")
            values[name] = value
        values.update(replaced)
        words = self.get("ExecStart").split()[1:]
        return [flag for word in words
                for flag in (values[word[1:]].split() if re.fullmatch(r"\$\w+", word) else [word])]
