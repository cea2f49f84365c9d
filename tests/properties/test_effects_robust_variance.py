"""CR2 and HC2 with their degrees of freedom, against the textbook's formulas in full matrices, and statsmodels."""

import numpy as np
import pytest

from coproduce.methods.robust_variance import cr2, wald

KINDS = (
    "plain",
    "singly",
    "weights of a survey",
    "inverse variances",
    "a matrix a cluster",
    "few large clusters",
)


@pytest.fixture(params=KINDS)
def case(request):
    rng = np.random.default_rng(KINDS.index(request.param))
    n, kind = 40, request.param
    design = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    clusters = np.arange(n) if kind == "singly" else rng.integers(0, 3 if "few" in kind else 9, n)
    w = np.ones(n) if kind in ("plain", "singly") else rng.uniform(0.5, 2, n)
    phi = 1 / w if kind == "inverse variances" else np.ones(n)
    weights, target, full_w, full_phi = w, phi, np.diag(w), np.diag(phi)
    if kind == "a matrix a cluster":
        clusters = np.sort(clusters)
        target, full_phi = [], np.zeros((n, n))
        for cluster in np.unique(clusters):
            rows = np.flatnonzero(clusters == cluster)
            root = rng.normal(size=(len(rows), len(rows) + 2))
            target.append(root @ root.T)
            full_phi[np.ix_(rows, rows)] = target[-1]
        weights, full_w = [np.linalg.inv(part) for part in target], np.linalg.inv(full_phi)
    y = rng.normal(size=n)
    b = np.linalg.solve(design.T @ full_w @ design, design.T @ full_w @ y)
    return {
        "design": design,
        "b": b,
        "e": y - design @ b,
        "clusters": clusters,
        "given": {"clusters": clusters, "weights": weights, "target": target},
        "full": (full_w, full_phi),
    }


def test_covariance_degrees_of_freedom_and_wald_are_the_textbooks(case):
    constraints = np.array([[0.0, 1, 0], [0, 0.5, 1]])
    covariance, df, eta = textbook(case, constraints)
    found = cr2(case["design"], case["e"], contrasts=constraints, **case["given"])
    assert np.allclose(found.covariance, covariance, rtol=1e-8, atol=0)
    assert np.allclose(found.df, df, rtol=1e-8, atol=0)
    test = wald(case["design"], case["e"], coefficients=case["b"], constraints=constraints, **case["given"])
    assert test.df_error == pytest.approx(eta - 1, rel=1e-8)
    d = constraints @ case["b"]
    statistic = d @ np.linalg.solve(covariance, d)
    assert test.f == pytest.approx((eta - 1) / (2 * eta) * statistic, rel=1e-8)


def textbook(case, constraints):
    """Every matrix written out: n x n, and sums over all pairs of clusters."""
    x, e, (w, phi) = case["design"], case["e"], case["full"]
    m = np.linalg.inv(x.T @ w @ x)
    rest = np.eye(len(e)) - x @ m @ x.T @ w
    forms = []
    for cluster in np.unique(case["clusters"]):
        rows = np.flatnonzero(case["clusters"] == cluster)
        d = np.linalg.cholesky(phi[np.ix_(rows, rows)]).T
        values, vectors = np.linalg.eigh(d @ rest[rows] @ phi @ rest[rows].T @ d.T)
        power = [value**-0.5 if value > 1e-10 else 0 for value in values]
        a = d.T @ vectors @ np.diag(power) @ vectors.T @ d
        forms.append(m @ x[rows].T @ w[np.ix_(rows, rows)] @ a @ rest[rows])
    covariance = sum(np.outer(form @ e, form @ e) for form in forms)  # rest @ e is e
    df = [_satterthwaite([c @ form for form in forms], phi) for c in constraints]
    expected = constraints @ sum(form @ phi @ form.T for form in forms) @ constraints.T
    values, vectors = np.linalg.eigh(expected)
    rows = vectors @ np.diag(values**-0.5) @ vectors.T @ constraints
    spread = 0.0
    for s in rows:
        for t in rows:
            ss, tt, st = (_pairs(forms, phi, pair) for pair in ((s, s), (t, t), (s, t)))
            spread += np.sum(ss * tt) + np.sum(st * st.T)
    q = len(rows)
    return constraints @ covariance @ constraints.T, np.array(df), q * (q + 1) / spread


def _satterthwaite(vectors, phi):
    pairs = np.array([[one @ phi @ other for other in vectors] for one in vectors])
    return np.trace(pairs) ** 2 / np.sum(pairs**2)


def _pairs(forms, phi, pair):
    s, t = pair
    return np.array([[s @ one @ phi @ other.T @ t for other in forms] for one in forms])


def test_hc2_is_that_of_statsmodels():
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(50), rng.normal(size=(50, 3))])
    fit = OLS(rng.normal(size=50) * (1 + design[:, 1] ** 2), design).fit(cov_type="HC2")
    found = cr2(design, fit.resid, clusters=np.arange(50))
    assert np.allclose(found.covariance, fit.cov_params(), rtol=1e-8, atol=1e-14)


def test_a_row_that_the_design_explains_wholly_makes_no_error():
    design = np.array([[1.0, 0], [1, 0], [1, 0], [1, 1]])
    found = cr2(design, np.array([-1.0, 0, 1, 0]), clusters=np.arange(4))
    assert found.covariance[0, 0] == pytest.approx(1 / 3, rel=1e-10)
    assert np.isfinite(found.covariance).all()


def test_a_wald_test_with_too_few_clusters_says_so():
    rng = np.random.default_rng(7)
    design = np.column_stack([np.ones(30), rng.normal(size=(30, 4))])
    y = rng.normal(size=30)
    b = np.linalg.lstsq(design, y, rcond=None)[0]
    constraints = np.eye(5)[1:]
    found = wald(
        design, y - design @ b, coefficients=b, constraints=constraints, clusters=np.arange(30) // 10
    )
    assert np.isnan(found.p)
