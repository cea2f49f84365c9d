"""A synthesis in plain words: the answer, the verdict, and what to bear in mind."""

from __future__ import annotations

import math
from collections.abc import Iterator

from coproduce.findings.finding import Verdict
from coproduce.questions.synthesis.estimates import nought, shown
from coproduce.questions.synthesis.fitting import Fitted
from coproduce.questions.synthesis.measures import WORDS
from coproduce.questions.synthesis.parts import Arrivals, Moderation, Subgroup
from coproduce.questions.synthesis.settings import SynthesisSettings

REFERENCES = (
    "Borenstein, M., Hedges, L. V., Higgins, J. P. T. and Rothstein, H. R. (2009). Introduction to Meta-Analysis. "
    "Wiley.",
    "Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model. "
    "Journal of Educational and Behavioral Statistics 30, 261-293.",
    "Hartung, J. and Knapp, G. (2001). On tests of the overall treatment effect in meta-analysis with normally "
    "distributed responses. Statistics in Medicine 20, 1771-1782.",
    "IntHout, J., Ioannidis, J. P. A., Rovers, M. M. and Goeman, J. J. (2016). Plea for routinely presenting "
    "prediction intervals in meta-analysis. BMJ Open 6, e010247.",
    "Sterne, J. A. C. et al. (2011). Recommendations for examining and interpreting funnel plot asymmetry in "
    "meta-analyses of randomised controlled trials. BMJ 343, d4002.",
    "Vevea, J. L. and Hedges, L. V. (1995). A general linear model for estimating effect size in the presence of "
    "publication bias. Psychometrika 60, 419-435.",
    "Ramdas, A., Grünwald, P., Vovk, V. and Shafer, G. (2023). Game-theoretic statistics and safe anytime-valid "
    "inference. Statistical Science 38, 576-601.",
)


def told(value: float, *limits: float) -> str:
    """A number to the digits that the width of its interval allows, two decimals at least where it is small.

    Examples
    --------
    >>> told(-0.19421, -0.35, -0.04), told(123.4, 90.0, 160.0), told(0.00123, 0.001, 0.0015)
    ('-0.19', '123', '0.00123')
    """
    width = abs(limits[-1] - limits[0]) if limits else abs(value)
    digits = 0 if width >= 20 else 2 if width >= 0.05 or width == 0 else 1 - math.floor(math.log10(width))
    text = f"{value:.{min(digits, 6)}f}"
    return text.removeprefix("-") if not float(text) else text


def interval(settings: SynthesisSettings, *limits: float) -> str:
    """Two limits of the pooled scale, as readers know it."""
    a, b = (shown(limit, settings) for limit in limits)
    return f"{told(a, a, b)} to {told(b, a, b)}"


def verdict(fitted: Fitted, settings: SynthesisSettings) -> Verdict:
    """What may be said of the pooled effect; harm in a subgroup is never averaged away."""
    if harmed(fitted, settings):
        return "harms"
    low, high = fitted.centre.low, fitted.centre.high
    matters = settings.important_difference
    if matters is not None and -matters < low and high < matters:
        return "no_important_difference"
    if low <= 0 <= high:
        return "uncertain"
    if settings.better is None:
        return "descriptive"
    return "improves" if (low > 0) == (settings.better == "up") else "harms"


def harmed(fitted: Fitted, settings: SynthesisSettings) -> tuple[Subgroup, ...]:
    """The subgroups that are harmed, by intervals that hold for all groups of a column together."""
    if settings.better is None:
        return ()
    up = settings.better == "up"
    groups = [group for grouping in fitted.groupings for group in grouping.groups]
    return tuple(group for group in groups if (group.together_high < 0 if up else group.together_low > 0))


def answer(fitted: Fitted, settings: SynthesisSettings) -> str:
    """The answer in plain sentences, harm first."""
    return " ".join((*_harm(fitted, settings), _pooled(fitted, settings), _elsewhere(fitted, settings)))


def _harm(fitted: Fitted, settings: SynthesisSettings) -> Iterator[str]:
    for group in harmed(fitted, settings):
        studies = "1 study" if group.studies == 1 else f"{group.studies} studies"
        effect = shown(group.effect, settings)
        limits = interval(settings, group.together_low, group.together_high)
        yield (
            f"Harm shows where {group.column} is {group.value} ({studies}): "
            f"{told(effect, group.together_low, group.together_high)} ({limits})."
        )


def _pooled(fitted: Fitted, settings: SynthesisSettings) -> str:
    centre = fitted.centre
    value, low, high = (shown(x, settings) for x in (centre.value, centre.low, centre.high))
    name = WORDS[settings.measure].name if not settings.findings else "effect"
    limits = interval(settings, centre.low, centre.high)
    what = f"the pooled {name} is {told(value, low, high)} ({settings.level:.0%} interval {limits})"
    return f"Over {_count(fitted)}, {what}{_means(fitted, settings)}"


def _count(fitted: Fitted) -> str:
    effects, studies = len(fitted.studies), fitted.distinct
    return f"{effects} studies" if effects == studies else f"{effects} effects of {studies} studies"


def _means(fitted: Fitted, settings: SynthesisSettings) -> str:
    """What the pooled effect comes to; the subgroups are told before it."""
    low, high = fitted.centre.low, fitted.centre.high
    matters = settings.important_difference
    zero = f"{nought(settings):g}"
    if matters is not None and -matters < low and high < matters:
        return ": on average, no difference that matters."
    if low <= 0 <= high:
        return f", which leaves open whether there is an effect and which way it goes ({zero} is none)."
    if settings.better is None:
        return f", {'above' if low > 0 else 'below'} the {zero} of no effect."
    good = (low > 0) == (settings.better == "up")
    return f": on average, things get {'better' if good else 'worse'} ({zero} is no effect)."


def _elsewhere(fitted: Fitted, settings: SynthesisSettings) -> str:
    low, high = fitted.centre.prediction_low, fitted.centre.prediction_high
    if settings.estimator == "fixed":
        return "One true effect for all was assumed; nothing is said of other places."
    ends = interval(settings, low, high).replace(" to ", " and ")
    either = ", so it may go either way there" if low < 0 < high else ""
    return f"In another place like these, the true effect is to be expected between {ends}{either}."


def caveats(fitted: Fitted, settings: SynthesisSettings) -> tuple[str, ...]:
    """What to bear in mind."""
    return (
        *fitted.studies.notes,
        *_of_data(fitted, settings),
        *_of_parts(fitted),
        *_always(fitted, settings),
    )


def _of_data(fitted: Fitted, settings: SynthesisSettings) -> Iterator[str]:
    studies = fitted.studies
    if studies.corrected.any():
        yield (
            f"Tables of counts with an empty cell: {studies.corrected.sum()}. To each of their cells, and to "
            f"no others, {settings.add:g} was added."
        )
    if studies.eventless.any():
        yield (
            f"In {studies.eventless.sum()} studies all or none of both groups had the event; they were kept, and tell "
            'next to nothing of a ratio (`eventless = "leave_out"` leaves them out).'
        )
    if fitted.repeated:
        yield f"{fitted.repeated} study names stand for more than one effect: {_together(settings)}."
    if settings.levels or settings.cluster:
        yield (
            "Leaving studies out, the tests of what is missing, and studies as they arrived take effects as "
            "independent."
        )
    if settings.findings:
        yield (
            "Findings enter whatever their verdict and grade; above nought means more of the outcome unless `reverse` "
            "turned it round."
        )


def _together(settings: SynthesisSettings) -> str:
    if settings.levels:
        return "they are modelled as effects within studies"
    if settings.cluster:
        return "the standard error allows for effects that hang together"
    return 'they were pooled as if they were independent (`levels = ["study", "effect"]` would not)'


def _of_parts(fitted: Fitted) -> Iterator[str]:
    if isinstance(fitted.moderation, str):
        yield f"There is no meta-regression. {fitted.moderation}"
    if isinstance(fitted.moderation, Moderation):
        yield (
            "Moderators were not given by chance: that effects go with them does not say that they make the difference."
        )
    for grouping in fitted.groupings:
        if isinstance(grouping.test, str):
            yield f"Whether the groups of {grouping.column} differ was not tested. {grouping.test}"
    if isinstance(fitted.arrivals, str):
        yield f"Nothing is said of studies as they arrived. {fitted.arrivals}"
    if isinstance(fitted.arrivals, Arrivals):
        assumed = (
            "all studies share one true effect"
            if fitted.arrivals.living.assumption == "one_effect"
            else "each study's effect lies as likely above as below the mean effect, at any distance; heterogeneity "
            "need not be known"
        )
        yield f"The living interval holds at all looks together, if studies arrive independently and {assumed}."


def _always(fitted: Fitted, settings: SynthesisSettings) -> Iterator[str]:
    df = fitted.centre.df
    by = f"Student's t with {df:.0f} degrees of freedom" if math.isfinite(df) else "the normal distribution"
    if settings.estimator != "fixed":
        yield (
            f"The prediction interval is by {by}, as the interval of the pooled effect is. It takes the variance of "
            "true effects as known, and is somewhat too narrow: of 5 to 20 simulated studies whose effects differed, "
            "83 to 91% of such intervals of 95% held the effect elsewhere."
        )
    yield "A synthesis is no better than its studies: what they all share in bias, it shares too."
    yield "Trim and fill, PET-PEESE and the selection model are what-ifs: asymmetry has other causes too."
