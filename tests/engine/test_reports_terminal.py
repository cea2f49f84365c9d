"""The terminal page: the same findings at 80 columns, without colour, in a pipe."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from coproduce.findings.files import findings_from_json
from coproduce.reports.terminal import show

MADE_UP = Path(__file__).with_name("test_reports_findings.json")


@pytest.fixture(scope="module")
def findings():
    return findings_from_json(MADE_UP.read_text(encoding="utf-8"))


def printed(findings, **settings):
    out = io.StringIO()
    show(findings, console=Console(file=out, **{"width": 80, "color_system": None, **settings}))
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(findings, width):
    assert max(len(line.rstrip()) for line in printed(findings, width=width).splitlines()) <= min(width, 100)


def test_the_answer_the_grade_and_the_key_numbers_are_there(findings):
    page = " ".join(printed(findings).split())
    finding = findings.finding("audit")
    assert finding.answer in page
    assert "Moderate (3 of 4)" in page
    assert "These records are simulated." in page
    assert "It needs contributions or initiatives." in page
    for caveat in finding.caveats:
        assert caveat in page.replace(" - ", " ")


def test_a_name_cannot_colour_or_steer_the_terminal(findings):
    title = "[bold red]Care[/] \x1b[2J\x9b31m"
    hostile = findings.model_copy(update={"study": findings.study.model_copy(update={"title": title})})
    page = printed(hostile)
    assert "[bold red]Care[/]" in page
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(page)


@pytest.mark.parametrize("width", [72, 80, 120])
def test_bars_keep_their_proportions(findings, width):
    page = printed(findings, width=width)
    bars = {line.count("█") for line in page.splitlines() if "█" in line}
    assert max(bars) in {11, 12}
    shares = re.findall(r"(\d+)% .*?(█+)", page)
    assert shares
    assert all(abs(12 * int(share) / 100 - len(bar)) <= 1.1 for share, bar in shares)


def test_an_ascii_terminal_gets_ascii(findings):
    class Ascii(io.TextIOWrapper):
        encoding = "ascii"

    out = io.BytesIO()
    console = Console(file=Ascii(out, encoding="ascii", errors="strict"), width=80, color_system=None)
    show(findings, console=console)
    console.file.flush()
    assert b"###" in out.getvalue()
