"""How good files are damaged: by bytes, by words that mean something, and inside of what is packed."""

import gzip
import io
import json
import random
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coproduce.records import plan

KINDS = ("cut", "put", "over", "flip", "again", "move")
MOST_STEPS_OF_SQL = 200
SPLIT = b"\x00--\x00"
"""Parts the members of an archive where they are damaged as one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One damage: what is done, where, over how many bytes, and with which bytes."""

    kind: str
    at: int
    length: int = 1
    put: bytes = b""

    def done(self, content: bytes) -> bytes:
        """The content after it."""
        at = self.at % (len(content) + 1)
        before, piece, after = content[:at], content[at : at + self.length], content[at + self.length :]
        match self.kind:
            case "cut":
                return before + after
            case "put":
                return before + self.put + piece + after
            case "over":
                return before + self.put + content[at + len(self.put) :]
            case "flip":
                return before + bytes(byte ^ (1 << self.length % 8) for byte in piece[:1]) + piece[1:] + after
            case "again":
                return before + piece + piece + after
            case _:
                return after + before + piece


def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
    """The content after all of them."""
    for edit in edits:
        content = edit.done(content)
    return content


def drawn(chance: random.Random, *, size: int, words: Sequence[bytes]) -> Edit:
    """Some damage."""
    put = chance.choice(words) if words and chance.random() < 0.7 else chance.randbytes(chance.randint(1, 4))
    length = chance.choice((1, 1, 2, 4, 8, 16, 64, 256))
    return Edit(kind=chance.choice(KINDS), at=chance.randrange(size + 1), length=length, put=put)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How files are packed: `unpack` gives what is inside as one text (None where it cannot), `pack` packs it again."""

    unpack: Callable[[bytes], bytes | None]
    pack: Callable[[bytes], bytes]

    def changed(self, content: bytes, change: Callable[[bytes], bytes]) -> bytes:
        """The content with what is inside changed; the content itself where it cannot be unpacked."""
        inside = self.unpack(content)
        return content if inside is None else self.pack(change(inside))


def _gunzip(content: bytes) -> bytes | None:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return None


def _unzip(content: bytes) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(entry.filename.encode(), archive.read(entry)) for entry in archive.infolist()]
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be unpacked
        return None
    return SPLIT.join(part for member in members for part in member)


def _zip(inside: bytes) -> bytes:
    parts = inside.split(SPLIT)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in dict(zip(parts[::2], parts[1::2], strict=False)).items():
            if name:
                called = name.decode("utf-8", "replace").replace("\0", "")
                archive.writestr(zipfile.ZipInfo(called or "x"), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _dumped(content: bytes) -> bytes | None:
    """A SQLite file as the SQL that makes it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.sqlite")
        file.write_bytes(content)
        opened = sqlite3.connect(file)
        try:
            return "\n".join(opened.iterdump()).encode("utf-8", "replace")
        except (sqlite3.Error, UnicodeError, TypeError):
            return None
        finally:
            opened.close()


def _made(script: bytes) -> bytes:
    """The SQLite file that SQL makes; statements that are none are passed over, and none may run long."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.sqlite")
        opened = sqlite3.connect(file, isolation_level=None)
        opened.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else 0
        )
        opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 20)
        opened.execute("PRAGMA page_size = 512")
        steps = iter(range(MOST_STEPS_OF_SQL))
        opened.set_progress_handler(lambda: next(steps, None) is None, 1_000)
        for statement in script.decode("utf-8", "replace").split(";\n"):
            try:
                opened.execute(statement)
            except (sqlite3.Error, sqlite3.Warning, ValueError, UnicodeError):
                continue
        opened.close()
        return file.read_bytes()


GZIP = Packing(unpack=_gunzip, pack=lambda inside: gzip.compress(inside, mtime=0))
ZIP = Packing(unpack=_unzip, pack=_zip)
SQLITE = Packing(unpack=_dumped, pack=_made)


def signed(content: bytes) -> bytes:
    """A plan with the fingerprint that belongs to it; as it is where it is no plan."""
    try:
        held = json.loads(content)
        held.pop("sha256", None)
        return json.dumps({**held, "sha256": plan._fingerprint(held)}).encode()
    except (ValueError, AttributeError, TypeError, RecursionError):
        return content
