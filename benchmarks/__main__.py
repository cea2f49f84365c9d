"""Every benchmark, one after the other, into `RESULTS.md`: `python benchmarks [startup audit ...]` (`make bench`).

About three quarters of an hour on two idle cores. Peers that are not there (R's packages, Java for Spark) are said to
be absent.
"""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALL = ("startup.py", "audit.py", "harms.py", "determinants.py", "synthesis.py", "production.py", "platform")


def main() -> None:
    """Run those that are named, or all; say which failed."""
    spark = ("spark.py",) if find_spec("pyspark") else ()
    names = sys.argv[1:] or [*ALL, *spark]
    failed = []
    for number, name in enumerate(names, start=1):
        begun = time.perf_counter()
        print(f"\n[{number} of {len(names)}] {name}", file=sys.stderr, flush=True)
        place = HERE / name if (HERE / name).exists() else HERE / f"{name}.py"
        if subprocess.run([sys.executable, place], check=False).returncode:
            failed.append(name)
        print(f"{time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    if failed:
        raise SystemExit(f"These failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
