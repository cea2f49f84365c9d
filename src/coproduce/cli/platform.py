"""The command that opens the platform."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from coproduce.errors import EngineError


def serve(
    *,
    port: int = 8000,
    host: str = "127.0.0.1",
    folder: Path | None = None,
    demo: bool = False,
    workers: int = 2,
) -> int:
    """Open the platform, where citizens and professionals do the work from which records come.

    On this machine alone it needs nothing else: records are kept in a file in `folder`. For a service, set
    `DATABASE_URL`, `COPRODUCE_SECRET_KEY`, `COPRODUCE_HOSTS` and `EMAIL_URL`.

    Parameters
    ----------
    port, host
        Where it answers.
    folder
        Where its file of records is kept, if `DATABASE_URL` names no database; else `COPRODUCE_FOLDER`, else here.
    demo
        Fill an empty platform with simulated records.
    workers
        How many processes answer pages.

    Examples
    --------
    `coproduce serve --demo --port 8000`
    """
    if find_spec("django") is None or find_spec("coproduce_web") is None:
        raise EngineError('serve: the platform is not installed; pip install "coproduce[web]"')
    kept = folder or Path(os.environ.get("COPRODUCE_FOLDER", "."))
    kept.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "coproduce_web", "serve", "--host", host, "--port", str(port)]
    words += ["--workers", str(workers), *(["--demo"] if demo else [])]
    environment = os.environ | {"COPRODUCE_FOLDER": str(kept.resolve())}
    if host in {"127.0.0.1", "localhost"} and not environment.keys() & {"COPRODUCE_TRIAL", "COPRODUCE_PROXY"}:
        environment["COPRODUCE_TRIAL"] = "1"  # nobody else can reach it, and there is no certificate for it
    try:
        return subprocess.run(words, env=environment, check=False).returncode  # noqa: S603  # our own interpreter
    except KeyboardInterrupt:
        return 0
