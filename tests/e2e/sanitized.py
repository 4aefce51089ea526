"""Runs an end-to-end script whose binaries are built with sanitizers: sanitized.py SCRIPT ARGS…

A script ends its processes and seldom looks at how they ended, so a leak or a race would pass unseen. Here every report
goes to a file, and a script that left one has failed, whatever it says itself. (Undefined behaviour ends a process at once,
with its report on stderr: that the script sees.)
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SONDE_SANITIZED": "1"}
        # The runtimes of one binary read an environment variable each.
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"):
            environment[name] = f"{environment.get(name, '')}:log_path={folder}/report"
        code = subprocess.run([sys.executable, *sys.argv[1:]], env=environment).returncode
        reports = sorted(pathlib.Path(folder).iterdir())
        for report in reports:
            print(report.read_text(errors="replace")[:20000])
        if reports:
            print(f"FAIL: sanitizers wrote {len(reports)} reports")
    sys.exit(1 if reports else code)


main()
