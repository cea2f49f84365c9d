"""Brings GOV.UK Frontend and htmx into the platform's static files: no crown, no GDS typeface, no source maps.

    python tools/vendor_frontend.py GOVUK_FRONTEND.tgz HTMX.tgz

The two archives are what `npm pack govuk-frontend@6.6.0 htmx.org@2.0.11` writes. GOV.UK Frontend is MIT, htmx 0BSD.
"""

from __future__ import annotations

import re
import sys
import tarfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "src" / "coproduce_web" / "static" / "vendor"

# Its archive names the licence and does not hold its text.
MIT = """\
The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def read(archive: str, name: str) -> str:
    """A text file of an npm archive."""
    with tarfile.open(archive) as files:
        found = files.extractfile(f"package/{name}")
        if found is None:
            raise SystemExit(f"{archive} holds no {name}")
        return found.read().decode()


def plain(css: str) -> str:
    """Styles with the reader's own typeface, and without pictures that only GOV.UK may show."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace('"GDS Transport",arial,sans-serif', "system-ui,sans-serif").replace(
        "GDS Transport,arial,sans-serif", "system-ui,sans-serif"
    )
    css = re.sub(r"/\*#\s*sourceMappingURL=.*?\*/", "", css)
    css = re.sub(r"url\(/assets/[^)]*\)", "none", css)
    if "GDS Transport" in css or "/assets/" in css:
        raise SystemExit(
            "The styles name the GDS typeface or pictures in a way that this program does not know."
        )
    return css


def main() -> None:
    """Write the four files and the licences."""
    govuk, htmx = sys.argv[1:]
    script = re.sub(r"//# sourceMappingURL=.*", "", read(govuk, "dist/govuk/govuk-frontend.min.js"))
    texts = {
        "govuk-frontend.css": plain(read(govuk, "dist/govuk/govuk-frontend.min.css")),
        "govuk-frontend.js": script,
        "htmx.js": read(htmx, "dist/htmx.min.js"),
        "LICENCES.txt": f"GOV.UK Frontend\n\n{MIT}\n\nhtmx\n\n{read(htmx, 'LICENSE')}",
    }
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (VENDOR / name).write_text(text.strip() + "\n", encoding="utf-8", newline="\n")
        print(f"{name}: {len(text):,} characters")


if __name__ == "__main__":
    main()
