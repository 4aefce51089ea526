"""What is made from the flag tables: manual pages that man reads without a complaint, completions asked in each shell."""
import glob
import gzip
import os
import re
import shutil
import subprocess

import harness
import packed
from expositions import check
from packed import output

BASH_ASK = """source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2))
$(complete -p "$2" | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' "${COMPREPLY[@]}\""""


def flags_of(binary):
    """The names in --help, as the user types them."""
    rows = re.findall(r"^ {2,6}(?:-\w, )?--(?:\[no-\])?([^\s=]+)", output(harness.ours(binary), "--help"), re.M)
    return {"--" + name for name in rows}


def test_manual(package, binary):
    path = packed.made(package, f"{binary}.1.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read().replace("\\-", "-").replace("[no-]", "")
    missing = [flag for flag in flags_of(binary) if flag not in text]
    check(not missing, f"{binary}: the manual page has every flag, not {missing}")
    if shutil.which("man") and shutil.which("groff"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""})
        check(not done.stderr, f"{binary}: man has nothing to say: {done.stderr[:300]}")


def ask_bash(package, *words):
    """What bash would offer for the last of the words."""
    done = subprocess.run(["bash", "-c", BASH_ASK, "bash", packed.made(package, f"{words[0]}.bash"), *words],
                          capture_output=True, text=True)
    check(not done.stderr, f"bash: {words}: {done.stderr}")
    return done.stdout.split()


def ask_fish(package, line):
    script = f"source {packed.made(package, line.split()[0] + '.fish')}; complete -C '{line}'"
    return {row.split("\t")[0] for row in output("fish", "--no-config", "-c", script).splitlines()}


def test_bash():
    check(ask_bash("sonde-scraper", "sonde-scraper", "--log.l") == ["--log.level="], "bash: a flag")
    check(ask_bash("sonde-scraper", "sonde-scraper", "--log.level", "=", "w") == ["warn"], "bash: a choice after =")
    check(ask_bash("sonde-scraper", "sonde-scraper", "--log.level", "") == ["debug", "info", "warn", "error"], "bash: choices")
    check("README.md" in ask_bash("sonde-scraper", "sonde-scraper", "--config.file", "=", "READ"), "bash: a file")
    check("--no-collector.cpu" in ask_bash("sonde-node-exporter", "sonde-node-exporter", "--no-collector.c"), "bash: --no-")
    check(ask_bash("sonde-tools", "sondectl", "check", "h") == ["healthy"], "bash: a verb")
    check(ask_bash("sonde-tools", "sondectl", "watch", "") == ["list", "remove"], "bash: a verb that begins others")
    check("--insecure" in ask_bash("sonde-tools", "sondectl", "watch", "--"), "bash: its flags")
    check(ask_bash("sonde-tools", "sondectl", "watch", "list", "--") == ["--help", "--file="], "bash: the longer verb's flags")
    check("--url=" in ask_bash("sonde-tools", "sondectl", "check", "healthy", "--"), "bash: a verb's flag")
    for package, binary in packed.BINARIES.items():
        if binary != "sondectl":
            offered = {word.rstrip("=") for word in ask_bash(package, binary, "--")}
            check(flags_of(binary) <= offered, f"{binary}: bash offers every flag")


def test_zsh():
    for path in glob.glob(packed.made("*", "_sonde*")):
        done = subprocess.run(["zsh", "-f", "-c", f"source {path}", path], capture_output=True, text=True)
        syntax = subprocess.run(["zsh", "-n", path], capture_output=True, text=True)
        check(syntax.returncode == 0 and "parse error" not in done.stderr, f"zsh reads {os.path.basename(path)}")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        check(text.startswith("#compdef " + os.path.basename(path)[1:]), "zsh: it says for which command it is")


def test_fish():
    check("--log.level" in {word.split("=")[0] for word in ask_fish("sonde-scraper", "sonde-scraper --log.l")}, "fish: a flag")
    values = ask_fish("sonde-scraper", "sonde-scraper --log.level ")
    check(values == {"debug", "info", "warn", "error"}, f"fish: choices: {values}")
    check("healthy" in ask_fish("sonde-tools", "sondectl check h"), "fish: a verb")
    check(ask_fish("sonde-tools", "sondectl watch ") >= {"list", "remove"}, "fish: a verb that begins others")
    check("--insecure" not in ask_fish("sonde-tools", "sondectl watch list --"), "fish: the longer verb's flags")
    check("--url" in {word.split("=")[0] for word in ask_fish("sonde-tools", "sondectl check healthy --")}, "fish: a verb's flag")


def main():
    if not packed.is_whole():
        harness.skip("pages are made of a build with all components")
    for package, binary in packed.BINARIES.items():
        test_manual(package, binary)
    test_bash()
    for shell, test in (("zsh", test_zsh), ("fish", test_fish)):
        if shutil.which(shell):
            test()
        else:
            print(f"{shell} is not installed: its completions were not asked")


main()
