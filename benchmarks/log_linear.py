"""Fits log-linear weights to rows of things seen: a penalty on squares, and quasi-Newton steps."""

from collections import deque

import numpy as np

STEPS = 120
MEMORY = 8
LEAST_GAIN = 2e-6  # relative; below it the weights do not change in the digits that are kept


def fit(table: np.ndarray, truth: np.ndarray, shares: np.ndarray, size: int, penalty: float) -> np.ndarray:
    """
    Fit the weights of a logistic model.

    Parameters
    ----------
    table
        One row for each case: the numbers of what was seen. The number `size` stands for nothing.
    truth, shares
        What each case is, and how much it counts.
    size
        How many things there are. Number 0 is seen in every case and bears no penalty.
    penalty
        How much half the sum of the squared weights costs.
    """
    penalties = np.full(size + 1, penalty)
    penalties[0] = 0.0
    weights = np.zeros(size + 1)
    loss, slope = _loss(table, truth, shares, penalties, weights)
    past: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=MEMORY)
    for _ in range(STEPS):
        direction = -_curved(slope, past) if past else -slope / np.linalg.norm(slope)
        downhill, stride = float(slope @ direction), 1.0
        while True:
            moved = weights + stride * direction
            new_loss, new_slope = _loss(table, truth, shares, penalties, moved)
            if new_loss <= loss + 1e-4 * stride * downhill or stride < 1e-9:
                break
            stride /= 2
        gain = loss - new_loss
        change, bend = moved - weights, new_slope - slope
        if float(change @ bend) > 1e-12:
            past.append((change, bend))
        weights, loss, slope = moved, new_loss, new_slope
        if gain < LEAST_GAIN * abs(loss):
            break
    return weights[:size]


def _curved(slope: np.ndarray, past: deque[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Multiply the slope by the inverse curvature that the last steps showed."""
    direction = slope.copy()
    shares = []
    for change, bend in reversed(past):
        share = float(change @ direction) / float(change @ bend)
        direction -= share * bend
        shares.append(share)
    change, bend = past[-1]
    direction *= float(change @ bend) / float(bend @ bend)
    for (change, bend), share in zip(past, reversed(shares), strict=True):
        direction += (share - float(bend @ direction) / float(change @ bend)) * change
    return direction


def _loss(
    table: np.ndarray, truth: np.ndarray, shares: np.ndarray, penalties: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    sums = weights[table].sum(axis=1)
    signed = np.where(truth, sums, -sums)
    error = shares * (1 / (1 + np.exp(-sums)) - truth)
    slope = np.bincount(table.ravel(), np.repeat(error, table.shape[1]), minlength=len(weights)) + penalties * weights
    slope[-1] = 0.0
    return float(shares @ np.logaddexp(0, -signed)) + float(penalties @ weights**2) / 2, slope
