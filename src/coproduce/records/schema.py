"""The tables of a study, as data: columns, types, rules and meaning.

Validation, the page of the tables in the docs and the Data Package export all read what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from coproduce.vocabulary import FACETS

Type = Literal["text", "integer", "number", "time"]

SIDES = ("citizen", "professional", "organisation", "system")
"""Who acts: the citizen, and on the other side of the line of interaction the organisation in three parts."""

KINDS_OF_ANSWER = ("select_one", "select_multiple", "integer", "decimal", "range", "text", "date")
"""How a question is answered, in the words of XLSForm."""

WANTED: Mapping[Type, str] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "time": "a time in ISO 8601, such as 2026-03-01T09:30:00+01:00",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name, type, meaning, and what its values may be.

    A required column must be there and may not have empty cells. `values` lists the only words allowed.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def wanted(self) -> str:
        """What a cell of this column must be, in plain words."""
        if self.values:
            return "one of " + ", ".join(self.values)
        low = "" if self.minimum is None else f" of at least {self.minimum:g}"
        high = "" if self.maximum is None else f" and at most {self.maximum:g}"
        return WANTED[self.type] + low + high


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that must hold between the columns of one row.

    `condition` is SQL over the table's own column names that both engines read; a row where it is false is a fault,
    one where it is null (a cell is empty) is not. `column` is where a person would mend it.
    """

    name: str
    column: str
    condition: str
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """One table: what a row is, its columns and its rules.

    `key` names the columns that together may not repeat; `links` says which column must be found in which table (where
    that table is there); `one_of` names sets of columns of which at least one must be there; `free` says that columns
    of the study's own (group columns, conditions, moderators) belong to this table.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    rules: tuple[Rule, ...] = ()
    free: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def _text(name: str, meaning: str, *values: str, required: bool = False) -> Column:
    return Column(name=name, type="text", meaning=meaning, values=values, required=required)


def _id(name: str, meaning: str) -> Column:
    return _text(name, meaning, required=True)


def _time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name=name, type="time", meaning=meaning, required=required)


def _whole(
    name: str,
    meaning: str,
    *,
    required: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    return Column(
        name=name, type="integer", meaning=meaning, required=required, minimum=minimum, maximum=maximum
    )


def _number(
    name: str,
    meaning: str,
    *,
    required: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    return Column(
        name=name, type="number", meaning=meaning, required=required, minimum=minimum, maximum=maximum
    )


def _in_order(first: str, last: str) -> Rule:
    return Rule(
        name="order",
        column=last,
        condition=f"{first} <= {last}",
        wanted=f"a time that is not before `{first}`",
    )


def _facet_columns() -> tuple[Column, ...]:
    return tuple(_text(facet.name, facet.meaning, *facet.values) for facet in FACETS.values())


_TWO_SIDES = ("citizen", "professional", "organisation")

TABLES: Mapping[str, TableSchema] = {
    table.name: table
    for table in (
        TableSchema(
            name="events",
            row="one step in one case of a service",
            free=True,
            columns=(
                _id("case_id", "the case that the step belongs to"),
                _id("activity", "what was done"),
                _time("occurred_at", "when it was done (or finished)", required=True),
                _whole("sequence", "its place among the steps of one moment"),
                _time("started_at", "when it was begun"),
                _text("actor", "who did it; empty where nobody knows"),
                _text("side", "whose step it is", *SIDES),
                _number("minutes", "working time spent on it", minimum=0),
            ),
            rules=(_in_order("started_at", "occurred_at"),),
        ),
        TableSchema(
            name="contributions",
            row="one input by one actor",
            key=("contribution",),
            links=(("actor", "people"), ("initiative", "initiatives")),
            columns=(
                _id("contribution", "the contribution"),
                _id("initiative", "the initiative that it was given to"),
                _id("actor", "who gave it"),
                _text("side", "the side of who gave it", *_TWO_SIDES, required=True),
                _time("given_on", "when it was given", required=True),
                _whole("minutes", "time given; empty where it was not measured", minimum=0),
                *_facet_columns(),
                _text(
                    "status",
                    "how far the other side has agreed to the record",
                    "proposed",
                    "confirmed",
                    "amended",
                    "disputed",
                    "expired",
                    required=True,
                ),
                _text("confirmed_by", "who confirmed it, never who claimed it"),
                _text("need", "the need that it met"),
                _text("offer", "the offer that it came from"),
            ),
            rules=(
                Rule(
                    name="confirmation",
                    column="confirmed_by",
                    condition="confirmed_by <> actor",
                    wanted="somebody other than who gave it",
                ),
            ),
        ),
        TableSchema(
            name="people",
            row="one actor, pseudonymous",
            key=("actor",),
            free=True,
            columns=(
                _id("actor", "the pseudonym"),
                _text("side", "the side that the actor is on", *_TWO_SIDES, required=True),
                _time("joined_on", "when the actor joined"),
                _time("left_on", "when the actor left"),
            ),
            rules=(_in_order("joined_on", "left_on"),),
        ),
        TableSchema(
            name="population",
            row="one cell of the population served",
            free=True,
            columns=(_number("persons", "how many people are in the cell", required=True, minimum=0),),
        ),
        TableSchema(
            name="initiatives",
            row="one deliberate effort",
            key=("initiative",),
            columns=(
                _id("initiative", "the initiative"),
                _text("service", "the service that it belongs to", required=True),
                _time("started_on", "when it began", required=True),
                _time("ended_on", "when it ended; empty while it goes on"),
                *_facet_columns(),
                _text("status", "where it stands", "planned", "running", "ended", "abandoned", required=True),
            ),
            rules=(_in_order("started_on", "ended_on"),),
        ),
        TableSchema(
            name="units",
            row="one unit of analysis (person, street, school)",
            key=("unit",),
            free=True,
            columns=(
                _id("unit", "the unit"),
                _text("cluster", "the cluster that it lies in"),
                _text("block", "the block within which chance decided"),
                _number("weight", "how much it counts", minimum=0),
            ),
        ),
        TableSchema(
            name="exposure",
            row="what a unit was given",
            key=("unit",),
            links=(("unit", "units"),),
            one_of=(("arm", "since"),),
            columns=(
                _id("unit", "the unit"),
                _text("arm", "the arm that it was in"),
                _whole("since", "the period in which it was first treated; empty = never"),
                _number("dose", "how much it was given"),
            ),
        ),
        TableSchema(
            name="measures",
            row="one outcome measure",
            key=("measure",),
            columns=(
                _id("measure", "the measure"),
                _text("label", "its name in words", required=True),
                _text("better", "which way is better", "up", "down", required=True),
                _number("low", "the lowest value that it can take"),
                _number("high", "the highest value that it can take"),
                _number("important_difference", "the smallest difference that matters to people", minimum=0),
                _text("set_by", "who chose it", "citizen", "organisation", "jointly", required=True),
                _number("weight_citizen", "how much it matters to citizens", minimum=0),
                _number("weight_organisation", "how much it matters to the organisation", minimum=0),
            ),
            rules=(Rule(name="order", column="high", condition="low < high", wanted="a value above `low`"),),
        ),
        TableSchema(
            name="outcomes",
            row="one value of one measure",
            key=("unit", "period", "measure"),
            links=(("unit", "units"), ("measure", "measures")),
            columns=(
                _id("unit", "the unit"),
                _whole("period", "the period, such as a year, a wave or a month's number", required=True),
                _id("measure", "the measure"),
                _number("value", "the value; empty where it was not observed"),
            ),
        ),
        TableSchema(
            name="inputs",
            row="what went into producing the service in one unit and period",
            key=("unit", "period"),
            free=True,
            columns=(
                _id("unit", "the unit"),
                _whole("period", "the period", required=True),
                _number(
                    "professional_hours",
                    "hours that the organisation's people gave",
                    required=True,
                    minimum=0,
                ),
                _number("citizen_hours", "hours that citizens gave", required=True, minimum=0),
                _number("output", "what was produced", required=True, minimum=0),
            ),
        ),
        TableSchema(
            name="costs",
            row="one cost",
            one_of=(("unit", "arm"),),
            columns=(
                _text("unit", "the unit that it fell in"),
                _text("arm", "the arm that it fell in"),
                _whole("period", "the period"),
                _text("item", "what it was for", required=True),
                _number("amount", "how much, in the study's currency", required=True),
                _text("borne_by", "who bore it", "organisation", "citizen", "other", required=True),
                _text("currency", "the currency of the amount, the same in all rows"),
            ),
        ),
        TableSchema(
            name="decisions",
            row="one decision",
            key=("decision",),
            free=True,
            columns=(
                _id("decision", "the decision"),
                _time("proposed_on", "when it was proposed", required=True),
                _time("decided_on", "when it was decided; empty while it is open"),
                _text("topic", "what it was about", required=True),
                _text("proposed_by", "the side that proposed it", *_TWO_SIDES, required=True),
                _text("proposer", "the pseudonym of who proposed it"),
                _text("decided_by", "who decided", "organisation", "jointly", "citizens"),
                _text(
                    "result",
                    "what came of it; empty while it is open",
                    "accepted",
                    "amended",
                    "rejected",
                    "deferred",
                ),
                _text("reason", "the reason that was given"),
                _text("owner", "who must see it done"),
                _time("due_on", "when it was promised for"),
                _time("done_on", "when the organisation called it done"),
                _text("citizen_says", "what the citizens say of it", "done", "partly", "not_done"),
            ),
            rules=(_in_order("proposed_on", "decided_on"),),
        ),
        TableSchema(
            name="concerns",
            row="one worry about the process",
            key=("concern",),
            columns=(
                _id("concern", "the concern"),
                _time("raised_on", "when it was raised", required=True),
                _text(
                    "evil",
                    "which of the seven evils it is a sign of",
                    "rejection_of_responsibility",
                    "failing_accountability",
                    "rising_transaction_costs",
                    "loss_of_democracy",
                    "reinforced_inequalities",
                    "implicit_demands",
                    "co_destruction",
                    required=True,
                ),
                _whole(
                    "severity", "how grave: 1 slight, 2 serious, 3 grave", required=True, minimum=1, maximum=3
                ),
                _text("borne_by", "who bears it"),
                _text("status", "where it stands", "open", "answered", "closed", required=True),
                _time("closed_on", "when it was closed"),
            ),
            rules=(_in_order("raised_on", "closed_on"),),
        ),
        TableSchema(
            name="responses",
            row="one answer to one question",
            key=("respondent", "item", "wave"),
            links=(("respondent", "respondents"), ("item", "items")),
            columns=(
                _id("respondent", "who answered"),
                _id("item", "the question"),
                _text("value", "the answer; empty where there was none"),
                _text("wave", "the round of the survey"),
            ),
        ),
        TableSchema(
            name="respondents",
            row="one respondent",
            key=("respondent",),
            free=True,
            columns=(
                _id("respondent", "the respondent"),
                _number("weight", "how many people the respondent stands for", minimum=0),
                _text("stratum", "the stratum of the sample"),
                _text("psu", "the primary sampling unit"),
            ),
        ),
        TableSchema(
            name="items",
            row="one question asked",
            key=("item",),
            columns=(
                _id("item", "the question's name"),
                _text(
                    "construct",
                    "what it measures, such as `willing.deliver.group`; empty where it is not scored",
                ),
                _text("scale", "the scale that it is answered on"),
                _text("reverse", "whether a high answer means little", "yes", "no"),
                _text("label", "its words, in the form's default language"),
                _text("kind", "how it is answered", *KINDS_OF_ANSWER),
                _text("choices", "the names of its choices in their order, parted by spaces"),
                _text("counts_as", "the number of each choice, in the same order; `-` where it is no answer"),
                _number("low", "the lowest number that an answer can count as"),
                _number("high", "the highest number that an answer can count as"),
            ),
            rules=(
                Rule(name="order", column="high", condition="low <= high", wanted="a number not below `low`"),
            ),
        ),
        TableSchema(
            name="cases",
            row="one comparable case (initiative, town)",
            key=("case_id",),
            free=True,
            columns=(
                _id("case_id", "the case"),
                _number("outcome", "the outcome, raw or as membership from 0 to 1", required=True),
            ),
        ),
        TableSchema(
            name="studies",
            row="one effect size",
            one_of=(("variance", "se"),),
            free=True,
            columns=(
                _id("study", "the study that it comes from"),
                _number("effect", "the effect", required=True),
                _number("variance", "its sampling variance", minimum=0),
                _number("se", "its standard error", minimum=0),
                _text("measure", "the effect's measure"),
                _whole("n", "how many people it rests on", minimum=0),
                _text("cluster", "effects that hang together"),
            ),
        ),
        TableSchema(
            name="segments",
            row="one coded passage",
            free=True,
            columns=(
                _id("document", "the document"),
                _whole("starts_at", "where the passage starts, in characters", required=True, minimum=0),
                _whole("ends_at", "where it ends", required=True, minimum=0),
                _id("coder", "who coded it"),
                _id("code", "the code"),
                _text("case_id", "the case of `cases` that the document is about"),
                _text("side", "the side of the person whose words they are", *_TWO_SIDES),
            ),
            rules=(
                Rule(
                    name="order",
                    column="ends_at",
                    condition="starts_at <= ends_at",
                    wanted="a place that is not before `starts_at`",
                ),
            ),
        ),
    )
}
