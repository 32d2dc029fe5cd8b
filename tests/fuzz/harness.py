"""What the fuzz targets share: where seeds, corpus and crashes go, and what a run prints."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import atheris

FOLDER = Path(__file__).parents[2] / ".fuzz"


@contextmanager
def instrumented(*packages: str) -> Iterator[None]:
    """Count the branches of what is imported inside, without saying so for each module."""
    with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=list(packages)):
        yield


def run(name: str, target: Callable[[bytes], None], seeds: Iterable[bytes], longest: int) -> None:
    """Fuzz a target for FUZZ_SECONDS from the seeds and what earlier runs found; crashes go to `.fuzz/NAME/crashes`.

    Arguments behind the script's name are libFuzzer's own: a file runs the target on that one input.
    """
    corpus, crashes = FOLDER / name / "corpus", FOLDER / name / "crashes"
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    given = {hashlib.sha1(seed).hexdigest(): seed for seed in seeds if len(seed) <= longest}
    for key, seed in given.items():
        (corpus / f"seed-{key}").write_bytes(seed)
    seconds = os.environ.get("FUZZ_SECONDS", "60")
    kept = len(list(corpus.iterdir()))
    arguments = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        f"-artifact_prefix={crashes}/",
        f"-max_len={longest}",
        "-timeout=60",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    if len(sys.argv) == 1:
        print(
            f"fuzz: {name}: {len(given)} seeds, corpus of {kept}, {seconds} seconds; crashes go to {crashes}",
            flush=True,
        )
        arguments.append(str(corpus))
    atheris.Setup(arguments + sys.argv[1:], target)
    atheris.Fuzz()
