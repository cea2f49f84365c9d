"""Simulated coders and documents whose truth is known: intervals hold it, and what is still to be found is foretold."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import Answers, generators

from coproduce.methods.agreement import Drawing, krippendorff_alpha
from coproduce.methods.agreement_kappa import agreement_of
from coproduce.methods.coded_text import saturation

STUDIES, DOCUMENTS, PASSAGES, CODERS, CODES = repeated(200), 60, 5, 3, 4
SURE = (0.55, 0.95)
"""How often a coder sees what is there, in hard and in easy documents; else any code is as likely."""
BEYOND = sum(sure**2 for sure in SURE) / 2
"""Two coders agree beyond chance where both see what is there; chance is the same for all codes."""
CODED = Simulation(
    question="themes",
    design="agreement of coders",
    made=f"{DOCUMENTS} documents of {PASSAGES} passages, hard or easy ones, and {CODERS} coders who miss one in ten",
)


@pytest.fixture(scope="module")
def studies():
    found = []
    for generator in generators(160, runs=STUDIES):
        sure = generator.choice(SURE, size=DOCUMENTS).repeat(PASSAGES)[:, None]
        there = generator.integers(CODES, size=(DOCUMENTS * PASSAGES, 1))
        guessed = generator.integers(CODES, size=(DOCUMENTS * PASSAGES, CODERS))
        codes = np.where(generator.random(guessed.shape) < sure, there, guessed)
        found.append(np.where(generator.random(codes.shape) < 0.1, -1, codes))
    return found


COEFFICIENTS = {
    "alpha": (krippendorff_alpha, CODERS, BEYOND),
    "fleiss": (lambda codes, **told: agreement_of(codes, "fleiss", held=CODES, **told), CODERS, BEYOND),
    "gwet": (lambda codes, **told: agreement_of(codes, "gwet", held=CODES, **told), CODERS, BEYOND),
    "cohen": (lambda codes, **told: agreement_of(codes, "cohen", held=CODES, **told), 2, BEYOND),
    "percent": (
        lambda codes, **told: agreement_of(codes, "percent", held=CODES, **told),
        CODERS,
        BEYOND + (1 - BEYOND) / CODES,
    ),
}


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_agreement_over_documents(studies, name, checked):
    work, coders, truth = COEFFICIENTS[name]
    documents = np.arange(DOCUMENTS).repeat(PASSAGES)
    drawing = Drawing(resamples=400, generator=np.random.default_rng(21))
    results = [work(codes[:, :coders], clusters=documents, drawing=drawing) for codes in studies]
    found = Answers()
    for one in results:
        found.add(one)
    found.are_right(checked, CODED, name, truth=truth)
    assert np.mean([one.se for one in results]) == pytest.approx(np.std(found.value), rel=0.15)


READ = Simulation(
    question="themes",
    design="saturation",
    made="40 documents in the order of their reading, and 60 codes each of which stands in one document of twenty",
)


def test_codes_that_are_still_to_be_found(checked):
    held, unseen, found = 0, [], []
    for generator in generators(161, runs=STUDIES):
        presence = generator.random((40, 60)) < 0.05
        curve = saturation(presence, orders=200, generator=generator)
        held += bool(curve.low[19] <= curve.found[19] <= curve.high[19])
        unseen.append(60 - presence.any(axis=0).sum())
        found.append(curve.unseen)
    checked.coverage(READ, "codes in the first 20 documents, over orders", hits=held, runs=STUDIES)
    checked.bias(READ, "codes in none of the documents (Chao)", estimates=found, truth=unseen)
