"""sondectl check config beside promtool check config: the same verdict on the same files, and errors that name the place."""
import os
import subprocess
import tempfile

import harness

promtool = harness.need("promtool")
sondectl = harness.ours("sondectl")

# Keys that the packaged promtool (2.42) knows; name → (text, accepted).
CASES = {
    "empty": ("", True),
    "minimal": ("scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['localhost:9090']\n", True),
    "anchors": ("x: 1\n", False),
    "inherits": ("global: {scrape_interval: 5s}\nscrape_configs:\n- {job_name: a}\n", True),
    "timeout over interval": ("global: {scrape_interval: 5s, scrape_timeout: 6s}\n", False),
    "job timeout over interval": ("scrape_configs:\n- {job_name: a, scrape_interval: 1s, scrape_timeout: 2s}\n", False),
    "same job twice": ("scrape_configs:\n- job_name: a\n- job_name: a\n", False),
    "no job name": ("scrape_configs:\n- metrics_path: /x\n", False),
    "unknown key": ("global:\n  scrape_intervall: 5s\n", False),
    "duplicate key": ("global: {}\nglobal: {}\n", False),
    "bad duration": ("global: {scrape_interval: 1.5s}\n", False),
    "bare number duration": ("global: {scrape_interval: 15}\n", False),
    "url as address": ("scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['http://x/y']}]\n", False),
    "relabel without target": ("scrape_configs:\n- job_name: a\n  relabel_configs: [{source_labels: [a]}]\n", False),
    "relabel": ("scrape_configs:\n- job_name: a\n  relabel_configs: [{source_labels: [a], target_label: b}]\n", True),
    "unknown action": ("scrape_configs:\n- job_name: a\n  relabel_configs: [{action: delete}]\n", False),
    "bad regex": ("scrape_configs:\n- job_name: a\n  relabel_configs: [{regex: '(', target_label: b}]\n", False),
    "two ways to authenticate": ("scrape_configs:\n- job_name: a\n  basic_auth: {username: x}\n"
                                 "  authorization: {credentials: y}\n", False),
    "certificate without key": ("scrape_configs:\n- job_name: a\n  tls_config: {cert_file: x}\n", False),
    "file_sd of another kind": ("scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: [x.txt]}]\n", False),
    "file_sd star in a folder": ("scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: ['*/x.yml']}]\n", False),
    "file_sd": ("scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: ['x/*.yml']}]\n", True),
    "body limit without unit": ("scrape_configs:\n- {job_name: a, body_size_limit: 10}\n", False),
    "body limit": ("scrape_configs:\n- {job_name: a, body_size_limit: 10MB}\n", True),
    "bad label name": ("global: {external_labels: {'': x}}\n", False),
    "rule file star in a folder": ("rule_files: ['a/*/b.yml']\n", False),
    "remote write without url": ("remote_write: [{name: x}]\n", False),
    "alertmanager v3": ("alerting: {alertmanagers: [{api_version: v3}]}\n", False),
    "yes and no": ("scrape_configs:\n- {job_name: a, honor_labels: yes, honor_timestamps: off}\n", True),
    "quoted truth": ("scrape_configs:\n- {job_name: a, honor_labels: 'yes'}\n", False),
    "octal limit": ("scrape_configs:\n- {job_name: a, sample_limit: 010}\n", True),
    "negative limit": ("scrape_configs:\n- {job_name: a, sample_limit: -1}\n", False),
    "tabs": ("global:\n\tscrape_interval: 5s\n", False),
    "job is a list": ("scrape_configs:\n- [a]\n", False),
    "merge key": ("scrape_configs:\n- &a {job_name: a, scheme: https}\n- {<<: *a, job_name: b}\n", True),
}


def accepted(argv, path):
    done = subprocess.run([*argv, "check", "config", "--syntax-only", path], capture_output=True, text=True, timeout=20)
    assert done.returncode in (0, 1), (path, done)
    return done.returncode == 0, done.stdout, done.stderr


failures = []
with tempfile.TemporaryDirectory() as folder:
    for name, (text, good) in CASES.items():
        path = os.path.join(folder, name.replace(" ", "_") + ".yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        theirs, _, their_text = accepted([promtool], path)
        ours, out, err = accepted([sondectl], path)
        if theirs != good or ours != good:
            failures.append(f"{name}: expected {good}, promtool {theirs} ({their_text.strip()}), sondectl {ours} ({err.strip()})")
        if ours:
            assert f"{path} is valid prometheus config file syntax" in out, out
        else:
            assert f"FAILED: {path}: line " in err, (name, err)
print(f"configurations alike: {len(CASES) - len(failures)}/{len(CASES)}")
for failure in failures:
    print(failure)
raise SystemExit(1 if failures else 0)
