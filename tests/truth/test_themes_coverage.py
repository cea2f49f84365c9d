"""Simulated coders whose agreement is known: the intervals hold it as often as they promise."""

import math

import numpy as np
import pytest

from coproduce.methods.agreement import Drawing, krippendorff_alpha
from coproduce.methods.agreement_kappa import agreement_of

STUDIES, DOCUMENTS, PASSAGES, CODERS, CODES = 400, 60, 5, 3, 4
SURE = (0.55, 0.95)
"""How often a coder sees what is there, in hard and in easy documents; else any code is as likely."""
ALPHA = sum(sure**2 for sure in SURE) / 2
"""Two coders agree beyond chance where both see what is there; chance is the same for all codes."""


@pytest.fixture(scope="module")
def studies():
    generator = np.random.default_rng(20)
    found = []
    for _ in range(STUDIES):
        sure = generator.choice(SURE, size=DOCUMENTS).repeat(PASSAGES)[:, None]
        there = generator.integers(CODES, size=(DOCUMENTS * PASSAGES, 1))
        guessed = generator.integers(CODES, size=(DOCUMENTS * PASSAGES, CODERS))
        codes = np.where(generator.random(guessed.shape) < sure, there, guessed)
        found.append(np.where(generator.random(codes.shape) < 0.1, -1, codes))
    return found


@pytest.mark.parametrize(
    "work",
    [krippendorff_alpha, lambda codes, **told: agreement_of(codes, "gwet", held=CODES, **told)],
    ids=["alpha", "ac1"],
)
def test_intervals_over_documents_hold_the_truth(studies, work):
    documents = np.arange(DOCUMENTS).repeat(PASSAGES)
    drawing = Drawing(resamples=400, generator=np.random.default_rng(21))
    results = [work(codes, clusters=documents, drawing=drawing) for codes in studies]
    held = np.mean([one.low <= ALPHA <= one.high for one in results])
    error = math.sqrt(0.95 * 0.05 / STUDIES)
    assert held == pytest.approx(0.95, abs=3 * error)
    values = np.array([one.value for one in results])
    assert values.mean() == pytest.approx(ALPHA, abs=3 * values.std() / math.sqrt(STUDIES))
    assert np.mean([one.se for one in results]) == pytest.approx(values.std(), rel=0.1)
