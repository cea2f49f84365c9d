"""The function of constant elasticity of substitution and its slopes, smooth where it becomes Cobb-Douglas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NEAR_ZERO = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """The logarithm of the aggregate (b x n), and its slopes by each share's logit (b x n x k-1) and by rho (b x n)."""

    value: Floats
    by_logit: Floats
    by_rho: Floats


def shares_of(logits: Floats) -> Floats:
    """Shares that sum to one, from logits against the last (b x k-1).

    Examples
    --------
    >>> shares_of(np.array([[0.0]]))
    array([[0.5, 0.5]])
    """
    shares: Floats = np.exp(_log_shares(logits))
    return shares


def _log_shares(logits: Floats) -> Floats:
    full = np.concatenate([logits, np.zeros((len(logits), 1))], axis=1)
    full = full - full.max(axis=1, keepdims=True)
    return np.asarray(full - np.log(np.exp(full).sum(axis=1, keepdims=True)))


def aggregate(logs: Floats, logits: Floats, *, rho: Floats) -> Aggregate:
    """Log of (sum of shares x input^-rho)^(-1/rho), a power mean: geometric at rho 0, the least input at infinity.

    Parameters
    ----------
    logs
        Logarithms of the inputs (n x k).
    logits
        Of the shares, against that of the last input (b x k-1).
    rho
        The parameter of substitution, at least -1 (b).

    References
    ----------
    Arrow, K. J. et al. (1961). Review of Economics and Statistics 43(3), 225-250.

    Examples
    --------
    >>> found = aggregate(np.log([[1.0, 4.0]]), np.array([[0.0], [0.0]]), rho=np.array([0.0, -1.0]))
    >>> np.exp(found.value).round(6)  # the geometric and the plain mean
    array([[2. ],
           [2.5]])
    """
    log_shares, power = _log_shares(logits)[:, None, :], -rho[:, None, None]
    near = np.abs(rho) < NEAR_ZERO
    if near.all():
        return _near(logs, log_shares, power=power)
    if not near.any():
        return _far(logs, log_shares, power=power)
    whole = _far(logs, log_shares, power=np.where(near[:, None, None], 1.0, power))
    part = _near(logs, log_shares[near], power=power[near])
    whole.value[near], whole.by_logit[near], whole.by_rho[near] = part.value, part.by_logit, part.by_rho
    return whole


def _far(logs: Floats, log_shares: Floats, *, power: Floats) -> Aggregate:
    scaled = log_shares + power * logs
    top = scaled.max(axis=2, keepdims=True)
    grown = np.exp(scaled - top)
    total = grown.sum(axis=2, keepdims=True)
    value = (np.log(total) + top) / power
    weights = grown / total
    slope = ((weights * logs).sum(axis=2, keepdims=True) - value) / power
    apart = (weights - np.exp(log_shares)) / power
    return Aggregate(value=value[:, :, 0], by_logit=apart[:, :, :-1], by_rho=-slope[:, :, 0])


def _near(logs: Floats, log_shares: Floats, *, power: Floats) -> Aggregate:
    """By cumulants of the logarithms, weighted by shares."""
    shares = np.exp(log_shares)
    first = (shares * logs).sum(axis=2, keepdims=True)
    off = logs - first
    second, third, fourth = ((shares * off**order).sum(axis=2, keepdims=True) for order in (2, 3, 4))
    fourth = fourth - 3 * second**2
    value = first + power * (second / 2 + power * (third / 6 + power * fourth / 24))
    slope = second / 2 + power * (third / 3 + power * fourth / 8)
    off = logs - value
    apart = shares * off * (1 + power * off / 2 * (1 + power * off / 3))
    return Aggregate(value=value[:, :, 0], by_logit=apart[:, :, :-1], by_rho=-slope[:, :, 0])
