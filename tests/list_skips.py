"""Prints which tests were skipped in the last ctest run of a build folder, and why."""
import pathlib
import re
import sys

log = pathlib.Path(sys.argv[1]) / "Testing/Temporary/LastTest.log"
text = log.read_text(errors="replace") if log.exists() else ""
skips = []
for block in re.split(r"\n(?=\d+/\d+ Testing: )", text):
    name = re.match(r"\d+/\d+ Testing: (\S+)", block.lstrip("\n"))
    for reason in re.findall(r"^SKIP: (.*)$", block, re.MULTILINE):
        skips.append(f"  {name[1] if name else '?'}: {reason}")
if skips:
    print("skipped here:\n" + "\n".join(skips))
