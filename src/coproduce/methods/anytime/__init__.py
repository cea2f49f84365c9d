"""ANYTIME: evidence that may be looked at as often as one likes, and stopped whenever one likes.

Every function takes many streams at once: arrays of the shape (streams, looks) with what each look added. An e-process
stays at 1 on average while the null hypothesis holds, however often it is looked at (Ville's inequality: the chance
that it ever reaches 1/alpha is alpha at most); a confidence sequence holds the truth at all looks together.
"""

from coproduce.methods.anytime.alarms import Alarms, raised_alarms
from coproduce.methods.anytime.betting import block_differences, bounded_mean, bounded_null
from coproduce.methods.anytime.counts import against_tolerated_counts, shared_counts
from coproduce.methods.anytime.looks import Looks, Monitored, over_any_looks
from coproduce.methods.anytime.mixture import (
    compared_again,
    compared_means,
    half_normal_log_e,
    mixture_half_width,
)

__all__ = [
    "Alarms",
    "Looks",
    "Monitored",
    "against_tolerated_counts",
    "block_differences",
    "bounded_mean",
    "bounded_null",
    "compared_again",
    "compared_means",
    "half_normal_log_e",
    "mixture_half_width",
    "over_any_looks",
    "raised_alarms",
    "shared_counts",
]
