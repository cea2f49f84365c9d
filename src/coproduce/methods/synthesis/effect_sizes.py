"""Effect sizes and their sampling variances from what papers print: means, counts, correlations, test statistics.

Throughout, a positive difference, or a ratio above one, means more in the first group (the group that got something).
Ratios are logarithms; variances are the large-sample ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import t

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effect sizes of several studies.

    `effect` and `variance` have one number a study. `corrected` marks the tables of counts to whose cells something was
    added because one was empty, and `eventless` those in which neither group had a single event (or non-event).
    """

    effect: Floats
    variance: Floats
    corrected: Truths
    eventless: Truths


def _plain(effect: Floats, variance: Floats) -> Effects:
    none = np.zeros(len(effect), dtype=bool)
    return Effects(effect=effect, variance=variance, corrected=none, eventless=none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What two groups of each study are told by: their size, mean and standard deviation, one number a study."""

    n1: Floats
    mean1: Floats
    sd1: Floats
    n2: Floats
    mean2: Floats
    sd2: Floats


def mean_difference(means: Means) -> Effects:
    """The difference of two means, in the outcome's own unit.

    Parameters
    ----------
    means
        Two independent groups a study; their variances may differ.

    Returns
    -------
    Effects
        First mean less second; the variance is the sum of the variances of the two means.

    References
    ----------
    Borenstein, M., Hedges, L. V., Higgins, J. P. T. and Rothstein, H. R. (2009). Introduction to Meta-Analysis. Wiley.
    Equations 4.2 and 4.5.

    Examples
    --------
    >>> two = Means(
    ...     n1=np.array([50.0]),
    ...     mean1=np.array([2.2]),
    ...     sd1=np.array([12.73]),
    ...     n2=np.array([54.0]),
    ...     mean2=np.array([5.2]),
    ...     sd2=np.array([12.5]),
    ... )
    >>> found = mean_difference(two)
    >>> found.effect.round(3), found.variance.round(3)
    (array([-3.]), array([6.135]))
    """
    return _plain(means.mean1 - means.mean2, means.sd1**2 / means.n1 + means.sd2**2 / means.n2)


def hedges_correction(df: Floats) -> Floats:
    """What a standardised difference is multiplied by, so that it is right on average in small studies.

    Parameters
    ----------
    df
        Degrees of freedom of the standard deviation, above 1.

    Returns
    -------
    array
        The exact factor (by the gamma function), below 1.

    References
    ----------
    Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics 6, 107-128. Equation 6e.

    Examples
    --------
    >>> hedges_correction(np.array([10.0])).round(4)
    array([0.9227])
    """
    return np.asarray(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def standardised_mean_difference(means: Means) -> Effects:
    """The difference of two means in pooled standard deviations (Hedges' g).

    Parameters
    ----------
    means
        Two independent groups a study, of one common variance.

    Returns
    -------
    Effects
        With Hedges' exact correction for small studies.

    References
    ----------
    Hedges, L. V. and Olkin, I. (1985). Statistical Methods for Meta-Analysis. Academic Press. Page 86, equations 14
    and 15.

    Examples
    --------
    >>> two = Means(
    ...     n1=np.array([50.0]),
    ...     mean1=np.array([2.2]),
    ...     sd1=np.array([12.73]),
    ...     n2=np.array([54.0]),
    ...     mean2=np.array([5.2]),
    ...     sd2=np.array([12.5]),
    ... )
    >>> standardised_mean_difference(two).effect.round(4)
    array([-0.2361])
    """
    df = means.n1 + means.n2 - 2
    pooled = np.sqrt(((means.n1 - 1) * means.sd1**2 + (means.n2 - 1) * means.sd2**2) / df)
    return _standardised((means.mean1 - means.mean2) / pooled, n1=means.n1, n2=means.n2)


def _standardised(raw: Floats, *, n1: Floats, n2: Floats) -> Effects:
    """Raw standardised differences, corrected, with the variance of Hedges and Olkin."""
    g = raw * hedges_correction(n1 + n2 - 2)
    return _plain(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def standardised_by_average_variance(means: Means) -> Effects:
    """The difference of two means over the root of the average of the two variances, for variances that differ.

    Parameters
    ----------
    means
        Two independent groups a study, whose variances may differ.

    Returns
    -------
    Effects
        With Hedges' exact correction at n1 + n2 - 2 degrees of freedom.

    References
    ----------
    Bonett, D. G. (2009). Meta-analytic interval estimation for standardized and unstandardized mean differences.
    Psychological Methods 14, 225-238. Equation 5; corrected as the measure SMDH of R's metafor is.

    Examples
    --------
    >>> ten, two, five = np.array([10.0]), np.array([2.0]), np.array([5.0])
    >>> found = standardised_by_average_variance(
    ...     Means(n1=ten, mean1=ten, sd1=two, n2=ten, mean2=five, sd2=five)
    ... )
    >>> found.effect.round(4)
    array([1.2575])
    """
    df1, df2 = means.n1 - 1, means.n2 - 1
    average = (means.sd1**2 + means.sd2**2) / 2
    factor = hedges_correction(df1 + df2)
    g = factor * (means.mean1 - means.mean2) / np.sqrt(average)
    of_the_sd = g**2 * (means.sd1**4 / df1 + means.sd2**4 / df2) / (8 * average**2)
    of_the_means = (means.sd1**2 / df1 + means.sd2**2 / df2) / average
    return _plain(g, factor**2 * (of_the_sd + of_the_means))


def log_response_ratio(means: Means) -> Effects:
    """The logarithm of the ratio of two means, for outcomes that are above nought.

    Parameters
    ----------
    means
        Two independent groups a study; both means of one sign.

    Returns
    -------
    Effects
        NaN where the means are not of one sign.

    References
    ----------
    Hedges, L. V., Gurevitch, J. and Curtis, P. S. (1999). The meta-analysis of response ratios in experimental ecology.
    Ecology 80, 1150-1156. Equations 1 and 2.

    Examples
    --------
    >>> ten, two, five = np.array([10.0]), np.array([2.0]), np.array([5.0])
    >>> log_response_ratio(Means(n1=ten, mean1=ten, sd1=two, n2=ten, mean2=five, sd2=two)).effect.round(4)
    array([0.6931])
    """
    alike = means.mean1 * means.mean2 > 0
    one, other = np.where(alike, means.mean1, np.nan), np.where(alike, means.mean2, np.nan)
    variance = means.sd1**2 / (means.n1 * one**2) + means.sd2**2 / (means.n2 * other**2)
    return _plain(np.log(one / other), variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A table of counts for each study.

    Of the first group `a` had the event and `b` had not; of the second `c` had it and `d` had not.
    """

    a: Floats
    b: Floats
    c: Floats
    d: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Tables of counts after the rule for empty cells."""

    a: Floats
    b: Floats
    c: Floats
    d: Floats
    corrected: Truths
    eventless: Truths

    def effects(self, effect: Floats, variance: Floats) -> Effects:
        return Effects(effect=effect, variance=variance, corrected=self.corrected, eventless=self.eventless)


def _cells(counts: Counts, add: float) -> _Cells:
    """`add` to each cell of those tables that have an empty one; the others stay as they are."""
    empty = (counts.a == 0) | (counts.b == 0) | (counts.c == 0) | (counts.d == 0)
    eventless = ((counts.a == 0) & (counts.c == 0)) | ((counts.b == 0) & (counts.d == 0))
    more = np.where(empty, add, 0.0)
    return _Cells(
        a=counts.a + more,
        b=counts.b + more,
        c=counts.c + more,
        d=counts.d + more,
        corrected=empty,
        eventless=eventless,
    )


def risk_ratio(counts: Counts, *, add: float = 0.5) -> Effects:
    """The logarithm of the ratio of two risks.

    Parameters
    ----------
    counts
        A table of counts a study.
    add
        What each cell of a table with an empty cell is raised by.

    Returns
    -------
    Effects
        The log risk ratio of each study.

    References
    ----------
    Borenstein et al. (2009). Introduction to Meta-Analysis. Wiley. Equations 5.1 to 5.3.

    Examples
    --------
    >>> one = Counts(a=np.array([34.0]), b=np.array([63.0]), c=np.array([36.0]), d=np.array([58.0]))
    >>> risk_ratio(one).effect.round(5), risk_ratio(one).variance.round(5)
    (array([-0.08857]), array([0.03624]))
    """
    x = _cells(counts, add)
    n1, n2 = x.a + x.b, x.c + x.d
    return x.effects(np.log(x.a / n1) - np.log(x.c / n2), 1 / x.a - 1 / n1 + 1 / x.c - 1 / n2)


def odds_ratio(counts: Counts, *, add: float = 0.5) -> Effects:
    """The logarithm of the ratio of two odds.

    Parameters
    ----------
    counts
        A table of counts a study.
    add
        What each cell of a table with an empty cell is raised by.

    Returns
    -------
    Effects
        The log odds ratio of each study.

    References
    ----------
    Borenstein et al. (2009). Introduction to Meta-Analysis. Wiley. Equations 5.8 to 5.10.

    Examples
    --------
    >>> one = Counts(a=np.array([34.0]), b=np.array([63.0]), c=np.array([36.0]), d=np.array([58.0]))
    >>> odds_ratio(one).effect.round(5)
    array([-0.13985])
    """
    x = _cells(counts, add)
    return x.effects(np.log(x.a * x.d / (x.b * x.c)), 1 / x.a + 1 / x.b + 1 / x.c + 1 / x.d)


def risk_difference(counts: Counts, *, add: float = 0.5) -> Effects:
    """The difference of two risks.

    Parameters
    ----------
    counts
        A table of counts a study.
    add
        What each cell of a table with an empty cell is raised by.

    Returns
    -------
    Effects
        The risk difference of each study, between -1 and 1.

    References
    ----------
    Borenstein et al. (2009). Introduction to Meta-Analysis. Wiley. Equations 5.15 and 5.16.

    Examples
    --------
    >>> one = Counts(a=np.array([34.0]), b=np.array([63.0]), c=np.array([36.0]), d=np.array([58.0]))
    >>> risk_difference(one).effect.round(5)
    array([-0.03246])
    """
    x = _cells(counts, add)
    n1, n2 = x.a + x.b, x.c + x.d
    return x.effects(x.a / n1 - x.c / n2, x.a * x.b / n1**3 + x.c * x.d / n2**3)


def peto_odds_ratio(counts: Counts, *, add: float = 0.5) -> Effects:
    """Peto's log odds ratio: for rare events, groups of about one size, and effects that are not large.

    Parameters
    ----------
    counts
        A table of counts a study.
    add
        What each cell of a table with an empty cell is raised by.

    Returns
    -------
    Effects
        Observed less expected events of the first group over their hypergeometric variance.

    References
    ----------
    Yusuf, S., Peto, R., Lewis, J., Collins, R. and Sleight, P. (1985). Beta blockade during and after myocardial
    infarction. Progress in Cardiovascular Diseases 27, 335-371. Appendix.

    Examples
    --------
    >>> one = Counts(a=np.array([34.0]), b=np.array([63.0]), c=np.array([36.0]), d=np.array([58.0]))
    >>> peto_odds_ratio(one).effect.round(5)
    array([-0.13909])
    """
    x = _cells(counts, add)
    n1, n2, events, others = x.a + x.b, x.c + x.d, x.a + x.c, x.b + x.d
    n = n1 + n2
    information = n1 * n2 * events * others / (n**2 * (n - 1))
    return x.effects((x.a - n1 * events / n) / information, 1 / information)


def correlation(r: Floats, n: Floats) -> Effects:
    """Correlations as they are.

    Parameters
    ----------
    r, n
        The correlation of each study and how many units it rests on (above 1).

    Returns
    -------
    Effects
        The correlations with their large-sample variance.

    References
    ----------
    Borenstein et al. (2009). Introduction to Meta-Analysis. Wiley. Equation 6.1.

    Examples
    --------
    >>> correlation(np.array([0.1]), np.array([10.0])).variance.round(4)
    array([0.1089])
    """
    return _plain(r, (1 - r**2) ** 2 / (n - 1))


def fisher_z(r: Floats, n: Floats) -> Effects:
    """Correlations on Fisher's z scale, on which their variance does not depend on them.

    Parameters
    ----------
    r, n
        The correlation of each study (between -1 and 1) and how many units it rests on (above 3).

    Returns
    -------
    Effects
        The inverse hyperbolic tangents.

    References
    ----------
    Borenstein et al. (2009). Introduction to Meta-Analysis. Wiley. Equations 6.2 and 6.3.

    Examples
    --------
    >>> fisher_z(np.array([0.1]), np.array([10.0])).effect.round(4)
    array([0.1003])
    """
    return _plain(np.arctanh(r), 1 / (n - 3))


def standardised_from_t(statistic: Floats, *, n1: Floats, n2: Floats) -> Effects:
    """A standardised mean difference where a paper gives only Student's t of two independent groups.

    Parameters
    ----------
    statistic
        The t of each study, positive where the first group has more.
    n1, n2
        The sizes of the groups.

    Returns
    -------
    Effects
        With Hedges' exact correction, just as from means and standard deviations.

    References
    ----------
    Borenstein, M. (2009). Effect sizes for continuous data. In Cooper, Hedges and Valentine (eds), The Handbook of
    Research Synthesis and Meta-Analysis, 2nd edition, 221-235. Table 12.1.

    Examples
    --------
    >>> fifty = np.array([50.0])
    >>> standardised_from_t(np.array([2.5]), n1=fifty, n2=fifty).effect.round(4)
    array([0.4962])
    """
    return _standardised(statistic * np.sqrt(1 / n1 + 1 / n2), n1=n1, n2=n2)


def t_from_f(statistic: Floats, sign: Floats) -> Floats:
    """Student's t of an F with one degree of freedom above the line.

    Parameters
    ----------
    statistic
        The F of each study, nought or more.
    sign
        1 where the first group has more, -1 where it has less: an F does not tell.

    Examples
    --------
    >>> t_from_f(np.array([6.25]), np.array([-1.0]))
    array([-2.5])
    """
    return np.asarray(sign * np.sqrt(statistic))


def t_from_p(p: Floats, *, df: Floats, sign: Floats) -> Floats:
    """Student's t of a two-sided p-value.

    Parameters
    ----------
    p
        The exact p-value of each study, above 0 and at most 1; from a bound such as "p < 0.05" the smallest effect that
        fits comes out.
    df
        The degrees of freedom of the test.
    sign
        1 where the first group has more, -1 where it has less: a two-sided p does not tell.

    Examples
    --------
    >>> t_from_p(np.array([0.05]), df=np.array([98.0]), sign=np.array([1.0])).round(4)
    array([1.9845])
    """
    return np.asarray(sign * t.isf(p / 2, df))


def correlation_from_t(statistic: Floats, df: Floats) -> Floats:
    """The correlation (partial, where other variables are held) that a Student's t belongs to.

    Parameters
    ----------
    statistic, df
        The t of each study and its degrees of freedom (units less 2 for a plain correlation).

    References
    ----------
    Rosenthal, R. (1994). Parametric measures of effect size. In Cooper and Hedges (eds), The Handbook of Research
    Synthesis, 231-244. Equation 16-23.

    Examples
    --------
    >>> correlation_from_t(np.array([2.0]), np.array([60.0]))
    array([0.25])
    """
    return np.asarray(statistic / np.sqrt(statistic**2 + df))
