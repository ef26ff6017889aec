"""Run a short list of rows with the imported package: `python -m experiments.validate.planted NAME...`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import ccenv
from ccenv.integrations.semi_markov import TimeScales, advantages
from experiments.validate.simulated.exact import exact_of
from experiments.validate.simulated.measures import totals
from experiments.validate.simulated.rows import Row, read_rows
from experiments.validate.simulated.run import ratio, simulated

SHARE = 0.25  # share of the hours of the committed list
LISTED = ("Erlang A 7", "redials", "blending C1, reserve 1", "pacing P3, max0")
CHATS, WORK, INTERRUPTED = "chats, 5 advisors", "deferrable work, reserve 1", "interruptible work"
# Wrap-up in the committed list runs under a tabulated policy only, another compiled entry. This row runs a rule.
WRAPPING = Row(
    name="pacing with wrap-up, max0",
    model="Pacing",
    parameters={"n": 10, "answer_prob": 0.3, "ring_s": 18.0, "talk_s": 210.0, "observed_wrap_s": 60.0},
    way="rule",
    choice={"max0": {"k": 2.126, "c": 1}},
    hours=3_800.0,
    measures=("connects_per_h", "drop_rate", "utilisation"),
    first_seed=2_000_000,
)
RETURNS = "returns of a semi-Markov chain"
KERNEL_ROWS = (*LISTED, WRAPPING.name)
EXACT = 1e-9


def compare(names: Sequence[str]) -> list[dict[str, Any]]:
    """Measures of the rows: `row`, `measure`, `exact`, `found` and `z`; `z` is None if nothing is random."""
    listed = {row.name: row for row in (*read_rows(), WRAPPING)}
    found = []
    for name in names:
        found += [_returns()] if name == RETURNS else _row(listed[name])
    return found


def _row(full: Row) -> list[dict[str, Any]]:
    row = dataclasses.replace(full, hours=full.hours * SHARE)
    exact = exact_of(row)
    table, span_s = simulated(row, exact)
    return [
        _line(row.name, name, float(exact.values[name]), *totals(row, name, table, span_s)[:2]) for name in row.measures
    ]


def _line(row: str, measure: str, exact: float, above: Any, below: Any) -> dict[str, Any]:
    value, error = ratio(above, below)
    standard_error = float(error.std(ddof=1)) / len(error) ** 0.5
    z = (value - exact) / standard_error if standard_error > 0.0 else None
    return {"row": row, "measure": measure, "exact": exact, "found": value, "z": z}


def _returns() -> dict[str, Any]:
    """Two alternating states, of 30 s and reward 1 and of 300 s and reward 2; exact values give advantages of 0."""
    elapsed, rewards = np.array([30.0, 300.0]), np.array([1.0, 2.0])
    scales = TimeScales(horizon_s=1_800.0, credit_s=180.0)
    gamma = np.exp(-elapsed / scales.horizon_s)
    values = np.linalg.solve(np.eye(2) - np.diag(gamma) @ np.eye(2)[::-1], rewards)
    after, ended = values[::-1, None], np.zeros((2, 1), bool)
    found = values[:, None] + advantages(rewards[:, None], elapsed[:, None], values[:, None], after, ended, scales)
    return {"row": RETURNS, "measure": "return", "exact": float(values[0]), "found": float(found[0, 0]), "z": None}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m experiments.validate.planted", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="NAME", help="names of rows")
    here = Path(ccenv.__file__).resolve().parents[1]
    json.dump({"package": str(here), "measures": compare(parser.parse_args().rows)}, sys.stdout)
