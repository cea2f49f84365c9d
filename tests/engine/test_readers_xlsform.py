"""XLSForm: what is read of a form, and every fault with its sheet, row and column."""

import io
import zipfile

import pytest

from coproduce.errors import RecordsError
from coproduce.records.engine import Engine
from coproduce.records.form_files import write_form
from coproduce.records.opening import open_records
from coproduce.records.readers import sheets
from coproduce.records.readers.xlsform import item_rows, read_form
from coproduce.records.study import read_study
from coproduce.records.workbook import write_workbook

SURVEY = [
    [
        "type",
        "name",
        "label::English (en)",
        "label::Deutsch (de)",
        "relevant",
        "construct",
        "reverse",
        "remark",
    ],
    ["start", "started", "", "", "", "", "", ""],
    ["select_one agree", "easy", "It is easy", "Es ist leicht", "", "efficacy", "", "mine"],
    ["", "", "", "", "", "", "", "a row with a remark alone"],
    ["begin group", "more", "More", "Mehr", "${easy} = 'yes'", "", "", ""],
    ["select_multiple agree or_other", "which", "Which?", "Welche?", "", "", "", ""],
    ["range", "tired", "Tired?", "Müde?", "", "strain", "yes", ""],
    ["end_group", "", "", "", "", "", "", ""],
]
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::Deutsch (de)", "counts_as"],
    ["agree", "no", "No", "Nein", "0"],
    ["agree", "yes", "Yes", "Ja", "1"],
    ["agree", "unknown", "Do not know", "Weiß nicht", ""],
]
SETTINGS = [["form_title", "form_id", "default_language"], ["A form", "a_form", "Deutsch (de)"]]


def _write(folder, survey=SURVEY, choices=CHOICES, settings=SETTINGS):
    width = {"survey": survey, "choices": choices, "settings": settings}
    book = {
        name: [[*row, *[""] * (max(map(len, rows)) - len(row))] for row in rows]
        for name, rows in width.items()
        if rows
    }
    write_workbook(folder / "form.xlsx", book)
    return folder / "form.xlsx"


def _faults(path):
    with pytest.raises(RecordsError) as refusal:
        read_form(path)
    return [
        (fault.place, fault.rule, *(row if fault.rows else ()), fault.hint)
        for fault in refusal.value.faults
        for row in fault.rows or ((),)
    ]


def test_a_form_is_read_in_all_its_languages(tmp_path):
    form = read_form(_write(tmp_path))
    assert (form.name, form.title, form.left_out) == ("a_form", "A form", ("start",))
    assert form.languages == ("Deutsch (de)", "English (en)")
    easy, which, tired = form.questions
    assert [choice.counts_as for choice in easy.choices] == [0, 1, None]
    assert (which.group, which.or_other, form.groups[0].relevant) == ("more", True, "${easy} = 'yes'")
    assert (tired.start, tired.end, tired.step, tired.reverse) == (0, 10, 1, True)
    assert form.text(easy.labels, "English (en)") == "It is easy"


def test_a_form_is_the_table_items(tmp_path):
    _write(tmp_path)
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "T"\nservice = "S"\n[records.items]\npath = "form.xlsx"\n'
    )
    with Engine(threads=1) as engine:
        table = open_records(read_study(tmp_path), engine).tables["items"]
        columns = "item, construct, scale, reverse, label, kind, choices, counts_as, low, high"
        rows = engine.rows(f"SELECT {columns} FROM items ORDER BY row_number")
    assert rows == [
        ("easy", "efficacy", "agree", "no", "Es ist leicht", "select_one", "no yes unknown", "0 1 -", 0, 1),
        ("which", None, "agree", None, "Welche?", "select_multiple", "no yes unknown other", "0 1 - -", 0, 1),
        ("which_other", None, None, None, "Welche?", "text", None, None, None, None),
        ("tired", "strain", None, "yes", "Müde?", "range", None, None, 0, 10),
    ]
    assert "Left out, as no questions: start." in table.notes
    assert len(table.sha256) == 64


def test_csv_sheets_are_the_same_form(tmp_path):
    form = read_form(_write(tmp_path))
    write_form(form, tmp_path / "sheets")
    assert read_form(tmp_path / "sheets") == form
    toml = '[study]\ntitle = "T"\nservice = "S"\n[records.items]\npath = "sheets/survey.csv"\n'
    (tmp_path / "study.toml").write_text(toml)
    with Engine(threads=1) as engine:
        assert open_records(read_study(tmp_path), engine).tables["items"].rows == len(item_rows(form))


def _survey(
    *rows, head=("type", "name", "label", "relevant", "required", "construct", "reverse", "parameters")
):
    return [list(head), *map(list, rows)]


PLAIN = [
    ["list_name", "name", "label", "counts_as"],
    ["agree", "no", "No", "0"],
    ["agree", "yes", "Yes", "1"],
]
ASKED = ("select_one agree", "q", "Q")


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([("intger", "q", "Q")], ("survey.type", "known", 2, "intger", "Did you mean 'integer'?")),
        ([("geopoint", "q", "Q")], ("survey.type", "known", 2, "geopoint", None)),
        (
            [("select_one", "q", "Q")],
            ("survey.type", "known", 2, "select_one", "Did you mean 'select_one LIST'?"),
        ),
        ([("select_one agre", "q", "Q")], ("survey.type", "list", 2, "agre", "Did you mean 'agree'?")),
        ([("", "q", "Q")], ("survey.type", "required", 2, "", None)),
        ([("text", "my q", "Q")], ("survey.name", "name", 2, "my q", None)),
        ([("text", "q", "Q"), ("text", "q", "Q")], ("survey.name", "twice", 3, "q", None)),
        ([("text", "q", "")], ("survey.label", "required", 2, "", None)),
        ([("text", "q", "Q", "", "perhaps")], ("survey.required", "value", 2, "perhaps", None)),
        ([("note", "q", "Q", "", "yes")], ("survey.required", "kind", 2, "yes", None)),
        ([("calculate", "q", "Q")], ("survey.calculation", "required", 2, "", None)),
        ([("begin group", "g", "G"), ("text", "q", "Q")], ("survey.type", "group", 2, "begin group", None)),
        ([("text", "q", "Q"), ("end group",)], ("survey.type", "group", 3, "end group", None)),
        (
            [("begin group", "g", "G"), ("text", "q", "Q"), ("end group", "h")],
            ("survey.name", "group", 4, "h", None),
        ),
        (
            [("text", "q", "Q"), ("begin group", "g", "G"), ("end group",)],
            ("survey.type", "group", 3, "begin group", None),
        ),
        ([("text", "q", "Q", "${p} = 'a'")], ("survey.relevant", "expression", 2, "p", None)),
        ([("text", "q", "Q", ". = 'a'")], ("survey.relevant", "expression", 2, ". = 'a'", None)),
        (
            [ASKED, ("text", "p", "P", "${q} = 'yse'")],
            ("survey.relevant", "expression", 3, "yse", "Did you mean 'yes'?"),
        ),
        (
            [("text", "p", "P", "now() > 3")],
            ("survey.relevant", "expression", 2, "now() in now() > 3", "Did you mean 'not'?"),
        ),
        ([("text", "q", "Q", "", "", "efficacy")], ("survey.construct", "score", 2, "efficacy", None)),
        (
            [(*ASKED, "", "", "motive.materiel")],
            ("survey.construct", "construct", 2, "motive.materiel", "Did you mean 'material'?"),
        ),
        ([(*ASKED, "", "", "", "yes")], ("survey.reverse", "score", 2, "yes", None)),
        ([("integer", "q", "Q", "", "", "hours", "yes")], ("survey.reverse", "score", 2, "yes", None)),
        ([("range", "q", "Q", "", "", "", "", "end=x")], ("survey.parameters", "range", 2, "end=x", None)),
        ([("range", "q", "Q", "", "", "", "", "step=3")], ("survey.parameters", "range", 2, "step=3", None)),
        ([], ("survey", "sheet", 1, "no question", None)),
    ],
)
def test_a_fault_of_the_survey_names_its_row_and_column(tmp_path, rows, fault):
    assert _faults(_write(tmp_path, _survey(*rows), PLAIN)) == [fault]


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ([("agree", "no", "No", "")], ("survey.construct", "score", 2, "efficacy", None)),
        ([("agree", "yes", "Yes", "one")], ("choices.counts_as", "number", 4, "one", None)),
        ([("agree", "yes", "Yes", "inf")], ("choices.counts_as", "number", 4, "inf", None)),
        ([("agree", "no", "No", "1")], ("choices.name", "twice", 4, "no", None)),
        ([("agree", "not sure", "?", "1")], ("choices.name", "name", 4, "not sure", None)),
        ([("agree", "yes", "", "1")], ("choices.label", "required", 4, "", None)),
        ([("", "yes", "Yes", "1")], ("choices.list_name", "required", 4, "", None)),
    ],
)
def test_a_fault_of_the_choices_names_its_row_and_column(tmp_path, choices, fault):
    if fault[0].startswith("survey"):
        rows = [PLAIN[0], *choices]
    else:
        rows = [PLAIN[0], PLAIN[1], ["agree", "maybe", "Maybe", "2"], *choices]
    assert _faults(_write(tmp_path, _survey((*ASKED, "", "", "efficacy")), rows)) == [fault]


def test_columns_and_languages_that_are_nearly_right(tmp_path):
    survey = _survey(("text", "q", "Q", ""), head=("type", "name", "label::English (en)", "relevent"))
    choices = [["list_name", "name", "label::English (eng)", "counts_as"], ["agree", "no", "No", ""]]
    settings = [["form_id", "default_language"], ["f", "Englisch (en)"], ["g", ""]]
    assert _faults(_write(tmp_path, survey, choices, settings)) == [
        ("survey", "column", 1, "relevent", "Did you mean 'relevant'?"),
        ("settings.form_id", "settings", 3, "g", None),
        ("choices.label", "language", 1, "English (eng)", "Did you mean 'English (en)'?"),
        ("settings.default_language", "language", 2, "Englisch (en)", "Did you mean 'English (en)'?"),
    ]


def test_columns_that_are_not_there_or_not_read(tmp_path):
    assert _faults(_write(tmp_path, [["type", "label"], ["text", "Q"]], PLAIN)) == [
        ("survey", "column", 1, "no such column", None)
    ]
    survey = _survey(("text", "q", "Q", "3", "T"), head=("type", "name", "label", "default", "label"))
    assert _faults(_write(tmp_path, survey, PLAIN)) == [
        ("survey", "twice", 1, "label", None),
        ("survey.default", "known", 2, "3", None),
    ]


def test_all_faults_are_told_at_once_and_those_of_one_kind_as_one(tmp_path):
    survey = _survey(*[("intger", f"q{row}", "Q") for row in range(12)], ("text", "last", ""))
    with pytest.raises(RecordsError) as refusal:
        read_form(_write(tmp_path, survey, PLAIN))
    kinds, label = refusal.value.faults
    assert (kinds.count, len(kinds.rows), kinds.rows[-1]) == (12, 10, (11, "intger"))
    assert label.place == "survey.label"
    assert "form.xlsx: survey.type: wanted one of select_one LIST, " in str(kinds)


def test_a_repeat_keeps_its_answers_to_itself(tmp_path):
    survey = _survey(
        ("begin repeat", "child", "Child"),
        ("integer", "years", "Years"),
        ("begin repeat", "toy", "Toy"),
        ("text", "what", "What", "${years} > 3"),
        ("end repeat",),
        ("end repeat",),
        ("text", "after", "After", "${years} > 3"),
    )
    assert _faults(_write(tmp_path, survey, PLAIN)) == [
        ("survey.type", "repeat", 4, "begin repeat", None),
        ("survey.relevant", "expression", 8, "years", None),
    ]


def test_a_table_that_is_no_form_is_not_read_from_a_workbook(fault_of, tmp_path):
    file = _write(tmp_path).read_bytes()
    assert "XLSForm" in fault_of({"events.xlsx": file}).hint


def _repacked(file, **parts):
    """The workbook with some of its parts put in the place of what stands there, or beside it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts.get(name) or old.read(name))
    file.write_bytes(packed.getvalue())
    return file


SHEET = "xl/worksheets/sheet1.xml"


def _sheet(cells):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ('<!DOCTYPE a [<!ENTITY b "bb">]>' + _sheet(""), f"a document type or entity in line 1 of {SHEET}"),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>' + _sheet(""),
            f"a document type or entity in line 1 of {SHEET}",
        ),
        (_sheet("<a>" * 210 + "</a>" * 210), f"elements more than 200 deep in line 1 of {SHEET}"),
        (_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "column 16,384"),
        (_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "row 1,048,576"),
        (_sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), f"list index out of range, in {SHEET}"),
        (_sheet('<row r="x"></row>'), f"'x' where a number is counted, in {SHEET}"),
        (_sheet("<row>")[:-24], f"no element found, line 1 of {SHEET}"),
    ],
)
def test_a_sheet_that_would_do_harm_is_refused(tmp_path, part, found):
    with pytest.raises(RecordsError) as refusal:
        read_form(_repacked(_write(tmp_path), **{SHEET: part}))
    (fault,) = refusal.value.faults
    assert fault.found.startswith(found.split(", line")[0])


def test_rows_that_are_formatted_and_empty_do_not_count(tmp_path):
    file = _write(tmp_path)
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read(SHEET).decode()
    empty = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    _repacked(file, **{SHEET: sheet.replace("</sheetData>", empty)})
    assert len(read_form(file).questions) == 3


def test_what_grows_when_it_is_unpacked_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_BYTES", 1 << 20)
    bomb = _sheet("<row>" + " " * (8 << 20) + "</row>")
    file = _repacked(_write(tmp_path), **{SHEET: bomb})
    assert file.stat().st_size < 1 << 16
    with pytest.raises(RecordsError, match="more than 1,048,576 bytes when unpacked"):
        read_form(file)


@pytest.mark.parametrize(
    ("limit", "value", "found"),
    [
        ("MOST_BYTES_PACKED", 100, "bytes"),
        ("MOST_FILES", 2, "an archive of 8 files"),
        ("MOST_CELLS", 10, "cell 11"),
    ],
)
def test_limits(tmp_path, monkeypatch, limit, value, found):
    monkeypatch.setattr(sheets, limit, value)
    with pytest.raises(RecordsError, match=found):
        read_form(_write(tmp_path))


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"PK\x03\x04 and no more", "It seems to be cut off, damaged or locked: save it again."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Save it as .xlsx, without a password."),
        (b"", "It seems to be cut off, damaged or locked: save it again."),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, hint):
    (tmp_path / "form.xlsx").write_bytes(content)
    with pytest.raises(RecordsError) as refusal:
        read_form(tmp_path / "form.xlsx")
    assert refusal.value.faults[0].hint == hint


def test_an_archive_that_is_no_workbook_and_one_without_a_survey(tmp_path):
    with zipfile.ZipFile(tmp_path / "form.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(RecordsError, match="an archive that is no workbook"):
        read_form(tmp_path / "form.xlsx")
    write_workbook(tmp_path / "form.xlsx", {"Sheet1": [["a"]]})
    with pytest.raises(RecordsError, match="wanted a sheet `survey`"):
        read_form(tmp_path / "form.xlsx")


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"type,name\n\xff,q", "byte 0xff"), (b'type,name\n"text,q', "unexpected end of data")],
)
def test_csv_sheets_that_are_broken_are_refused(tmp_path, content, found):
    (tmp_path / "survey.csv").write_bytes(content)
    with pytest.raises(RecordsError) as refusal:
        read_form(tmp_path)
    (fault,) = refusal.value.faults
    assert (fault.place, fault.found) == ("survey", found)


def test_cells_of_every_kind_are_texts(tmp_path):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = (
        f'<sst xmlns="{main}"><si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r>'
        '<rPh sb="0" eb="1"><t>no</t></rPh></si></sst>'
    )
    cells = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="b"><v>1</v></c><c><v>3.0</v></c><c><v>0.1</v></c>'
        '<c t="str"><f>A1</f><v>worked out</v></c><c t="inlineStr"><is><t>in_x000D_line</t></is></c><c/></row>'
    )
    file = _write(tmp_path)
    with zipfile.ZipFile(file) as archive:
        rels = archive.read("xl/_rels/workbook.xml.rels").decode()
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    more = (
        f'<Relationship Id="s" Type="{office}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    )
    parts = {SHEET: _sheet(cells), "xl/sharedStrings.xml": shared}
    parts["xl/_rels/workbook.xml.rels"] = rels.replace("</Relationships>", more)
    read = sheets.read_sheets(_repacked(file, **parts), {"survey"}, name="f")["survey"]
    texts = ["plain", "rich text", "yes", "3", "0.1", "worked out", "in\rline"]
    assert read.rows == {1: dict(enumerate(texts, start=1))}
