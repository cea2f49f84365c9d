"""The question `effects` from study folders and frames: what it answers, and what it refuses."""

import re

import numpy as np
import pyarrow as pa
import pytest

import coproduce as cp

HEAD = '[study]\ntitle = "Champions"\nservice = "care"\nsmall_numbers = 0\n'


@pytest.fixture
def ask(tmp_path):
    """A study folder with one block and one file (or tables), asked."""

    def run(settings, **files):
        for name, rows in files.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
        (tmp_path / "study.toml").write_text(HEAD + settings)
        return cp.run(cp.read_study(tmp_path), only=["effects"])

    return run


BLOCK = '[questions.effects.results]\ndesign = "randomised"\ndata = "trial.csv"\noutcome = "visits"\narm = "arm"\n'


def rows_of(n=40, *, effect=2.0, seed=1, arms=("no", "yes")):
    """A made-up trial: each arm adds its place times the effect."""
    rng = np.random.default_rng(seed)
    yield ("arm", "visits", "age", "sex", "village")
    for place in range(n):
        which = place % len(arms)
        age = int(rng.integers(20, 80))
        visits = round(10 + effect * which + 0.05 * age + float(rng.normal()), 3)
        yield (arms[which], visits, age, "fm"[place % 4 // 2], f"v{place // 2}")


def test_a_trial_from_a_file(ask):
    found = ask(BLOCK + 'control = "no"\ncovariates = ["age"]\n', trial=rows_of()).finding("effects.results")
    assert found.verdict == "improves"
    assert found.grade.level == "moderate"
    assert found.grade.reasons[-1].startswith("No plan was frozen")
    assert {one.name for one in found.estimates} >= {
        *("effect", "effect_standardised", "minimum_detectable_effect", "effect_unadjusted"),
        *("treated_mean", "comparison_mean"),
    }
    assert found.tables["arms"].columns[:5] == ("arm", "units", "observed", "mean", "sd")
    assert found.tables["balance"].columns[:2] == ("covariate", "smd")
    assert {one.name for one in found.diagnostics} >= {"attrition", "balance"}


def test_every_number_of_the_answer_stands_in_the_estimates(ask):
    settings = BLOCK + 'control = "no"\ngroups = ["sex"]\nimportant_difference = 0.5\nbetter = "down"\n'
    found = ask(settings, trial=rows_of(200)).finding("effects.results")
    assert found.verdict == "harms"
    numbers = {float(text) for text in re.findall(r"-?\d+\.\d+", found.answer)}
    assert len(numbers) >= 9
    known = [
        value
        for one in found.estimates
        for value in (one.value, *(one.interval or ()), one.p)
        if value is not None
    ]
    for number in numbers:
        assert any(abs(abs(value) - abs(number)) < 0.006 for value in known), number


def test_harm_in_one_group_leads_and_is_not_averaged_away(ask):
    rng = np.random.default_rng(2)
    rows = [("arm", "visits", "sex")]
    for place in range(400):
        treated, sex = place % 2, "fm"[place // 2 % 4 == 0]
        effect = -2 if sex == "m" else 2
        rows.append((treated, round(float(effect * treated + rng.normal()), 3), sex))
    found = ask(BLOCK + 'control = 0\ngroups = ["sex"]\n', trial=rows).finding("effects.results")
    assert found.estimate("effect").value > 0
    assert found.verdict == "harms"
    assert found.answer.startswith("Where sex is 'm', ")
    assert found.estimate("interaction", group="sex").p < 1e-6
    one, other = (found.estimate("effect", group=f"sex: {sex}").value for sex in "fm")
    assert one > 0 > other


def test_inside_the_important_difference_is_not_uncertain(ask):
    settings = BLOCK + 'control = "no"\nimportant_difference = 1\n'
    found = ask(settings, trial=rows_of(2000, effect=0.0)).finding("effects.results")
    assert found.verdict == "no_important_difference"
    assert "less than what matters" in found.answer


def test_too_small_to_say_is_uncertain_and_says_so(ask):
    settings = BLOCK + 'control = "no"\nimportant_difference = 0.1\n'
    found = ask(settings, trial=rows_of(20, effect=0.1)).finding("effects.results")
    assert found.verdict == "uncertain"
    assert "too uncertain" in found.answer
    assert any("not shown to be nothing" in caveat for caveat in found.caveats)


def test_several_arms_and_outcomes_are_one_family(ask):
    rows = [row if place == 0 else (*row[:2], row[2] % 7, *row[3:]) for place, row in enumerate(rows_of(300))]
    rows = [(*row, "other" if place == 0 else row[1] * 2 + place % 3) for place, row in enumerate(rows)]
    settings = BLOCK.replace('outcome = "visits"', 'outcomes = ["visits", "other"]') + 'control = "no"\n'
    found = ask(settings, trial=rows).finding("effects.results")
    table = found.tables["outcomes"].records()
    p = [row["p"] for row in table]
    assert [row["p_adjusted"] for row in table] == pytest.approx([min(1, 2 * min(p)), max(2 * min(p), *p)])
    assert all(row["band_low"] < row["low"] for row in table)
    assert found.estimate("effect", group="other").interval == (table[1]["band_low"], table[1]["band_high"])


def test_exploring_lowers_the_grade(ask):
    settings = BLOCK.replace('outcome = "visits"', 'outcomes = ["visits", "age"]')
    settings += 'control = "no"\nadjust = "benjamini_hochberg"\n'
    found = ask(settings, trial=rows_of(100)).finding("effects.results")
    assert found.grade.level == "low"
    assert any("exploratory" in reason for reason in found.grade.reasons)


def test_a_yes_or_no_outcome_has_a_ratio_and_a_number_needed(ask):
    rows = [("arm", "visits"), *((place % 2, int(place % 10 < 2 + 4 * (place % 2))) for place in range(200))]
    found = ask(BLOCK + "control = 0\n", trial=rows).finding("effects.results")
    effect = found.estimate("effect")
    assert effect.unit == "proportion"
    means = [found.estimate(name).value for name in ("treated_mean", "comparison_mean")]
    assert found.estimate("risk_ratio").value == pytest.approx(means[0] / means[1], rel=1e-10)
    assert found.estimate("number_needed").value == pytest.approx(1 / effect.value, rel=1e-10)


def test_loss_that_differs_lowers_the_grade(ask):
    rows = [
        row if place == 0 or row[0] == "no" or place % 3 else (row[0], "", *row[2:])
        for place, row in enumerate(rows_of(300))
    ]
    found = ask(BLOCK + 'control = "no"\n', trial=rows).finding("effects.results")
    assert found.grade.level != "high"
    assert any("lost" in reason for reason in found.grade.reasons)


def test_few_clusters_lower_the_grade(ask):
    rows = [
        (*row[:4], "village" if place == 0 else f"{row[0]}{place % 8}")
        for place, row in enumerate(rows_of(160))
    ]
    found = ask(BLOCK + 'control = "no"\ncluster = "village"\n', trial=rows).finding("effects.results")
    assert found.grade.level == "low"
    assert any(one.name == "clusters" and not one.ok for one in found.diagnostics)


def test_randomisation_inference_stands_beside_the_interval(ask):
    found = ask(BLOCK + 'control = "no"\npermutations = 99\n', trial=rows_of(60)).finding("effects.results")
    beside = found.estimate("effect_randomisation")
    assert beside.p == pytest.approx(0.01)
    assert beside.interval[0] < beside.value < beside.interval[1]


def test_the_same_seed_gives_the_same_numbers(ask):
    settings = BLOCK + 'control = "no"\npermutations = 99\ngroups = ["sex"]\n'
    one, other = (ask(settings, trial=rows_of(60)).finding("effects.results") for _ in range(2))
    assert one.estimates == other.estimates


# --- the study's own tables -------------------------------------------------------------------------------------

TABLES = "".join(
    f'[records.{name}]\npath = "{name}.csv"\n' for name in ("outcomes", "units", "exposure", "measures")
)


def tables(n=120):
    rng = np.random.default_rng(3)
    units = [("unit", "cluster", "block", "sex")]
    exposure, outcomes = [("unit", "arm")], [("unit", "period", "measure", "value")]
    for place in range(n):
        treated = place // 4 % 2
        units.append((f"u{place}", f"c{place // 4}", f"b{place // 40}", "fm"[place % 2]))
        exposure.append((f"u{place}", ("control", "champion")[treated]))
        for measure, effect in (("trust", 1.0), ("cost", 1.5)):
            outcomes += [(f"u{place}", 1, measure, round(float(effect * treated + rng.normal()), 3))][
                : place > 0
            ]
    head = (
        "measure",
        "label",
        "better",
        "important_difference",
        "set_by",
        "weight_citizen",
        "weight_organisation",
    )
    measures = [head, ("trust", "trust in the clinic", "up", 0.2, "citizen", 3, 1)]
    measures += [("cost", "cost of care", "down", "", "organisation", 1, 3)]
    return {"units": units, "exposure": exposure, "outcomes": outcomes, "measures": measures}


def test_a_trial_from_the_studys_tables(ask):
    found = ask(TABLES + '[questions.effects.all]\ndesign = "randomised"\n', **tables()).finding(
        "effects.all"
    )
    arms = {(row["arm"], row["outcome"]): row for row in found.tables["arms"].records()}
    assert arms["control", "trust"]["units"] == 60
    assert arms["control", "trust"]["observed"] == 59  # nobody is dropped in silence
    assert found.verdict == "harms"  # cost went up, and down is better
    assert "Cost of care" in found.answer
    assert found.estimate("important_difference", group="trust").value == 0.2


def test_whose_outcomes_moved(ask):
    found = ask(TABLES + '[questions.effects.all]\ndesign = "randomised"\n', **tables()).finding(
        "effects.all"
    )
    z = {
        name: found.estimate("effect", group=name).value
        / next(r["sd"] for r in found.tables["arms"].records() if r["is_control"] and r["outcome"] == name)
        for name in ("trust", "cost")
    }
    citizen, organisation = (found.estimate(f"index_{side}") for side in ("citizen", "organisation"))
    assert citizen.value == pytest.approx(0.75 * z["trust"] - 0.25 * z["cost"], rel=1e-8)
    assert organisation.value == pytest.approx(0.25 * z["trust"] - 0.75 * z["cost"], rel=1e-8)
    difference = found.estimate("index_difference")
    assert difference.value == pytest.approx(citizen.value - organisation.value, rel=1e-8)
    assert difference.interval[0] < difference.value < difference.interval[1]


def test_arms_alone_suggest_no_block(ask):
    found = ask(TABLES, **tables())
    assert [one.question for one in found.unanswered] == ["effects"]


def panel(*, cohorts=(None, 4, 5), units=12, periods=6):
    rng = np.random.default_rng(4)
    for unit in range(units):
        since = cohorts[unit % len(cohorts)]
        for period in range(1, periods + 1):
            effect = 1.0 * (since is not None and period >= since)
            yield (
                f"u{unit}",
                period,
                since or "",
                round(float(unit % 5 + period + effect + rng.normal() / 5), 3),
            )


def test_since_in_the_tables_suggests_a_rollout(ask):
    rows = list(panel())
    found = ask(
        TABLES.replace('[records.measures]\npath = "measures.csv"\n', ""),
        units=[("unit",), *dict.fromkeys((row[0],) for row in rows)],
        exposure=[("unit", "since"), *dict.fromkeys((row[0], row[2]) for row in rows)],
        outcomes=[("unit", "period", "measure", "value"), *((u, p, "trust", y) for u, p, _, y in rows)],
    ).finding("effects.rollout")
    assert found.estimate("effect").value == pytest.approx(1, abs=0.3)
    assert found.estimate("effect_at", group="0").interval is not None
    assert found.tables["group_time"].columns == ("since", "period", "effect", "se", "low", "high")


# --- what is refused --------------------------------------------------------------------------------------------

PANEL = (
    '[questions.effects.rollout]\ndesign = "staggered"\ndata = "panel.csv"\noutcome = "y"\nunit = "id"\n'
    'period = "t"\n'
)
PANEL_HEAD = ("id", "t", "g", "y")


def refused(findings, block="results"):
    [one] = findings.unanswered
    assert one.question == f"effects.{block}"
    return f"{one.reason}. {' '.join(one.needs)}"


def test_one_cluster_an_arm(ask):
    rows = [(*row[:4], "village" if place == 0 else row[0]) for place, row in enumerate(rows_of())]
    said = refused(ask(BLOCK + 'control = "no"\ncluster = "village"\n', trial=rows))
    assert "1 cluster" in said
    assert "at least two" in said


def test_a_constant_outcome(ask):
    rows = [row if place == 0 else (row[0], 3, *row[2:]) for place, row in enumerate(rows_of())]
    assert "every outcome is 3" in refused(ask(BLOCK + 'control = "no"\n', trial=rows))


def test_an_outcome_that_nobody_treated_has(ask):
    rows = [row if row[0] != "yes" else (row[0], "", *row[2:]) for row in rows_of()]
    assert "no units with an outcome in the treated arm" in refused(
        ask(BLOCK + 'control = "no"\n', trial=rows)
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": ("no", "yes", "yes ")}, "one way of writing each label"),
        ({"arms": ("no", "Yes", "yes")}, "one way of writing each label"),
    ],
)
def test_arms_that_differ_by_a_space(ask, changes, said):
    with pytest.raises(cp.RecordsError, match=said):
        ask(BLOCK + 'control = "no"\n', trial=rows_of(**changes))


def test_an_outcome_that_is_no_number(ask):
    rows = [row if place != 3 else (row[0], "many", *row[2:]) for place, row in enumerate(rows_of())]
    with pytest.raises(cp.RecordsError, match=r"trial.csv: visits: wanted a number.*row 4 \('many'\)"):
        ask(BLOCK + 'control = "no"\n', trial=rows)


def test_a_unit_twice_in_a_period(ask):
    rows = [PANEL_HEAD, *panel()]
    with pytest.raises(cp.RecordsError, match="each unit once in a period"):
        ask(PANEL + 'since = "g"\n', panel=[*rows, rows[-1]])


def test_all_units_treated_at_once(ask):
    found = ask(PANEL + 'since = "g"\n', panel=[PANEL_HEAD, *panel(cohorts=(4,))])
    assert "all units treated at once" in refused(found, "rollout")


def test_one_treated_unit_is_no_staggered_design(ask):
    found = ask(PANEL + 'treated = ["u1"]\nstarts = 4\n', panel=[PANEL_HEAD, *panel(cohorts=(None,))])
    assert "one_area" in refused(found, "rollout")


def test_too_few_periods_before_for_sensitivity_is_said(ask):
    found = ask(PANEL + 'since = "g"\n', panel=[PANEL_HEAD, *panel(cohorts=(None, 3), periods=5)])
    finding = found.finding("effects.rollout")
    assert "sensitivity" not in finding.tables
    assert any("before treatment, and 3 are needed" in caveat for caveat in finding.caveats)


def test_before_and_after_is_computed_and_refused_as_evidence(ask):
    settings = PANEL.replace("staggered", "before_after") + "starts = 4\n"
    finding = ask(settings, panel=[PANEL_HEAD, *panel()]).finding("effects.rollout")
    assert finding.estimate("effect").value > 2
    assert (finding.verdict, finding.grade.level) == ("uncertain", "very_low")
    assert set(finding.tables["outcomes"].column("verdict")) == {"uncertain"}
    assert finding.estimate("effect").label.startswith("Change in")
    assert "no evidence" in finding.answer
    assert "before_after_with_comparison" in finding.answer


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('contorl = "no"\n', "Did you mean 'control'?"),
        (
            'control = "noo"\n',
            r"questions.effects.results.control.*one of the arms: no, yes.*Did you mean 'no'\?",
        ),
        ("", "questions.effects.results.control.*one of the arms: no, yes"),
        ('control = "no"\nsince = "g"\n', "no `since` where design is randomised"),
        ('control = "no"\noutcomes = ["age"]\n', "either `outcome` or `outcomes`"),
        ('control = "no"\ncovariates = ["agee"]\n', r"covariates.*'agee'.*Did you mean 'age'\?"),
        ('control = "no"\ngroups = ["sx"]\n', r"groups.*'sx'.*Did you mean 'sex'\?"),
        ('control = "no"\nlevel = 95\n', "level"),
    ],
)
def test_a_wrong_setting_is_told_with_what_would_be_right(ask, written, said):
    with pytest.raises(cp.StudyError, match=said):
        ask(BLOCK + written, trial=rows_of())


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ('design = "randomized"', "Did you mean 'randomised'?"),
        ('design = "randomised"', "`arm` too"),
        ('design = "matched"\narm = "a"', "`covariates` too"),
        ('design = "staggered"\nunit = "u"\nperiod = "t"', "`since`"),
        ('design = "one_area"\nunit = "u"\nperiod = "t"\ntreated = "a"', "`starts` too"),
        ('design = "staggered"\nunit = "u"\nperiod = "t"\nsince = "g"\nstarts = 2', "not both"),
    ],
)
def test_a_design_says_what_it_needs(ask, design, said):
    with pytest.raises(cp.StudyError, match=re.escape(said)):
        ask(
            f'[questions.effects.results]\ndata = "trial.csv"\noutcome = "visits"\n{design}\n',
            trial=rows_of(),
        )


def test_a_measure_that_has_no_outcomes(ask):
    settings = TABLES + '[questions.effects.all]\ndesign = "randomised"\noutcome = "trst"\n'
    with pytest.raises(cp.StudyError, match=r"Did you mean 'trust'\?"):
        ask(settings, **tables())


def test_a_subgroup_that_cannot_be_compared_is_named(ask):
    rows = [(*row[:3], "x" if place == 1 else row[3], row[4]) for place, row in enumerate(rows_of(80))]
    found = ask(BLOCK + 'control = "no"\ngroups = ["sex"]\n', trial=rows).finding("effects.results")
    assert any("sex: x" in caveat for caveat in found.caveats)


# --- from Python, and the other designs -------------------------------------------------------------------------


def frame(rows):
    head, *body = list(rows)
    return pa.table({name: [row[place] for row in body] for place, name in enumerate(head)})


def test_a_frame_in_memory():
    found = cp.effects(frame(rows_of()), design="randomised", outcome="visits", arm="arm", control="no")
    assert found.verdict == "improves"


def test_whose_outcomes_from_a_file_with_weights_in_the_settings():
    rows = [(*row, "other" if place == 0 else place % 7) for place, row in enumerate(rows_of(80))]
    asked = {"design": "randomised", "outcomes": ["visits", "other"], "arm": "arm", "control": "no"}
    sides = {"weight_citizen": {"visits": 1, "other": 1}, "weight_organisation": {"visits": 1, "other": 1}}
    found = cp.effects(frame(rows), **asked, **sides)
    assert found.estimate("index_difference").value == 0  # both weigh alike
    assert found.estimate("index_citizen").value == found.estimate("index_organisation").value


def test_small_arms_do_not_leave():
    rows = [row for place, row in enumerate(rows_of(40)) if place == 0 or row[0] == "no" or place < 8]
    found = cp.effects(frame(rows), design="randomised", outcome="visits", arm="arm", control="no")
    assert found.estimate("effect").value is None
    assert any("hidden" in caveat for caveat in found.caveats)


def test_matched_threshold_series_and_one_area_answer():
    rng = np.random.default_rng(5)
    n = 400
    x = rng.normal(size=n)
    treated = rng.random(n) < 1 / (1 + np.exp(-x))
    units = pa.table({"arm": treated.astype(int), "x": x, "y": 2 * treated + x + rng.normal(size=n)})
    alike = cp.effects(units, design="matched", outcome="y", arm="arm", control=0, covariates=["x"])
    assert alike.estimate("effect").value == pytest.approx(2, abs=0.5)
    assert alike.tables["balance"].columns[:2] == ("covariate", "smd")
    near = pa.table({"x": x, "y": 2.0 * (x >= 0) + x + rng.normal(size=n) / 5})
    cut = cp.effects(near, design="threshold", outcome="y", running="x", cutoff=0)
    assert cut.estimate("effect").value == pytest.approx(2, abs=0.5)
    month = np.arange(48.0)
    series = pa.table({"month": month, "y": 10 - 2.0 * (month >= 30) + rng.normal(size=48) / 5})
    course = cp.effects(series, design="time_series", outcome="y", period="month", starts=30, better="down")
    assert course.estimate("effect").value == pytest.approx(-2, abs=0.5)
    assert course.grade.level == "very_low"
    other = cp.effects(
        series,
        design="time_series",
        outcome="y",
        period="month",
        starts=30,
        errors="newey_west",
        better="down",
    )
    assert other.estimate("effect").value == pytest.approx(course.estimate("effect").value, abs=0.2)
    assert other.estimate("effect").se != course.estimate("effect").se
    rows = [
        (f"a{a}", t, a % 3 * t + a + 5.0 * (a == 4 and t >= 7) + rng.normal() / 9)
        for a in range(9)
        for t in range(10)
    ]
    areas = frame([("area", "t", "y"), *rows])
    one = cp.effects(areas, design="one_area", outcome="y", unit="area", period="t", treated="a4", starts=7)
    assert one.estimate("effect").value == pytest.approx(5, abs=0.5)
    assert one.tables["series"].columns == ("period", "observed", "expected", "low", "high", "after")


def test_two_by_two_with_other_people_before_than_after():
    rng = np.random.default_rng(6)
    arm, late = np.arange(200) % 2, np.arange(200) // 2 % 2
    people = pa.table({"arm": arm, "t": late, "y": arm + late + 2.0 * arm * late + rng.normal(size=200) / 5})
    found = cp.effects(
        people, design="before_after_with_comparison", outcome="y", arm="arm", control=0, period="t", starts=1
    )
    assert found.estimate("effect").value == pytest.approx(2, abs=0.3)


def test_nothing_of_small_arms_is_said_in_words_or_numbers():
    rows = [row for place, row in enumerate(rows_of(40)) if place == 0 or row[0] == "no" or place < 8]
    found = cp.effects(frame(rows), design="randomised", outcome="visits", arm="arm", control="no")
    assert "too few units" in found.answer
    assert found.verdict == "uncertain"
    assert all(one.value is None for one in found.estimates)
    assert all(row["estimate"] is None for row in found.tables["outcomes"].records())


def test_a_column_with_many_labels_is_no_subgroup(ask):
    with pytest.raises(cp.StudyError, match="labels of age"):
        ask(BLOCK + 'control = "no"\ngroups = ["age"]\n', trial=rows_of(200))


def test_the_order_of_the_rows_does_not_matter_to_the_last_digit(ask):
    settings = (
        BLOCK
        + 'control = "no"\ncovariates = ["age"]\ngroups = ["sex"]\ncluster = "village"\npermutations = 99\n'
    )
    head, *rows = rows_of(80)
    told = [ask(settings, trial=[head, *some]).finding("effects.results") for some in (rows, rows[::-1])]
    assert told[0] == told[1]
