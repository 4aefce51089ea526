"""Writes a program's manual page and completions: FOLDER/NAME.1.gz, NAME.bash, _NAME, NAME.fish.

usage: make_pages.py BINARY FOLDER    (SOURCE_DATE_EPOCH is the page's date)
"""
import gzip
import os
import pathlib
import sys

from completions import write_bash, write_fish, write_zsh
from flag_table import read_program
from manual import write_manual


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    program = read_program(binary)
    page = write_manual(program, int(os.environ.get("SOURCE_DATE_EPOCH", "0")))
    # Without name and time, so that the same program gives the same file.
    (folder / f"{program.name}.1.gz").write_bytes(gzip.compress(page.encode(), 9, mtime=0))
    (folder / f"{program.name}.bash").write_text(write_bash(program))
    (folder / f"_{program.name}").write_text(write_zsh(program))
    (folder / f"{program.name}.fish").write_text(write_fish(program))


main()
