"""What the first installation does with the flags of the program that stands in the same place: the script of the package,
with its paths moved below a folder."""
import os
import re
import subprocess
import tempfile

import harness
import packed
from expositions import check

NODE, SCRAPER, BLACKBOX = "sonde-node-exporter", "sonde-scraper", "sonde-blackbox-exporter"


def install(package, theirs, ours=None):
    """(what the script said, the /etc/default file it left) of a first installation beside `theirs`."""
    with open(packed.made(package, "postinst"), encoding="utf-8") as file:
        script = re.search(r"^make_default\(\) \{.*?^\}", file.read(), re.S | re.M)[0]
    reference = re.search(r"theirs=/etc/default/(\S+)", script)[1]
    with tempfile.TemporaryDirectory() as root:
        for path, text in ((f"usr/share/{package}/default", template(package)), (f"etc/default/{reference}", theirs),
                           (f"etc/default/{package}", ours)):
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            if text is not None:
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
        script = script.replace("/etc/default", f"{root}/etc/default").replace("/usr/share", f"{root}/usr/share")
        script = script.replace(f"/usr/bin/{package}", os.path.abspath(harness.ours(package)))
        done = subprocess.run(["sh", "-e", "-c", script + "\nmake_default"], capture_output=True, text=True)
        check(done.returncode == 0 and not done.stderr, f"the script ends well: {done.stderr}")
        left = sorted(os.listdir(f"{root}/etc/default"))
        check(f"{package}.new" not in left, "nothing half made is left")
        with open(f"{root}/etc/default/{package}", encoding="utf-8") as file:
            return done.stdout, file.read()


def template(package):
    with open(f"packaging/default/{package}", encoding="utf-8") as file:
        return file.read()


def setting(text, name):
    """The value of the variable as a shell reads the file."""
    return subprocess.run(["sh", "-c", f"{text}\nprintf %s \"${name}\""], capture_output=True, text=True, check=True).stdout


def main():
    if not packed.is_whole():
        harness.skip("the scripts are made of a build with all components")
    said, text = install(NODE, None)
    check(text == template(NODE) and not said, "without the other program: our own file, and no word")
    said, text = install(NODE, 'ARGS=""\n')
    check(text == template(NODE) and not said, "with its ARGS empty too")

    flags = "--web.listen-address=127.0.0.1:9100 --no-collector.cpu"
    said, text = install(NODE, f'# theirs\nARGS="{flags}"\n')
    check(setting(text, "ARGS") == flags and "taken over from" in said, f"flags are taken over, and that is said: {said}")
    check("DEFAULTS" not in text, "the unit's own flags stay the unit's")
    said, text = install(NODE, f'ARGS="--no-collector.cpu \\\n --no-collector.stat"\nOTHER=1\n')
    check(setting(text, "ARGS").split() == ["--no-collector.cpu", "--no-collector.stat"] and "OTHER" not in text, "over two lines")
    said, text = install(NODE, "ARGS='--collector.filesystem.mount-points-exclude=\"^/(sys|a b)($|/)\"'\n")
    check("taken over" in said and "a b" in setting(text, "ARGS"), "with quotes in quotes")
    said, text = install(NODE, f'ARGS="{flags}"\n', ours="ARGS=mine\n")
    check(text == "ARGS=mine\n" and not said, "a file that is there stays")

    said, text = install(NODE, 'ARGS="--collector.nonsense"\n')
    check(text == template(NODE) and "--collector.nonsense" in said, f"an unknown flag is named and nothing taken: {said}")
    said, text = install(SCRAPER, 'ARGS="--storage.tsdb.path=/var/lib/prometheus/metrics2/"\n')
    check(text == template(SCRAPER) and "another form" in said, f"a database of another form is not taken: {said}")
    said, text = install(BLACKBOX, 'ARGS="--config.file /etc/prometheus/blackbox.yml"\n')
    check(setting(text, "DEFAULTS") == "--probe.failure-info" and "/etc/prometheus" in setting(text, "ARGS"),
          "what both give, the unit leaves to ARGS")
    said, text = install(SCRAPER, 'ARGS="--config.file=/etc/prometheus/prometheus.yml --query.timeout=1m"\n')
    check(setting(text, "DEFAULTS") == "--storage.tsdb.path=/var/lib/sonde-scraper", "and gives the rest")
    said, text = install(NODE, "exit 3\n")
    check(text == template(NODE), "a file that a shell cannot read is left alone")


main()
