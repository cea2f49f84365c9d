"""Sheets of text written as an .xlsx workbook: the same bytes each time for the same texts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr  # writes XML; it reads none

Rows = Sequence[Sequence[str]]

DAY = (1980, 1, 1, 0, 0, 0)
"""The day that stands in the archive, the first that one can hold: when it was written is nobody's business."""
WIDEST = 60
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    '<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf '
    'numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="49" '
    'fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment '
    'vertical="top" wrapText="1"/></xf><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" '
    'applyNumberFormat="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle '
    'name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_workbook(path: Path, sheets: Mapping[str, Rows]) -> None:
    """Write sheets as an .xlsx workbook, the first row of each bold and frozen.

    Every cell is a text, also one that begins like a formula: nothing is ever worked out when it is opened.

    Parameters
    ----------
    path
        The file; what stands there is written over.
    sheets
        Name -> rows of texts.

    Examples
    --------
    >>> import tempfile
    >>> from coproduce.records.readers.sheets import read_sheets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.xlsx"
    ...     write_workbook(file, {"survey": [["type", "name"], ["note", "=1+1"]]})
    ...     read_sheets(file, {"survey"}, name="a.xlsx")["survey"].rows[2]
    {1: 'note', 2: '=1+1'}
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in _parts(sheets):
            entry = zipfile.ZipInfo(name, DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())


def _parts(sheets: Mapping[str, Rows]) -> Iterator[tuple[str, str]]:
    """Each file of the archive."""
    places = range(1, len(sheets) + 1)
    kinds = [("/xl/workbook.xml", f"{SHEET}.sheet.main+xml"), ("/xl/styles.xml", f"{SHEET}.styles+xml")]
    kinds += [(f"/xl/worksheets/sheet{place}.xml", f"{SHEET}.worksheet+xml") for place in places]
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds)
    yield (
        "[Content_Types].xml",
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{overrides}</Types>',
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{place}" r:id="rId{place}"/>'
        for place, name in enumerate(sheets, start=1)
    )
    yield (
        "xl/workbook.xml",
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{place}.xml") for place in places]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")])
    yield "xl/styles.xml", STYLES
    for place, rows in zip(places, sheets.values(), strict=True):
        yield f"xl/worksheets/sheet{place}.xml", _sheet(rows)


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{place}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _sheet(rows: Rows) -> str:
    widths = [min(WIDEST, 2 + max(map(len, column))) for column in zip(*rows, strict=True)]
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(widths, start=1)
    )
    body = "".join(_row(number, cells) for number, cells in enumerate(rows, start=1))
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{body}</sheetData></worksheet>"
    )


def _row(number: int, cells: Sequence[str]) -> str:
    style = 1 if number == 1 else 0
    written = "".join(
        f'<c r="{_letters(place)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{_escaped(text)}</t></is></c>"
        for place, text in enumerate(cells, start=1)
        if text
    )
    return f'<row r="{number}">{written}</row>'


def _letters(place: int) -> str:
    """The letters of a column.

    Examples
    --------
    >>> _letters(1), _letters(27), _letters(703)
    ('A', 'AA', 'AAA')
    """
    before, last = divmod(place - 1, 26)
    return (_letters(before) if before else "") + chr(65 + last)


def _escaped(text: str) -> str:
    r"""A text as XML; what XML cannot hold is written as the format has it, and so is what looks like that.

    Examples
    --------
    >>> _escaped("a<b\r_x0041_")
    'a&lt;b_x000D__x005F_x0041_'
    """
    return escape(NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
