"""Run every benchmark, each in a fresh process: `python -m benchmarks [--quick]`."""

import subprocess
import sys

for name in ("import_time", "eager", "train_step", "memory", "modes", "layout", "page"):
    print(f"## {name}\n", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]], check=True)
