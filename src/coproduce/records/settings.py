"""``study.toml`` as settings: what it may hold, and every fault of it at once."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)

from coproduce.errors import Fault, StudyError, nearest
from coproduce.records.schema import TABLES, TableSchema

FILE = "study.toml"
TIME_PARTS = frozenset([*"aAbBdfgHIjmMnpSyYz%", *(f"-{part}" for part in "dHIjmMSy")])
NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
"""What Python calls encodings and no program saves a table in; some of them make letters that are none."""
MOST_BYTES = 1 << 18
DEEPEST = 50
MANY_PARTS = re.compile(rf"(?:[^.,=\n]*+\.){{{DEEPEST},}}")
"""A key of many parts, over which a parser of TOML takes long."""
KIND = re.compile(r"constrained-\w+|(function-|(dict|tuple|literal)\[).*|int|float")
"""How pydantic names, within the place of a fault, each kind that a value may be of."""

Side = Literal["citizen", "professional", "organisation", "system"]
M = TypeVar("M", bound=BaseModel)


def _listed(value: object) -> object:
    """One text or table where a list of them may stand is a list of one."""
    return (value,) if isinstance(value, str | Mapping) else value


def _known_encoding(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)  # refuses codecs that are no encodings of text, such as "hex"
        known = codec.name
    except (LookupError, ValueError):
        known = ""
    if not known or known.replace("_", "-") in NOT_OF_FILES:
        raise ValueError("an encoding of text that Python knows, such as `utf-8` or `cp1252`")
    return known


def _one_letter(delimiter: str) -> str:
    if not delimiter.isascii() or delimiter in '"\r\n\0':
        raise ValueError('a letter of ASCII between cells, such as `";"`')
    return delimiter


def _known_time_format(written: str) -> str:
    parts = set(re.findall(r"%(-?.?)", written))
    if not parts <= TIME_PARTS or not parts & {"Y", "y", "-y"}:
        raise ValueError('a way of writing times with its year, such as `"%d.%m.%Y %H:%M"`')
    return written


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
    Field(min_length=1),
]
Delimiter = Annotated[str, Field(min_length=1, max_length=1), AfterValidator(_one_letter)]
Patterns = Mapping[str, Texts]
"""Column -> patterns, `*` and `?` standing for any letters and any letter; every column named must match."""

AnyOf = Annotated[
    tuple[Patterns, ...], BeforeValidator(_listed, json_schema_input_type=Patterns | tuple[Patterns, ...])
]
"""Patterns, or a list of them of which any may match."""


def label_of(value: object) -> object:
    """The label that a number or a truth value stands for: 0 and 0.0 are "0", true is "true".

    Examples
    --------
    >>> label_of(0.0), label_of(1.5), label_of(True), label_of("a")
    ('0', '1.5', 'true', 'a')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, int | float) else value


Label = Annotated[str, BeforeValidator(label_of, json_schema_input_type=str | int | float | bool)]
"""A label of the analyst's own, which may be written as a number."""


class Settings(BaseModel):
    """Settings refuse what they do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Head(Settings):
    """``[study]``: what is studied."""

    title: str = Field(min_length=1, description="what the study is called")
    service: str = Field(min_length=1, description="the service that is studied")
    small_numbers: int = Field(default=5, ge=0, description="counts below this never leave; 0 hides nothing")
    groups: tuple[str, ...] = Field(default=(), description="the columns by which people are compared")
    simulated: bool = Field(default=False, description="whether the records are made up; the report says so")


class TableSettings(Settings):
    """``[records.<table>]``: where a table lies and how it is read.

    A table is a file (`path`, inside the study's folder) or a table of a PostgreSQL database (`database` names the
    environment variable that holds its address).
    """

    path: str | None = Field(default=None, min_length=1, description="the file, inside the study's folder")
    database: str | None = Field(
        default=None, min_length=1, description="the environment variable that holds a database's address"
    )
    table: str | None = Field(
        default=None, min_length=1, description="the table of a database or SQLite file"
    )
    columns: Mapping[str, str] = Field(
        default_factory=dict, description="Coproduce's name of a column -> the file's, where they differ"
    )
    delimiter: Delimiter | None = Field(default=None, description="what parts a CSV's cells")
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = Field(
        default=None, description="a CSV's encoding, where it is neither UTF-8 nor UTF-16"
    )
    time_format: Annotated[str, AfterValidator(_known_time_format)] | None = Field(
        default=None, description="how times are written, where not in ISO 8601, such as %d.%m.%Y %H:%M"
    )
    object_type: str | None = Field(
        default=None, min_length=1, description="the objects of an OCEL log that are the cases"
    )
    keep: Patterns = Field(
        default_factory=dict,
        description="column -> patterns; rows that are not like one of them are left out",
    )

    @model_validator(mode="after")
    def _one_place(self) -> TableSettings:
        if (self.path is None) == (self.database is None):
            raise ValueError("either `path` (a file) or `database` (an environment variable)")
        if self.database is not None and self.table is None:
            raise ValueError("`table` beside `database`")
        return self


class EventsSettings(TableSettings):
    """``[records.events]`` also says how an event gets its side: the first side whose patterns match has it."""

    side: Mapping[Side, AnyOf] = Field(default_factory=dict, description="side -> the patterns of its events")

    def side_columns(self) -> Iterator[tuple[Side, str]]:
        """Each side with each column that its patterns look at."""
        for side, any_of in self.side.items():
            yield from ((side, column) for patterns in any_of for column in patterns)


def _settings_of(table: TableSchema) -> type[TableSettings]:
    """The settings of one table: under `columns`, only a table with free columns takes names that are not its own."""
    kind = EventsSettings if table.name == "events" else TableSettings
    if table.free:
        return kind
    names: Any = Literal[table.names]
    renamed: Any = (Mapping[names, str], Field(default_factory=dict))
    return create_model(f"{table.name.capitalize()}Settings", __base__=kind, columns=renamed)


_PACKAGE = Field(default=None, min_length=1, description="a datapackage.json with tables among its resources")
_FIELDS: Any = {name: (_settings_of(table), None) for name, table in TABLES.items()}
_FIELDS |= {"datapackage": (str | None, _PACKAGE)}
Tables: type[Settings] = create_model(
    "Tables", __base__=Settings, __doc__="``[records]``: the tables.", **_FIELDS
)


class BlockSettings(Settings):
    """``[questions.<question>.<block>]``: what every block of settings may hold.

    A block reads the study's tables, or, the short way in, one analysis-ready file with the analyst's own names.
    """

    data: str | None = Field(
        default=None, min_length=1, description="an analysis-ready file, inside the study's folder"
    )
    delimiter: Delimiter | None = Field(default=None, description="what parts the cells of that file")
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = Field(
        default=None, description="that file's encoding, where it is neither UTF-8 nor UTF-16"
    )


class StudyFile(Settings):
    """The whole of ``study.toml``. What stands under a question is validated by the question itself."""

    study: Head
    records: Tables = Tables()
    questions: Mapping[str, Any] = Field(default_factory=dict, description="question -> its settings")

    def tables(self) -> dict[str, TableSettings]:
        """The settings of each table that the study has, by its name."""
        found = {name: getattr(self.records, name) for name in TABLES}
        return {name: table for name, table in found.items() if table is not None}


def study_schema() -> dict[str, Any]:
    """The JSON Schema of ``study.toml``.

    Examples
    --------
    >>> sorted(study_schema()["properties"])
    ['questions', 'records', 'study']
    """
    schema = StudyFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": FILE}


def load(path: Path) -> dict[str, Any]:
    """Read a TOML file of at most 256 KiB.

    Raises
    ------
    StudyError
        If there is no file, or it is not TOML in UTF-8, or too large.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise StudyError(Fault(file=path.name, rule="file", found="no plain file", wanted=f"a {FILE}"))
        if (size := path.stat().st_size) > MOST_BYTES:
            found, wanted = f"{size:,} bytes", f"at most {MOST_BYTES:,} bytes"
            raise StudyError(Fault(file=path.name, rule="size", found=found, wanted=wanted))
        return _parsed(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        fault = Fault(
            file=str(path),
            rule="exists",
            found="no such file",
            wanted=f"a {FILE}",
            hint="`coproduce init DIR` makes one.",
        )
    except OSError as error:
        fault = Fault(file=str(path), rule="readable", found=error.strerror, wanted="a file that can be read")
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x} at {error.start}"
        fault = Fault(file=path.name, rule="encoding", found=found, wanted="text in UTF-8")
    except RecursionError:
        found = f"lists or tables more than {DEEPEST} deep in each other"
        fault = Fault(file=path.name, rule="toml", found=found, wanted="TOML")
    except ValueError as error:  # also a number of thousands of digits, which is no TOMLDecodeError
        fault = Fault(file=path.name, rule="toml", found=str(error), wanted="TOML")
    raise StudyError(fault)


def _parsed(text: str) -> dict[str, Any]:
    if MANY_PARTS.search(text):
        raise RecursionError
    settings = tomllib.loads(text)
    level: list[Any] = [settings]
    for _ in range(DEEPEST):
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
        level = [item for item in level if isinstance(item, dict | list)]
    if level:
        raise RecursionError
    return settings


def validated(model: type[M], data: object, *, file: str = FILE, at: tuple[str, ...] = ()) -> M:
    """Settings as a model, or every fault of them at once, each with its dotted key.

    Raises
    ------
    StudyError
        With one fault for each key that is wrong.

    Examples
    --------
    >>> validated(Head, {"titel": "x", "service": "care"}, at=("study",))
    Traceback (most recent call last):
    ...
    coproduce.errors.StudyError: study.toml: study.title: found 'nothing', wanted a value
    study.toml: study.titel: found 'titel', wanted one of title, service, ... Did you mean 'title'?
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise StudyError(*_faults(error, model, file=file, at=at)) from None


def _faults(error: ValidationError, model: type[BaseModel], *, file: str, at: tuple[str, ...]) -> list[Fault]:
    """One fault a place; where a value may be of several kinds, of those that it comes nearest to."""
    tried: dict[tuple[str | int, ...], list[tuple[int, Fault]]] = defaultdict(list)
    for issue in error.errors():
        if issue["type"] == "too_short" and issue["input"]:
            continue  # it is not empty: what is wrong is what it holds, which has a fault of its own
        kinds = [place for place, part in enumerate(issue["loc"]) if KIND.fullmatch(str(part))]
        loc = tuple(part for place, part in enumerate(issue["loc"]) if place not in kinds)
        fault = _fault({**issue, "loc": loc}, model, file=file, at=at)
        tried[issue["loc"][: kinds[0]] if kinds else issue["loc"]].append((len(loc), fault))
    return [fault for found in tried.values() for fault in _nearest_kinds(found)]


def _nearest_kinds(tried: Sequence[tuple[int, Fault]]) -> Iterable[Fault]:
    """The faults of the kinds in which most of a value is right, those of one place as one."""
    deepest = max(depth for depth, _ in tried)
    told: dict[str | None, Fault] = {}
    for fault in (fault for depth, fault in tried if depth == deepest):
        before = told.setdefault(fault.place, fault)
        if fault.wanted not in before.wanted:
            told[fault.place] = replace(before, wanted=f"{before.wanted}, or {fault.wanted}")
    return told.values()


def _fault(issue: Any, model: type[BaseModel], *, file: str, at: tuple[str, ...]) -> Fault:
    place = tuple(str(part) for part in issue["loc"] if part != "[key]")
    key, found = ".".join((*at, *place)) or None, issue["input"]
    known: Sequence[str] = ()
    match issue["type"]:
        case "missing":
            return Fault(file=file, place=key, rule="required", found="nothing", wanted="a value")
        case "extra_forbidden":
            known, found = _known(model, place[:-1]), place[-1]
        case "literal_error" | "enum":
            known = re.findall(r"'([^']+)'", issue["ctx"]["expected"])
        case _:
            pass
    if known:
        wanted = "one of " + ", ".join(known)
        return Fault(
            file=file,
            place=key,
            rule="known",
            found=str(found),
            wanted=wanted,
            hint=nearest(str(found), known),
        )
    shown = None if isinstance(found, Mapping) else str(found)
    return Fault(file=file, place=key, rule="value", found=shown, wanted=_wanted(issue))


def _known(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    """The keys that are known at a place; those of the nearest model on the way to it."""
    here = model
    for part in place:
        field = here.model_fields.get(part)
        inner = field.annotation if field else None
        if get_origin(inner) in {Mapping, dict}:  # of tables by name: what one of them may hold
            inner = get_args(inner)[1]
        elif get_origin(inner) is tuple:
            inner = get_args(inner)[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            here = inner
    return list(here.model_fields)


def _wanted(issue: Any) -> str:
    """What would be right, in plain words."""
    limits = issue.get("ctx", {})
    said = {
        "value_error": limits.get("error"),
        "string_too_short": "text that is not empty",
        "string_too_long": f"{limits.get('max_length')} letter at most",
        "string_type": "text",
        "too_short": "a list that is not empty",
        **dict.fromkeys(("tuple_type", "list_type"), "a list"),
        **dict.fromkeys(
            ("mapping_type", "dict_type", "model_type", "model_attributes_type"), "a table of keys"
        ),
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
        **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    }
    return str(said.get(issue["type"]) or issue["msg"]).removeprefix("Input should be ")
