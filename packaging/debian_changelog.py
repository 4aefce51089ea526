"""Writes a package's changelog.gz in Debian's form from CHANGELOG.md.

usage: debian_changelog.py PACKAGE VERSION EPOCH MAINTAINER CHANGELOG.md OUTPUT

"## Unreleased" is VERSION at EPOCH; "## 1.2.3 (2026-01-31)" is that version on that day.
"""
import datetime
import email.utils
import gzip
import pathlib
import re
import sys


def entries(text, version, epoch):
    """(version, seconds, [items]) of every section, newest first."""
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        match = re.match(r"(\S+) \((\d{4}-\d\d-\d\d)\)", title)
        items = [" ".join(item.split()) for item in re.split(r"^- ", body, flags=re.M)[1:]]
        if match:
            day = datetime.datetime.strptime(match[2], "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc)
            yield match[1], day.timestamp(), items
        else:
            yield version, epoch, items


def wrapped(item):
    lines, line = [], "  * "
    for word in item.split():
        if len(line) + len(word) > 79 and line.strip(" *"):
            lines.append(line.rstrip())
            line = "    "
        line += word + " "
    return "\n".join(lines + [line.rstrip()]) + "\n"


def main():
    package, version, epoch, maintainer, source, path = sys.argv[1:]
    out = ""
    for number, seconds, items in entries(pathlib.Path(source).read_text(), version, int(epoch)):
        date = email.utils.format_datetime(datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc))
        out += f"{package} ({number}) unstable; urgency=medium\n\n"
        out += "".join(wrapped(item) for item in items or ["The first."])
        out += f"\n -- {maintainer}  {date}\n\n"
    pathlib.Path(path).write_bytes(gzip.compress(out.encode(), 9, mtime=0))


main()
