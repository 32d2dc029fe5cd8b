"""What loading a system adds to a process of its own: `python -m benchmarks.hearing_memory lexicon`."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.hearing_rows import row_of
from benchmarks.hearing_systems import SYSTEMS

ROOT = Path(__file__).parents[1]
STATUS = Path("/proc/self/status")


def footprint(name: str) -> dict[str, float]:
    """Megabytes that loading a system and one utterance add, and the peak of a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.hearing_memory", name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def measure(name: str) -> dict[str, float]:
    """The same, of this process."""
    before = _megabytes("VmRSS")
    SYSTEMS[name]().hear(row_of({"text": "Hello, you idiot.", "conduct": "abuse", "lang": "en"}, ""))
    return {"loading_mb": round(_megabytes("VmRSS") - before, 1), "peak_mb": round(_megabytes("VmHWM"), 1)}


def _megabytes(field: str) -> float:
    """From the kernel's own account; elsewhere than on Linux only the peak is known, and stands for both."""
    if not STATUS.exists():
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
