"""One row a unit: what it cost whom, how many hours went in, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.questions.value.checking import measured
from coproduce.questions.value.settings import OUTPUT, ValueSettings
from coproduce.records.opening import Records

Array = NDArray[np.float64]
BEARERS = ("organisation", "citizen", "other")
COSTS = tuple(f"cost_{bearer}" for bearer in BEARERS)
HOURS = ("citizen_hours", "professional_hours")
EFFECT = "effect"
LONG_AGO = -(10**15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is compared: one row a unit whose outcome, costs and hours are known.

    Parameters
    ----------
    arms
        The comparison first.
    arm
        (n,) which arm each unit was in.
    values, before
        Quantity -> (n,) from the first period with co-production on, and before it (NaN where nothing was). `effect` is
        turned so that more is better; costs and hours are totals, the outcome is a mean.
    clusters, blocks, weights
        (n,) of the table of units; None where it has no such column.
    measure, outcome
        The measure that costs are set against, and what it is called.
    left_out
        How many units have an arm and lack something.
    notes
        What was taken for granted, in plain sentences; `doubts` those that lower trust.
    """

    arms: tuple[str, ...]
    arm: NDArray[np.int64]
    values: dict[str, Array]
    before: dict[str, Array]
    clusters: NDArray[np.object_] | None
    blocks: NDArray[np.object_] | None
    weights: Array | None
    measure: str
    outcome: str
    left_out: int
    notes: tuple[str, ...]
    doubts: tuple[str, ...]

    def too_few(self) -> tuple[str, ...]:
        """The arms that have not two units of which all is known."""
        counted = np.bincount(self.arm, minlength=len(self.arms)).tolist()
        return tuple(
            f"two units of `{arm}` with cost, outcome (and hours, where others have them); there "
            f"{'is' if number == 1 else 'are'} {number}"
            for arm, number in zip(self.arms, counted, strict=True)
            if number < 2
        )

    @property
    def has_hours(self) -> bool:
        """Whether citizens' hours are known."""
        return HOURS[0] in self.values


def lacking(records: Records, settings: ValueSettings) -> tuple[str, ...]:
    """What the comparison of costs and outcomes would need, in plain words; nothing where all is there."""
    return (*_without_costs(records), *_without_arms(records, settings), *_without_outcome(records, settings))


def _without_costs(records: Records) -> Iterator[str]:
    if not records.has("costs"):
        yield "the table costs"
    elif not records.tables["costs"].rows:
        yield "rows in costs"


def _without_arms(records: Records, settings: ValueSettings) -> Iterator[str]:
    if not records.has("exposure") or "arm" not in records.tables["exposure"].columns:
        yield "the table exposure with arms"
        return
    query = "SELECT DISTINCT arm FROM exposure WHERE arm IS NOT NULL ORDER BY 1"
    arms = [row[0] for row in records.engine.rows(query)]
    if len(arms) < 2:
        yield "two arms in exposure"
    elif settings.control is None:
        yield f"`control` under [questions.value]: the arm to compare with, one of {', '.join(arms)}"


def _without_outcome(records: Records, settings: ValueSettings) -> Iterator[str]:
    known = measured(records)
    outcome = _outcome(known, settings)
    if records.has("outcomes") and known in ([], [OUTPUT]) and settings.outcome is None:
        yield "rows in outcomes"
    elif not known:
        yield "the table outcomes (or inputs with output)"
    elif outcome is None:
        yield f"`outcome` under [questions.value]: one of {', '.join(known)}"
    elif settings.better is None and not _direction(records, outcome):
        yield "the table measures, or `better` under [questions.value]: up or down"


def _outcome(known: list[str], settings: ValueSettings) -> str | None:
    """The measure that is asked for, or the only one that there is; output only where nothing else was measured."""
    if settings.outcome is not None:
        return settings.outcome
    own = [name for name in known if name != OUTPUT] or known
    return own[0] if len(own) == 1 else None


def _direction(records: Records, outcome: str) -> tuple[str, str] | None:
    """Which way is better, and what the measure is called."""
    if records.has("measures"):
        found = records.engine.rows(
            "SELECT better, label FROM measures WHERE measure = $outcome", outcome=outcome
        )
        if found:
            return str(found[0][0]), str(found[0][1])
    return ("up", "Output") if outcome == OUTPUT else None


def gathered(records: Records, settings: ValueSettings) -> Compared:
    """One row a unit of an arm, with all that is compared.

    Parameters
    ----------
    records
        A study that lacks nothing (see `lacking`).
    settings
        The settings of the question.
    """
    rows = records.engine.columns("SELECT unit, arm FROM exposure WHERE arm IS NOT NULL ORDER BY unit")
    units, labels = rows["unit"], rows["arm"].astype(str)
    control = str(settings.control)
    arms = (control, *(arm for arm in np.unique(labels).tolist() if arm != control))
    arm = np.array([arms.index(label) for label in labels.tolist()], dtype=np.int64)
    look = _Look(records, units=units, arm=arm, arms=arms, starts=settings.starts)
    outcome = str(_outcome(measured(records), settings))
    better, label = _direction(records, outcome) or (settings.better or "up", outcome)
    sign = -1.0 if (settings.better or better) == "down" else 1.0
    look.costs()
    if records.has("inputs"):
        look.hours()
    look.effect(outcome, sign=sign)
    return look.compared(outcome, label=label)


class _Look:
    """Looks up quantity after quantity, unit by unit, and notes what it takes for granted."""

    def __init__(
        self,
        records: Records,
        *,
        units: NDArray[np.object_],
        arm: NDArray[np.int64],
        arms: tuple[str, ...],
        starts: int | None,
    ) -> None:
        self.records, self.units, self.arm, self.arms = records, units, arm, arms
        self.starts = LONG_AGO if starts is None else starts
        self.place = {unit: number for number, unit in enumerate(units.tolist())}
        self.values: dict[str, Array] = {}
        self.before: dict[str, Array] = {}
        self.notes: list[str] = []
        self.doubts: list[str] = []

    def _found(
        self, query: str, names: tuple[str, ...], **values: object
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """What a query of (unit, later, a quantity each) gives, later and before; NaN where a unit has no row."""
        rows = self.records.engine.columns(query, starts=self.starts, **values)
        found = {later: {name: np.full(len(self.units), np.nan) for name in names} for later in (True, False)}
        for number, (unit, later) in enumerate(
            zip(rows["unit"].tolist(), rows["later"].tolist(), strict=True)
        ):
            if unit in self.place:
                for name in names:
                    found[bool(later)][name][self.place[unit]] = rows[name][number]
        return found[True], found[False]

    def costs(self) -> None:
        """Costs by who bore them: of the unit, and its even part of what fell in its arm."""
        sums = ", ".join(
            f"coalesce(sum(amount ORDER BY amount) FILTER (borne_by = '{bearer}'), 0) AS cost_{bearer}"
            for bearer in BEARERS
        )
        later, before = self._found(
            f"SELECT unit, (period IS NULL OR period >= $starts) AS later, {sums} FROM costs "  # noqa: S608 (own names)
            "WHERE unit IS NOT NULL GROUP BY ALL ORDER BY ALL",
            COSTS,
        )
        of_arms = self._of_arms(sums)
        for name in COSTS:
            self.values[name] = self._filled(later[name], of_arms=of_arms.get(name), what="costs")
            self.before[name] = before[name]
        self._credits()

    def _of_arms(self, sums: str) -> dict[str, Array]:
        """(arms,) what fell in each arm as a whole, for each of its units."""
        rows = self.records.engine.columns(
            f"SELECT arm, {sums} FROM costs WHERE unit IS NULL AND arm IS NOT NULL "  # noqa: S608 (own names)
            "AND (period IS NULL OR period >= $starts) GROUP BY ALL ORDER BY ALL",
            starts=self.starts,
        )
        if not len(rows["arm"]):
            return {}
        counted = np.bincount(self.arm, minlength=len(self.arms))
        found = {name: np.full(len(self.arms), np.nan) for name in COSTS}
        for number, arm in enumerate(rows["arm"].tolist()):
            place = self.arms.index(arm)
            for name in COSTS:
                found[name][place] = rows[name][number] / counted[place]
        told = ", ".join(rows["arm"].tolist())
        self.doubts.append(
            f"some costs are known for a whole arm only ({told}): they are shared out evenly, and how they differ "
            "between units is not known"
        )
        return found

    def _filled(self, own: Array, *, of_arms: Array | None, what: str) -> Array:
        """Each unit's own amount and its part of the arm's; an arm of which nothing is written down has nought."""
        filled = own.copy()
        for place, arm in enumerate(self.arms):
            among = self.arm == place
            extra = np.nan if of_arms is None else float(of_arms[place])
            if np.isnan(own[among]).all():
                filled[among] = 0.0 if np.isnan(extra) else extra
                if np.isnan(extra):
                    self._once(f"no {what} are written down for `{arm}`: they are taken to be nought")
            elif not np.isnan(extra):
                filled[among] += extra
        return filled

    def _once(self, doubt: str) -> None:
        if doubt not in self.doubts:
            self.doubts.append(doubt)

    def _credits(self) -> None:
        """Negative amounts are savings or income: said, since they are netted in the totals."""
        ((number, total),) = self.records.engine.rows(
            "SELECT count(*), coalesce(sum(amount ORDER BY amount), 0) FROM costs WHERE amount < 0"
        )
        if number:
            self.notes.append(
                f"{number:,} amounts are below nought ({total:,.2f} together): they are read as savings or income of "
                "whom they are put down to, and lower that total."
            )

    def hours(self) -> None:
        """Hours of both sides; left out altogether where an arm has none."""
        later, before = self._found(
            "SELECT unit, period >= $starts AS later, sum(citizen_hours ORDER BY citizen_hours) AS citizen_hours, "
            "sum(professional_hours ORDER BY professional_hours) AS professional_hours "
            "FROM inputs GROUP BY ALL ORDER BY ALL",
            HOURS,
        )
        bare = [
            arm for place, arm in enumerate(self.arms) if np.isnan(later[HOURS[0]][self.arm == place]).all()
        ]
        if bare:
            self.notes.append(
                f"Hours are not known for {', '.join(bare)}: nothing is said of whose time it took."
            )
            return
        self.values |= later
        self.before |= before

    def effect(self, outcome: str, *, sign: float) -> None:
        """The mean outcome, turned so that more is better."""
        if outcome == OUTPUT and not self._is_measured(outcome):
            query = (
                "SELECT unit, period >= $starts AS later, avg(output ORDER BY output) AS effect FROM inputs "
                "GROUP BY ALL ORDER BY ALL"
            )
            later, before = self._found(query, (EFFECT,))
        else:
            query = (
                "SELECT unit, period >= $starts AS later, avg(value ORDER BY value) AS effect FROM outcomes "
                "WHERE measure = $outcome AND value IS NOT NULL GROUP BY ALL ORDER BY ALL"
            )
            later, before = self._found(query, (EFFECT,), outcome=outcome)
        self.values[EFFECT], self.before[EFFECT] = sign * later[EFFECT], sign * before[EFFECT]

    def _is_measured(self, outcome: str) -> bool:
        if not self.records.has("outcomes"):
            return False
        query = "SELECT count(*) FROM outcomes WHERE measure = $outcome"
        return bool(self.records.engine.rows(query, outcome=outcome)[0][0])

    def compared(self, measure: str, *, label: str) -> Compared:
        """The units of which all is known."""
        of_units = self._of_units()
        whole = np.all([np.isfinite(column) for column in self.values.values()], axis=0)
        whole &= np.array(
            [weight is None or weight > 0 for weight in of_units["weight"].tolist()], dtype=bool
        )
        return Compared(
            arms=self.arms,
            arm=self.arm[whole],
            values={name: column[whole] for name, column in self.values.items()},
            before={name: column[whole] for name, column in self.before.items()},
            clusters=_there(of_units["cluster"], whole),
            blocks=_there(of_units["block"], whole),
            weights=_weights(of_units["weight"], whole),
            measure=measure,
            outcome=label,
            left_out=int((~whole).sum()),
            notes=tuple(self.notes),
            doubts=tuple(self.doubts),
        )

    def _of_units(self) -> dict[str, NDArray[np.object_]]:
        """Cluster, block and weight of each unit; None where nothing is known."""
        found = {
            name: np.full(len(self.units), None, dtype=object) for name in ("cluster", "block", "weight")
        }
        if self.records.has("units"):
            for unit, *cells in self.records.engine.rows(
                "SELECT unit, cluster, block, weight FROM units ORDER BY unit"
            ):
                if unit in self.place:
                    for name, cell in zip(found, cells, strict=True):
                        found[name][self.place[unit]] = cell
        return found


def _there(column: NDArray[np.object_], whole: NDArray[np.bool_]) -> NDArray[np.object_] | None:
    """Labels of all units; None where one has none."""
    chosen = column[whole]
    return None if any(cell is None for cell in chosen.tolist()) else chosen.astype(str).astype(object)


def _weights(column: NDArray[np.object_], whole: NDArray[np.bool_]) -> Array | None:
    chosen = column[whole].tolist()
    known: Callable[[object], bool] = lambda cell: cell is not None  # noqa: E731
    return np.array(chosen, dtype=np.float64) if chosen and all(map(known, chosen)) else None
