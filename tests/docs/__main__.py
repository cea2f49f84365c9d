"""Writes into pages what their commands and programs tell: `python -m tests.docs --write docs/how-to/verify.md`."""

import argparse
import tempfile
from pathlib import Path

from tests.docs.pages import ROOT, pages, rewritten


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.docs", description=__doc__)
    parser.add_argument(
        "pages", nargs="*", help="pages, by their paths in the project; all of them where left out"
    )
    parser.add_argument(
        "--write", action="store_true", help="write them, rather than print what would change"
    )
    chosen = parser.parse_args()
    wrong: list[str] = []
    for page in chosen.pages or pages():
        with tempfile.TemporaryDirectory() as folder:
            text, faults = rewritten(page, folder=Path(folder))
        wrong += faults
        if text != (ROOT / page).read_text(encoding="utf-8"):
            print(f"{page}: {'written' if chosen.write else 'would change'}")
            if chosen.write:
                (ROOT / page).write_text(text, encoding="utf-8")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
