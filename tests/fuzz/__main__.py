"""Coverage-guided fuzzing of the readers: `python -m tests.fuzz READER... --minutes 5` (needs atheris).

Each new kind of failure is told once, made small, and kept in `tests/fuzz/corpus/READER/`; the run goes on. What ends
the process (a hang, too much memory, a crash in a library) is left by libFuzzer beside it, and told.
"""

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = Path(__file__).resolve().parent / "corpus"
LONGEST_INPUT = 8_192
SECONDS_FOR_ONE = 20
MEGABYTES = 3_000
LARGEST_KEPT = 10_000
TRIES_TO_MAKE_SMALL = 300


def main() -> int:
    """Fuzz the readers one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("readers", nargs="*", help="all of them where left out")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each reader")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        _fuzz(given.readers[0], seconds=round(60 * given.minutes))
    from tests.fuzz.readers import READERS

    if unknown := set(given.readers) - set(READERS):
        parser.error(f"no reader {', '.join(unknown)}; there are {', '.join(READERS)}")
    return max(_run(name, minutes=given.minutes) for name in given.readers or READERS)


def _run(name: str, *, minutes: float) -> int:
    """One reader, in a process of its own, as it may end it."""
    command = [sys.executable, "-m", "tests.fuzz", name, "--minutes", str(minutes), "--here"]
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, errors="replace")
    told = [line for line in found.stdout.splitlines() if line.startswith("==")]
    print("\n".join(told) or f"== {name}: ended without a word", flush=True)
    if found.returncode:
        print(f"== {name}: the process ended with {found.returncode}:\n{found.stderr[-3_000:]}", flush=True)
    return int(bool(found.returncode) or any(": found " in line for line in told))


def _fuzz(name: str, *, seconds: int) -> None:
    """Fuzz one reader in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["coproduce", "tomllib", "json", "csv", "zipfile", "gzip"]):
        from tests.fuzz.readers import READERS

        from coproduce.records.readers import sqlite

    from tests.fuzz import mutating

    sqlite.STEPS = 20  # a view without end is known; it is not to take seconds each time
    reader = READERS[name]
    hunt = _Hunt(reader, until=time.monotonic() + seconds)

    whole = reader.good()

    def mutate(content: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.4:  # what is collected on the way is mostly broken already
            content = chance.choice(whole)

        def change(text: bytes) -> bytes:
            if chance.random() < 0.3:
                return atheris.Mutate(text, max(len(text), 64) * 2)
            edits = [
                mutating.drawn(chance, size=len(text), words=reader.words)
                for _ in range(chance.choice((1, 1, 1, 2, 3)))
            ]
            return mutating.edited(text, edits)

        packed = reader.inside is not None and chance.random() < 0.7
        return (reader.inside.changed(content, change) if packed else change(content))[:most]

    with tempfile.TemporaryDirectory() as seeds:
        for place, good in enumerate(reader.good()):
            Path(seeds, str(place)).write_bytes(good)
        for kept in sorted((CORPUS / name).glob("*")):
            Path(seeds, kept.name).write_bytes(kept.read_bytes())
        flags = [f"-max_len={LONGEST_INPUT}", f"-timeout={SECONDS_FOR_ONE}", f"-rss_limit_mb={MEGABYTES}"]
        left = Path(tempfile.gettempdir(), f"fuzz-{name}-")
        flags += [
            f"-max_total_time={seconds + SECONDS_FOR_ONE}",
            f"-artifact_prefix={left}",
            "-len_control=0",
            "-verbosity=0",
        ]
        atheris.Setup([sys.argv[0], *flags, seeds], hunt.look, custom_mutator=mutate)
        atheris.Fuzz()


class _Hunt:
    """What was tried and what was found."""

    def __init__(self, reader, *, until: float) -> None:
        self._reader, self._until = reader, until
        self._folder = Path(tempfile.mkdtemp())
        self._tried = self._read = 0
        self._known: set[str] = set()

    def look(self, content: bytes) -> None:
        """Try one; after the last, tell how many there were and leave, as libFuzzer would without a word."""
        if time.monotonic() > self._until:
            told = f"{self._tried:,} tried, {self._read:,} of them read, {len(self._known)} finds"
            print(f"== {self._reader.name}: {told}", flush=True)
            shutil.rmtree(self._folder, ignore_errors=True)
            os._exit(0)
        self._tried += 1
        kind = self._failure(content)
        if kind is None:
            return
        if kind not in self._known:
            self._known.add(kind)
            self._keep(content, kind)

    def _failure(self, content: bytes) -> str | None:
        """The kind of failure that bytes bring about, by the last line of ours that it passed; None for none."""
        from tests.fuzz.readers import tried

        try:
            self._read += tried(self._reader, content, self._folder / "study") is None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
            steps = traceback.extract_tb(error.__traceback__)
            own = [step for step in steps if "coproduce" in step.filename] or steps
            return f"{type(error).__name__}-{Path(own[-1].filename).stem}-{own[-1].name.strip('_<>')}"
        return None

    def _keep(self, content: bytes, kind: str) -> None:
        small = self._small(content, kind)
        digest = hashlib.sha256(small).hexdigest()[:8]
        file = CORPUS / self._reader.name / f"{kind.lower()}-{digest}.{self._reader.end}"
        if len(small) <= LARGEST_KEPT:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(small)
        print(
            f"== {self._reader.name}: found {kind} with {len(small):,} bytes, in {file.relative_to(ROOT)}",
            flush=True,
        )

    def _small(self, content: bytes, kind: str) -> bytes:
        """Less of it that still fails in the same way: ever smaller pieces are left out."""
        piece, tries = max(1, len(content) // 2), 0
        while piece and tries < TRIES_TO_MAKE_SMALL:
            for at in range(0, len(content), piece):
                tries += 1
                less = content[:at] + content[at + piece :]
                if self._failure(less) == kind:
                    content = less
                    break
            else:
                piece //= 2
        return content


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
