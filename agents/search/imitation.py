"""Fit the weights of an index policy to what a rule does.

The scores of assignments are a multinomial logit of the rule's assignments, `hold` being the alternative with score 0.
The levels of lines are no smooth function of their weights, so CMA-ES raises the agreement with the rule's dials.
"""

from __future__ import annotations

import cma
import numpy as np
import torch

from agents.common.demonstration import Demonstration
from ccenv.policy.index import IndexLayout, IndexPolicy, features
from ccenv.policy.index_form import FIXED, IndexForm

MOST = 2000  # decisions of each kind that are used
STEPS, RATE, WEIGHT_DECAY = 300, 0.1, 1e-3
EVALUATIONS, STEP = 600, 0.5


def imitate(form: IndexForm, shown: Demonstration, seed: int) -> tuple[np.ndarray, float]:
    """Return weights that act as a demonstration, and the share of its decisions at which they do.

    Args:
        form: What the index policy computes.
        shown: The rule's run.
        seed: Of the decisions used, and of the search.
    """
    rng = np.random.default_rng(seed)
    n_assign = IndexLayout(form.tables()).n_assign
    assigns, dials = np.zeros(shown.mask.shape[1], bool), np.zeros(shown.mask.shape[1], bool)
    assigns[1 : n_assign + 1], dials[n_assign + 1 :] = True, True
    routed = some(shown.mask[:, assigns].any(axis=1) & ~dials[shown.actions], rng)
    weights = _fit_scores(form, shown, routed, n_assign) if len(routed) else form.defaults.copy()
    paced = some(shown.mask[:, dials].any(axis=1) & ~assigns[shown.actions], rng)
    if len(paced):
        weights = _fit_levels(form, weights, shown, paced, seed)
    everything = some(np.ones(len(shown.actions), bool), rng)
    return weights, _agreement(form, weights, shown, everything)


def some(which: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the rows that hold, in order; at most `MOST`, drawn at random."""
    rows = np.flatnonzero(which)
    return rows if len(rows) <= MOST else np.sort(rng.choice(rows, MOST, replace=False))


def _agreement(form: IndexForm, weights: np.ndarray, shown: Demonstration, rows: np.ndarray) -> float:
    policy = IndexPolicy(form.tables(weights))
    acted, _ = policy.act(shown.obs[rows], shown.mask[rows], None, np.zeros(0), np.zeros(0))
    return float(np.mean(acted == shown.actions[rows]))


def _fit_scores(form: IndexForm, shown: Demonstration, rows: np.ndarray, n_assign: int) -> np.ndarray:
    at, which, factors = form.entries[0], form.entries[3], form.entries[2]
    layout = IndexLayout(form.tables())
    phi = features(layout, shown.obs[rows].astype(float), lambda parts: np.concatenate(parts, axis=1))
    mine = (at < n_assign) & (which != FIXED)
    used = np.unique(which[mine])
    parts = np.zeros((len(rows), n_assign, len(used)), np.float32)
    for row, column, factor, weight in zip(at[mine], form.entries[1][mine], factors[mine], which[mine], strict=True):
        parts[:, row, np.searchsorted(used, weight)] += factor * phi[:, column]
    x, start = torch.from_numpy(parts), torch.from_numpy(form.defaults[used].astype(np.float32))
    spread = torch.from_numpy(form.spreads[used].astype(np.float32))
    legal = torch.from_numpy(
        np.concatenate([np.ones((len(rows), 1), bool), shown.mask[rows, 1 : n_assign + 1]], axis=1)
    )
    target = torch.from_numpy(shown.actions[rows].astype(np.int64))
    moved = torch.zeros_like(start, requires_grad=True)
    optimizer = torch.optim.Adam([moved], lr=RATE)
    for _ in range(STEPS):
        scores = x @ (start + spread * moved)
        logits = torch.where(legal, torch.cat([torch.zeros_like(scores[:, :1]), scores], dim=1), -1e8)
        loss = torch.nn.functional.cross_entropy(logits, target) + WEIGHT_DECAY * (moved**2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    weights = form.defaults.copy()
    weights[used] = (start + spread * moved).detach().numpy()
    return weights


def _fit_levels(form: IndexForm, weights: np.ndarray, shown: Demonstration, rows: np.ndarray, seed: int) -> np.ndarray:
    n_assign = IndexLayout(form.tables()).n_assign
    used = np.unique(form.entries[3][(form.entries[0] >= n_assign) & (form.entries[3] != FIXED)])

    def missed(moved: np.ndarray) -> float:
        trial = weights.copy()
        trial[used] += np.asarray(moved) * form.spreads[used]
        return 1.0 - _agreement(form, trial, shown, rows) + 1e-5 * float(np.square(moved).sum())

    options = {"seed": seed + 1, "verbose": -9, "maxfevals": EVALUATIONS, "ftarget": 1e-4}
    found = cma.fmin2(missed, np.zeros(len(used)), STEP, options)[0]
    best = weights.copy()
    best[used] += np.asarray(found) * form.spreads[used]
    return best if missed(found) < missed(np.zeros(len(used))) else weights
