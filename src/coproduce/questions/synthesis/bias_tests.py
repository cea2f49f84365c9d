"""Whether studies seem to be missing by what they found: each test, what it says, and how much to make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from coproduce.findings import Cell
from coproduce.methods.intervals import wilson
from coproduce.methods.synthesis import bias
from coproduce.methods.synthesis.pooling import Pooled, pool
from coproduce.methods.synthesis.selection import Selection, selection_model
from coproduce.questions.synthesis.model import pooling
from coproduce.questions.synthesis.parts import attempted
from coproduce.questions.synthesis.reading import Studies
from coproduce.questions.synthesis.settings import SynthesisSettings

FEW_FOR_ASYMMETRY = 10
SUSPECT = 0.1
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What each method says of studies that are missing; a text where it refuses."""

    egger: bias.Line | str
    rank: bias.RankCorrelation | str
    pet_peese: bias.PetPeese | str
    filled: bias.TrimAndFill | str
    filled_pooled: Pooled | None
    filled_r0: bias.TrimAndFill | str
    selection: Selection | str
    curve: bias.PCurve
    signs: bias.Signs

    @property
    def asymmetric(self) -> bool:
        """Whether small studies tell another story than large ones, as far as Egger's test sees (10 %)."""
        return not isinstance(self.egger, str) and self.egger.p < SUSPECT

    @property
    def selected(self) -> bool:
        """Whether results that are not significant seem to be seen less often."""
        found = self.selection
        return not isinstance(found, str) and found.p_selection < SUSPECT and bool((found.seen[1:] < 1).any())


def missing(studies: Studies, settings: SynthesisSettings) -> Missing:
    """Ask every method; studies are taken as independent."""
    y, v, level = studies.effect, studies.variance, settings.level
    how = pooling(settings)
    filled = attempted(partial(bias.trim_and_fill, y, v, pool=lambda e, s: pool(e, s, **how).estimate))
    return Missing(
        egger=attempted(partial(bias.egger, y, v, level=level)),
        rank=attempted(partial(bias.rank_correlation, y, v)),
        pet_peese=attempted(partial(bias.pet_peese, y, v, level=level)),
        filled=filled,
        filled_pooled=None if isinstance(filled, str) else pool(filled.effect, filled.variance, **how),
        filled_r0=attempted(
            partial(bias.trim_and_fill, y, v, pool=lambda e, s: pool(e, s, **how).estimate, estimator="R0")
        ),
        selection=attempted(partial(selection_model, y, v, steps=settings.steps, level=level)),
        curve=bias.p_curve(y, v),
        signs=bias.vote_of_signs(y),
    )


COLUMNS = ("test", "quantity", "value", "low", "high", "p", "meaning")


def rows(found: Missing, settings: SynthesisSettings) -> tuple[Row, ...]:
    """Each test as rows of a table."""
    return (
        *_egger(found),
        *_rank(found),
        *_pet_peese(found),
        *_filled(found),
        *_selection(found),
        *_curve(found),
        *_signs(found, level=settings.level),
    )


def _refused(test: str, why: str) -> Row:
    return (test, "", None, None, None, None, f"Not computed: {why}")


def _egger(found: Missing) -> Iterator[Row]:
    line = found.egger
    if isinstance(line, str):
        yield _refused("Egger's regression", line)
        return
    said = (
        "Small studies tell another story than large ones."
        if found.asymmetric
        else "No asymmetry is seen; with few studies it would hardly be."
    )
    yield "Egger's regression", "slope on the standard error", line.slope, None, None, line.p, said


def _rank(found: Missing) -> Iterator[Row]:
    if isinstance(found.rank, str):
        yield _refused("rank correlation", found.rank)
    else:
        said = "Effects and variances rise together (or fall), where it is small."
        yield "rank correlation", "Kendall's tau", found.rank.tau, None, None, found.rank.p, said


def _pet_peese(found: Missing) -> Iterator[Row]:
    if isinstance(found.pet_peese, str):
        yield _refused("PET-PEESE", found.pet_peese)
        return
    for name, line in (("PET", found.pet_peese.pet), ("PEESE", found.pet_peese.peese)):
        told = " This one is told." if name == found.pet_peese.chosen else ""
        said = f"The effect of a study without any sampling error, if the line holds.{told}"
        yield name, "effect", line.limit, line.limit_low, line.limit_high, None, said


def _filled(found: Missing) -> Iterator[Row]:
    if isinstance(found.filled, str) or found.filled_pooled is None:
        yield _refused("trim and fill", str(found.filled))
        return
    side = f"on the {found.filled.side}"
    yield "trim and fill (L0)", "studies missing", found.filled.missing, None, None, None, f"Counted {side}."
    pooled = found.filled_pooled
    said = "The pooled effect, were those studies there. A what-if, not a correction."
    yield "trim and fill (L0)", "effect", pooled.estimate, pooled.low, pooled.high, pooled.p, said
    if not isinstance(found.filled_r0, str):
        said = "The same by another count, which looks at the farthest studies only."
        yield "trim and fill (R0)", "studies missing", found.filled_r0.missing, None, None, None, said


def _selection(found: Missing) -> Iterator[Row]:
    model = found.selection
    if isinstance(model, str):
        yield _refused("selection model", model)
        return
    said = "The effect, were all results seen, if they are selected by their p-values alone."
    yield "selection model", "effect", model.value, model.low, model.high, model.p_selection, said
    edges = (0.0, *model.steps, 1.0)
    for place in range(1, len(model.seen)):
        span = f"{edges[place]:g} to {edges[place + 1]:g}"
        said = f"How often results with one-sided p from {span} are seen; 1 = as often as the smallest."
        yield (
            "selection model",
            "relative chance of being seen",
            float(model.seen[place]),
            None,
            None,
            None,
            said,
        )


def _curve(found: Missing) -> Iterator[Row]:
    curve = found.curve
    if curve.significant < 2:
        said = "It takes two significant effects to make a curve."
        yield "p-curve", "significant effects", curve.significant, None, None, None, said
        return
    said = (
        "The significant p-values lean to the very small, as where effects are real."
        if curve.evidence
        else "The significant p-values do not lean to the very small: they alone do not show that there is an effect."
    )
    yield "p-curve", "significant effects", curve.significant, None, None, curve.p_right_skew, said


def _signs(found: Missing, *, level: float) -> Iterator[Row]:
    signs = found.signs
    share = wilson(signs.above, signs.above + signs.below, level=level)
    at = f", {signs.at} at it" if signs.at else ""
    said = f"{signs.above} effects above nought, {signs.below} below{at}. Signs say nothing of size."
    yield "vote of signs", "share above nought", share.value, share.low, share.high, signs.p, said
