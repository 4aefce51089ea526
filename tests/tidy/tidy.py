"""House rules that a compiler does not check; run by ctest. Prints one line per finding and fails when there is one.

usage: tidy.py [--root DIR]

Rules: layers (who may include whom), third-party headers in their one folder, file and function length, banned calls,
sorted tables, headers that open with their purpose, a mirrored unit test per source file, no stray markers.
The ratchets in ratchet.txt list what was there before a rule and may only shrink.
"""
import argparse
import pathlib
import re
import sys

SOURCE_FOLDERS = ("common", "exporters", "scraper", "alertmanager")
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

# Folder → folders of ours that it may include (itself always). Longest prefix wins. docs/architecture.md explains it.
LAYERS = {
    "common/core": [],
    "common/io": ["common/core"],
    "common/loop": ["common/core"],
    "common/metrics": ["common/core"],
    "common/yaml": ["common/core"],
    "common/exposition": ["common/core", "common/metrics"],
    "common/http_server": ["common/core", "common/io", "common/loop"],
    "common/http_client": ["common/core", "common/io", "common/loop", "common/yaml"],
    "common/web": ["common/core", "common/io", "common/yaml", "common/metrics", "common/exposition", "common/http_server",
                   "common/loop"],
    "common/exporter": ["common/core", "common/io", "common/loop", "common/metrics", "common/yaml", "common/exposition",
                        "common/http_server", "common/web"],
    "exporters/node": ["common", "!common/http_client"],
    "exporters/mysql": ["common", "!common/http_client"],
    "exporters/redis": ["common", "!common/http_client"],
    "exporters/blackbox": ["common"],
    "exporters/pushgateway": ["common", "!common/http_client"],
    "scraper/storage": ["common/core", "common/metrics"],
    "scraper/tsdb": ["common/core", "common/io", "common/metrics", "scraper/storage"],
    "scraper/prometheus_tsdb": ["common/core", "common/io", "common/metrics"],
    "scraper/promql": ["common/core", "common/metrics", "scraper/storage"],
    "scraper/config": ["common"],
    "scraper/discovery": ["common", "scraper/config"],
    "scraper/scrape": ["common", "scraper/config", "scraper/discovery", "scraper/storage"],
    "scraper/rules": ["common", "scraper/config", "scraper/promql", "scraper/storage"],
    "scraper/remote": ["common", "scraper/config", "scraper/storage"],
    "scraper/api": ["common", "scraper/promql", "scraper/storage", "scraper/scrape", "scraper/config", "scraper/discovery",
                    "scraper/ui"],
    "scraper/ui": ["common/core"],
    "scraper/ctl": ["common", "scraper"],
    "scraper": ["common", "scraper"],
}

# Third-party header → the only places that may include it.
CONFINED = {
    r"curl/": ["common/http_client"],
    r"microhttpd\.h": ["common/http_server"],
    r"gnutls/": ["common/http_server"],
    r"libfyaml\.h": ["common/yaml"],
    r"(cppconn/|mysql_driver|mysql_connection|jdbc/)": ["exporters/mysql/connection.cpp"],
    r"hiredis/": ["exporters/redis/client.cpp"],
    r"CLI/": ["common/exporter", "scraper/options.cpp"],
    r"doctest/": ["tests"],
    r"ldns/": ["exporters/blackbox"],
    r"brotli/": ["exporters/blackbox"],
    r"libmnl/": ["exporters/node"],
}

BANNED = {
    r"(?<![\w.>:])(?:std::|::)?system\s*\(": "system(): run no shell",
    r"\bpopen\s*\(": "popen(): run no shell",
    r"\bstrto(d|f|ld)\b": "strtod: depends on the locale, use parse_number()",
    r"\bstd::sto(d|f|ld|i|l|ul|ull|ll)\b": "std::sto*: throws and depends on the locale, use common/core/number_text.h",
    r"(?<![\w:])(?:std::)?v?sprintf\s*\(": "sprintf: no bound",
    r"\bato[ifl]\s*\(": "atoi and friends: cannot fail, use common/core/number_text.h",
    r"\bstd::regex\b": "std::regex: unsafe on long input, use RE2",
    r"#include <(iostream|sstream|fstream|iomanip)>": "iostreams: depend on the locale, and cost start-up",
    r"\bstrcpy\s*\(|\bstrcat\s*\(": "strcpy/strcat: no bound",
    r"\busing namespace\b": "using namespace",
    r"(?<!\w)new\s+[A-Z]\w*\s*[({]": "raw new: use std::make_unique",
    r"^\s*delete\s+\w": "raw delete",
}
MARKERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|/(root|home)/\w")
INCLUDE = re.compile(r'^#include "([^"]+)"')
SYSTEM_INCLUDE = re.compile(r"^#include <([^>]+)>")
FUNCTION_START = re.compile(r"^( {0,4})(?!(?:namespace|struct|class|enum|union|if|for|while|switch|do|else|try|return|case|TEST_SUITE)\b)"
                            r"\S.*\).*\{$")


class Tidy:
    def __init__(self, root):
        self.root = root
        self.findings = []
        ratchet = (root / "tests/tidy/ratchet.txt").read_text().splitlines()
        self.ratchet = {line for line in ratchet if line and not line.startswith("#")}
        self.used_ratchet = set()

    def report(self, path, line, text, key=None):
        if key and key in self.ratchet:
            self.used_ratchet.add(key)
            return
        self.findings.append(f"{path}:{line}: {text}" + (f"   [ratchet key: {key}]" if key else ""))

    def run(self):
        for folder in SOURCE_FOLDERS + ("tests",):
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".h", ".cpp"):
                    self.check_source(path)
        for path in self.project_files():
            self.check_markers(path)
        for key in sorted(self.ratchet - self.used_ratchet):
            self.report("tests/tidy/ratchet.txt", 0, f"remove the line {key!r}: nothing needs it any more")
        return self.findings

    def project_files(self):
        for folder in SOURCE_FOLDERS + ("docs", "systemd", "packaging", "cmake"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.is_file() and path.suffix in (".h", ".cpp", ".md", ".cmake", ".service", ".yml", ".txt", ".sh", ""):
                    yield path

    def check_source(self, path):
        name = path.relative_to(self.root).as_posix()
        lines = path.read_text().splitlines()
        if len(lines) > FILE_LINES_MAX:
            self.report(name, len(lines), f"{len(lines)} lines (at most {FILE_LINES_MAX})", f"file {name}")
        self.check_includes(name, lines)
        self.check_functions(name, lines)
        if not name.startswith("tests/"):
            self.check_banned(name, lines)
            self.check_sorted(name, lines)
            self.check_mirror(name)
        if path.suffix == ".h":
            self.check_header(name, lines)

    def check_includes(self, name, lines):
        layer = max((l for l in LAYERS if name.startswith(l + "/")), key=len, default=None)
        for number, line in enumerate(lines, 1):
            if match := INCLUDE.match(line):
                if layer and not self.may_include(layer, match[1]):
                    self.report(name, number, f"{layer} may not include {match[1]}")
            elif match := SYSTEM_INCLUDE.match(line):
                for header, places in CONFINED.items():
                    if re.match(header, match[1]) and not any(name.startswith(p) for p in places) and not name.startswith("tests/"):
                        self.report(name, number, f"<{match[1]}> belongs to {', '.join(places)}")

    @staticmethod
    def may_include(layer, included):
        if included.startswith(layer + "/"):
            return True
        for allowed in LAYERS[layer]:
            if allowed.startswith("!") and included.startswith(allowed[1:] + "/"):
                return False
        return any(included.startswith(a + "/") for a in LAYERS[layer] if not a.startswith("!")) or included == "common/core/version.h"

    def check_functions(self, name, lines):
        start = None
        for number, line in enumerate(lines, 1):
            if start is None:
                match = FUNCTION_START.match(line)
                if match:
                    start, indent, title = number, match[1], line.strip()
            elif line.startswith(indent + "}"):
                length = number - start + 1
                if length > FUNCTION_LINES_MAX:
                    self.report(name, start, f"function of {length} lines (at most {FUNCTION_LINES_MAX}): {title}",
                                f"function {name} {title}")
                start = None

    def check_banned(self, name, lines):
        for number, line in enumerate(lines, 1):
            code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line.split("//")[0]) if not line.startswith("#include") else line
            for pattern, why in BANNED.items():
                if "raw new" in why and "unique_ptr" in code + (lines[number - 2] if number > 1 else ""):
                    continue  # A private constructor, owned at once
                if re.search(pattern, code):
                    self.report(name, number, why, f"banned {name} {why.split(':')[0]}")

    def check_sorted(self, name, lines):
        for number, line in enumerate(lines, 1):
            above_table = any("constexpr std::array" in l for l in lines[number:number + 3])
            if above_table and re.search(r"//.*\b[Ss]orted\b", line) and not any("is_sorted" in l for l in lines):
                self.report(name, number, "a table said to be sorted has no static_assert(std::ranges::is_sorted(…))")

    def check_mirror(self, name):
        if not name.endswith(".cpp") or name.endswith(("main.cpp", "options.cpp")):
            return
        mirror = self.root / "tests/unit" / (name[:-len(".cpp")] + "_test.cpp")
        if not mirror.exists():
            self.report(name, 1, f"has no mirrored test {mirror.relative_to(self.root)}", f"untested {name}")

    def check_header(self, name, lines):
        if not lines or lines[0] != "#pragma once":
            self.report(name, 1, "a header starts with #pragma once")
        elif len(lines) < 2 or not lines[1].startswith("//"):
            self.report(name, 2, "a header opens with what it is")

    def check_markers(self, path):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            return
        for number, line in enumerate(text.splitlines(), 1):
            if match := MARKERS.search(line):
                self.report(path.relative_to(self.root).as_posix(), number, f"stray {match[0]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    findings = Tidy(parser.parse_args().root).run()
    print("\n".join(findings) if findings else "tidy")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
