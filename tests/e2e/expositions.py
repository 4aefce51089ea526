"""Expositions in text 0.0.4, read for comparing two of them."""
import re

import harness

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


class Page:
    """types: family → type; samples: (name, ((label, value), …)) → text of the value."""

    def __init__(self, text):
        self.types = {}
        self.samples = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, f"{name} comes twice"
                assert not self.types or name > next(reversed(self.types)), f"{name} is not at its sorted place"
                self.types[name] = kind
            elif line and not line.startswith("#"):
                match = SAMPLE.match(line)
                assert match, f"cannot read {line!r}"
                key = (match[1], tuple(sorted(LABEL.findall(match[2] or ""))))
                assert key not in self.samples, f"{key} comes twice"
                self.samples[key] = match[3]

    def value(self, name, **labels):
        """The value of one series as a number; None when it is not there."""
        text = self.samples.get((name, tuple(sorted(labels.items()))))
        return None if text is None else float(text)

    def names(self):
        return {name for name, _ in self.samples}


def page(url, **options):
    status, _, body = harness.fetch(url, **options)
    assert status == 200, (url, status, body[:300])
    return Page(body.decode())


def differences(theirs, ours, ignored=()):
    """What differs in families, types and series, as lines; names that match one of `ignored` are left out."""
    skip = re.compile("|".join(["^go_", "^process_", "^promhttp_", *ignored]))
    found = []
    for name in sorted((theirs.types.keys() | ours.types.keys())):
        if skip.search(name):
            continue
        a, b = theirs.types.get(name), ours.types.get(name)
        if a != b:
            found.append(f"family {name}: {a} there, {b} here")
    for key in sorted(theirs.samples.keys() ^ ours.samples.keys()):
        if skip.search(key[0]):
            continue
        side = "there" if key in theirs.samples else "here"
        found.append(f"series only {side}: {key[0]}{dict(key[1])}")
    return found


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}")
