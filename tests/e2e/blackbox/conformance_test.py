"""--config.check accepts and refuses the reference's own good and bad configurations exactly as the reference does.

SONDE_CONFORMANCE_DIR names a folder with check_configs.py and blackbox/.
"""
import os
import subprocess
import sys

import harness

folder = os.environ.get("SONDE_CONFORMANCE_DIR")
if not folder:
    harness.skip("SONDE_CONFORMANCE_DIR is not set")
command = f"{os.path.abspath(harness.ours('sonde-blackbox-exporter'))} --config.check --config.file={{file}}"
sys.exit(subprocess.run([sys.executable, os.path.join(folder, "check_configs.py"), "--cmd", command, "--dir",
                         os.path.join(folder, "blackbox")]).returncode)
