"""The fenced blocks of the documentation that a reader would copy: commands and configurations."""
import dataclasses
import glob
import re

LANGUAGES = ("sh", "yaml")
EXEMPT = re.compile(r"<!-- not run: (.+) -->")


@dataclasses.dataclass
class Block:
    path: str
    line: int
    language: str
    text: str
    reason: str  # why it is not run; "" where it is

    @property
    def place(self):
        return f"{self.path}:{self.line}"


def documents():
    return ["README.md", "CONTRIBUTING.md", "SECURITY.md", *sorted(glob.glob("docs/*.md"))]


def blocks_of(path):
    out, block, reason = [], None, ""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fence = re.match(r"\s*```(\w*)\s*$", line)
            if block is None and fence:
                block = Block(path, number, fence[1], "", reason)
            elif fence:
                out.append(block)
                block, reason = None, ""
            elif block is not None:
                block.text += line
            elif match := EXEMPT.match(line):
                reason = match[1]
            elif line.strip():
                reason = ""
    return [block for block in out if block.language in LANGUAGES]
