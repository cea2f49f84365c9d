"""Who takes part, who would, and where the two part: for all, by group, by phase and level, and by wave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from coproduce.errors import Fault
from coproduce.findings import Cell, Estimate, Table
from coproduce.findings.part import Part, estimate, joined
from coproduce.methods.intervals import Interval, simultaneous
from coproduce.methods.survey.design import Design
from coproduce.methods.survey.linear import Linear, interval, mean, share_interval
from coproduce.questions.motives.items import Item
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.questions.motives.surveyed import Mask, Numbers, Surveyed, values_of
from coproduce.records.settings import FILE

SHARES = {
    "active_share": "Citizens who take part at least sometimes in something",
    "willing_share": "Citizens who would take part in something",
    "potential_gap": "Citizens who would take part in something and take part in nothing",
}


def middle_of(item: Item, given: float | None) -> float:
    """The answer from which a person is active: that of the settings, or the middle of the item's scale."""
    return given if given is not None else float(item.middle if item.middle is not None else np.nan)


def at_least(
    survey: Surveyed, items: Sequence[Item], *, given: float | None, wave: str, above: bool
) -> Numbers:
    """Whether each respondent says enough to any of these items (1, 0; NaN where none is answered).

    Enough is `given`, else the middle of an item's scale, or with `above` more than that.
    """
    answers = survey.matrix(items, wave=wave)
    from_ = np.array([middle_of(item, given) for item in items])
    enough = answers > from_ if above and given is None else answers >= from_
    return np.where(np.isfinite(answers).any(axis=1), enough.any(axis=1).astype(float), np.nan)


def without_scale(survey: Surveyed, settings: MotivesSettings) -> Iterator[Fault]:
    """A fault where nothing says from which answer on a person is active or willing."""
    for word, given in (("active", settings.active_from), ("willing", settings.willing_from)):
        items = [item for own in survey.constructs(word).values() for item in own]
        without = [item.name for item in items if item.middle is None]
        if given is None and without:
            yield Fault(
                file=FILE,
                place=f"questions.motives.{word}_from",
                rule="required",
                found="nothing",
                wanted=f"the answer from which a person is {word}: {', '.join(without[:5])} have no `low` and `high`",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether each respondent is active, willing, and willing but not active (1, 0; NaN where not known)."""

    active: Numbers
    willing: Numbers

    @property
    def gap(self) -> Numbers:
        """Willing and not active, of those of whom both are known."""
        return np.where(
            np.isnan(self.active + self.willing), np.nan, (self.willing == 1) & (self.active == 0)
        )

    def named(self) -> dict[str, Numbers]:
        """The three by the name of their share; those that nobody was asked are left out."""
        all_three = {"active_share": self.active, "willing_share": self.willing, "potential_gap": self.gap}
        return {name: y for name, y in all_three.items() if np.isfinite(y).any()}


def standing(
    survey: Surveyed, settings: MotivesSettings, *, cell: str | None = None, wave: str | None = None
) -> Standing:
    """Who is active and who is willing, in one cell (``deliver.group``) or in any."""
    found = {}
    for word, given in (("active", settings.active_from), ("willing", settings.willing_from)):
        items = [
            item
            for construct, own in survey.constructs(word).items()
            for item in own
            if cell is None or construct == f"{word}.{cell}"
        ]
        found[word] = (
            at_least(survey, items, given=given, wave=wave or survey.wave, above=word == "willing")
            if items
            else np.full(survey.n, np.nan)
        )
    return Standing(**found)


def shared(survey: Surveyed, design: Design, *, settings: MotivesSettings) -> Part:
    """The three shares for all citizens and by group, the map of phases and levels."""
    level = settings.level
    now = standing(survey, settings)
    estimates = [
        _share(design, name, y, level=level, group=None, domain=None) for name, y in now.named().items()
    ]
    parts = [Part(estimates=tuple(estimates)), _by_group(survey, design, now, level=level)]
    return joined([*parts, _extent(survey, design, settings)])


def _share(
    design: Design, name: str, y: Numbers, *, level: float, group: str | None, domain: Mask | None
) -> Estimate:
    found = mean(design, y, domain=domain)
    count = int((y[found.domain] == 1).sum())
    shown = share_interval(design, found, level=level)
    return estimate(name, SHARES[name], found=shown, level=level, n=found.n, count=count, group=group)


def _by_group(survey: Surveyed, design: Design, now: Standing, *, level: float) -> Part:
    """Each share in each value of each group, and how far the gap there is from that of all others."""
    estimates: list[Estimate] = []
    rows: list[tuple[Cell, ...]] = []
    for group, column in survey.groups.items():
        values = [] if group == "side" else list(values_of(column))
        for value in values:
            own = column.astype(str) == value
            known = {name: y for name, y in now.named().items() if np.isfinite(y[own]).any()}
            held = simultaneous(level, comparisons=len(values))
            estimates += [
                _share(design, name, y, level=level, group=f"{group}: {value}", domain=own)
                for name, y in known.items()
            ]
            rows += [
                (group, value, name, *_compared(design, y, own=own, level=held)) for name, y in known.items()
            ]
    table = Table(
        caption="Who takes part and who would, by group; intervals hold for all values of a group together",
        columns=("group", "value", "what", "share", "low", "high", "difference", "difference_low",
                 "difference_high", "persons", "persons_who_do"),
        rows=tuple(rows),
        counts={
            "persons": ("share", "low", "high", "difference", "difference_low", "difference_high", "persons_who_do"),
            "persons_who_do": ("share", "low", "high", "difference", "difference_low", "difference_high"),
        },
        adds_up=("group", "what"),
    )  # fmt: skip
    return Part(estimates=tuple(estimates), tables={"by_group": table} if rows else {})


def _compared(design: Design, y: Numbers, *, own: Mask, level: float) -> tuple[Cell, ...]:
    """A share in a group, its difference from that of all others, and how many people it rests on."""
    found = mean(design, y, domain=own)
    shown = share_interval(design, found, level=level)
    apart: tuple[Cell, ...] = (None, None, None)
    if np.isfinite(y[~own]).any():
        other = interval(design, found - mean(design, y, domain=~own), level=level)
        apart = (other.value, other.low, other.high)
    return (shown.value, shown.low, shown.high, *apart, found.n, int((y[found.domain] == 1).sum()))


NUMBERS = (
    *("mean", "se", "low", "high"),
    *(f"{name}_share{limit}" for name in ("active", "willing", "gap") for limit in ("", "_low", "_high")),
)


def _extent(survey: Surveyed, design: Design, settings: MotivesSettings) -> Part:
    """Each cell of phase and level: how often on average, who is active, who is willing, and the gap."""
    cells = dict.fromkeys(
        construct.partition(".")[2] for word in ("active", "willing") for construct in survey.constructs(word)
    )
    rows = [row for cell in cells if (row := _cell(survey, design, settings, cell=cell))]
    table = Table(
        caption="How often citizens take part, who does and who would, by phase and level",
        columns=("phase", "level", *NUMBERS, "persons"),
        rows=tuple(rows),
        counts={"persons": NUMBERS},
    )
    return Part(tables={"extent": table} if rows else {})


def _cell(
    survey: Surveyed, design: Design, settings: MotivesSettings, *, cell: str
) -> tuple[Cell, ...] | None:
    items = survey.constructs("active").get(f"active.{cell}", ())
    often = survey.mean_of(items) if items else np.full(survey.n, np.nan)
    here = standing(survey, settings, cell=cell)
    known = np.isfinite(often) | np.isfinite(here.willing)
    if not known.any():
        return None
    average = _limits(design, often, how=interval, level=settings.level)
    shares = [
        _limits(design, y, how=share_interval, level=settings.level)
        for y in (here.active, here.willing, here.gap)
    ]
    phase, _, level = cell.partition(".")
    value, low, high, se = average
    return (
        phase,
        level,
        value,
        se,
        low,
        high,
        *(limit for one in shares for limit in one[:3]),
        int(known.sum()),
    )


def _limits(
    design: Design, y: Numbers, *, how: Callable[..., Interval], level: float
) -> tuple[float | None, ...]:
    """A mean with its limits and error; empty where nobody answered."""
    if not np.isfinite(y).any():
        return (None, None, None, None)
    found = how(design, mean(design, y), level=level)
    return (found.value, found.low, found.high, found.se)


def over_time(survey: Surveyed, design: Design, *, settings: MotivesSettings) -> Part:
    """Each share in each wave, and its change since the first; who answered twice is the same person in both.

    Weights are those that the sample was drawn with: they are fitted to the population for the last wave only.
    """
    if len(survey.waves) < 2:
        return Part()
    rows: list[tuple[Cell, ...]] = []
    for name in SHARES:
        by_wave = {
            wave: found
            for wave in survey.waves
            if (found := _in_wave(survey, design, settings, name=name, wave=wave)) is not None
        }
        rows += _waves(design, by_wave, name=name, level=settings.level)
    table = Table(
        caption="Each round of the survey, and the change since the first, with the weights as drawn",
        columns=("what", "wave", "share", "low", "high", "change", "change_low", "change_high", "persons"),
        rows=tuple(rows),
        counts={"persons": ("share", "low", "high", "change", "change_low", "change_high")},
    )
    return Part(tables={"waves": table} if rows else {})


def _in_wave(
    survey: Surveyed, design: Design, settings: MotivesSettings, *, name: str, wave: str
) -> Linear | None:
    y = standing(survey, settings, wave=wave).named().get(name)
    return None if y is None else mean(design, y)


def _waves(
    design: Design, by_wave: dict[str, Linear], *, name: str, level: float
) -> Iterator[tuple[Cell, ...]]:
    first = next(iter(by_wave.values()), None)
    for wave, found in by_wave.items():
        shown = share_interval(design, found, level=level)
        change: tuple[Cell, ...] = (None, None, None)
        if first is not None and found is not first:
            apart = interval(design, found - first, level=level)
            change = (apart.value, apart.low, apart.high)
        yield (name, wave, shown.value, shown.low, shown.high, *change, found.n)
