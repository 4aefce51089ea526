"""The flags and verbs of a binary of ours, read from its own --help, which is written from the tables it parses with."""
import dataclasses
import re
import subprocess

HELP_COLUMN = 33  # of common/exporter/flag_help.cpp
CTL_FLAG = re.compile(r"^  (?:-(?P<letter>\w), |    )--(?P<rest>\S+(?: \.\.\.)?) {2,}(?P<help>.*)$")
# The last word of a flag's name that says that its value is a path on this machine.
PATH_WORDS = ("file", "directory", "procfs", "sysfs", "rootfs", "data", "my-cnf", "path")


@dataclasses.dataclass
class Flag:
    name: str
    help: str = ""
    letter: str = ""
    value: str = ""  # as --help shows it: the default or what stands for a value; "" for a boolean
    is_boolean: bool = False
    is_negatable: bool = False
    is_repeatable: bool = False

    @property
    def choices(self):
        match = re.search(r"[Oo]ne of:? \[([^\]]+)\]|: (\w+(?:, \w+)* or \w+)\b", self.help)
        return re.split(r",\s*|\s+or\s+", match[1] or match[2]) if match and not self.is_boolean else []

    @property
    def is_path(self):
        words = self.name.rsplit(".", 1)
        is_url_path = self.name.startswith("web.") and words[-1] != "file"
        return not self.is_boolean and not is_url_path and (self.value in ("FILE", "FOLDER") or words[-1] in PATH_WORDS)


@dataclasses.dataclass
class Verb:
    words: str
    help: str
    usage: str
    flags: list
    arguments: list  # (name, help)


@dataclasses.dataclass
class Program:
    name: str
    version: str
    description: str
    flags: list
    verbs: list


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20, env={}).stdout


def split_row(line):
    """(left, help) of a row: the help begins at its column, or on the next line where the left side is long."""
    left = line[:HELP_COLUMN].rstrip()
    if len(line) > HELP_COLUMN and len(left) + 2 <= HELP_COLUMN:
        return left.strip(), line[HELP_COLUMN:]
    return line.strip(), ""


def read_flag(left, text):
    match = re.match(r"(?:-(\w), )?--(\[no-\])?([^=\s]+)(?:=(.*?))?( \.\.\.)?$", left)
    letter, negatable, name, value, repeatable = match.groups()
    return Flag(name, text, letter or "", value or "", value is None, bool(negatable), bool(repeatable))


def read_flags(lines):
    flags = []
    for line in lines:
        if not line.strip():
            break
        if line.startswith(" " * HELP_COLUMN):
            flags[-1].help = (flags[-1].help + " " + line.strip()).strip()
        else:
            flags.append(read_flag(*split_row(line)))
    return flags


def read_verb(binary, words, text):
    lines = run(binary, *words.split(), "--help").splitlines()
    flags, arguments, part = [Flag("help", "Show the verb's help.", "h", is_boolean=True)], [], ""
    for line in lines[1:]:
        if line in ("Flags:", "Args:"):
            part = line
        elif part == "Flags:" and (match := CTL_FLAG.match(line)):
            name, _, value = match["rest"].removesuffix(" ...").partition("=")
            flags.append(Flag(name, match["help"], match["letter"] or "", value, not value, False,
                              match["rest"].endswith(" ...")))
        elif part == "Args:" and line.startswith("  <"):
            name, _, about = line.strip().partition(">")
            arguments.append((name + ">", about.strip()))
    return Verb(words, text, lines[0].removeprefix("usage: "), flags, arguments)


def read_program(binary):
    help_lines = run(binary, "--help").splitlines()
    name = help_lines[0].split()[1]
    version = run(binary, "--version").split()[2]
    program = Program(name, version, "", [], [])
    if "Flags:" in help_lines:
        start = help_lines.index("Flags:")
        program.description = " ".join(" ".join(help_lines[1:start]).split())
        program.flags = read_flags(help_lines[start + 1:])
        return program
    start = next(i for i, line in enumerate(help_lines) if line.startswith("Verbs"))
    program.flags = [Flag("help", "Show the list of verbs.", "h", is_boolean=True),
                     Flag("version", "Show the version.", is_boolean=True)]
    rows = [line.strip() for line in help_lines[start + 1:] if line.strip()]
    program.verbs = [read_verb(binary, words, text) for words, text in zip(rows[::2], rows[1::2])]
    return program
