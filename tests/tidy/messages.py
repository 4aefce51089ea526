"""Every warning and error that a program logs has a row in docs/operations.md, which says what to do.

usage: messages.py [--root DIR]
"""
import argparse
import pathlib
import re
import sys

MESSAGE = re.compile(r'logger_?\.(?:warn|error)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
FOLDERS = ("common", "exporters", "scraper")


def messages(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.cpp")):
            source = path.read_text()
            for match in MESSAGE.finditer(source):
                line = source.count("\n", 0, match.start()) + 1
                yield f"{path.relative_to(root)}:{line}", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[1]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    root = parser.parse_args().root
    page = (root / "docs/operations.md").read_text()
    missing = [f'{place}: "{text}" is not in the table of messages of docs/operations.md' for place, text in messages(root)
               if f"| {text} |" not in page]
    print("\n".join(missing) if missing else "all messages are explained")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
