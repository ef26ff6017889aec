"""Rows of the tables in ../shared/reference, which a checkout need not have, and what in this package answers them."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from ccenv.theory import models

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"

BLENDING = ("s", "lambda_per_h", "inbound_aht_s", "outbound_aht_s", "mean_patience_s", "T_s")
PACING = ("n", "answer_prob", "ring_s", "talk_s", "grace_s", "observed_wrap_s", "max_ringing")
JOINT = (
    "s",
    "lambda_per_h",
    "inbound_aht_s",
    "patience_s",
    "outbound_aht_s",
    "ring_s",
    "answer_prob",
    "max_ringing",
    "queue_cap",
)
N_DESIGN = ("s1", "s2", "lambda1_per_h", "lambda2_per_h", "aht_c1p1", "aht_c1p2", "aht_c2p2", "patience1", "patience2")
N_DESIGN += ("cost_ab1", "cost_ab2", "w1", "w2")
HOLDING = ("s", "inbound_aht_s", "outbound_aht_s", "offered_load", "mean_patience_s", "gamma")
HOLDING += ("cost_per_abandon_in_outbound_calls",)
WHOLE = ("s", "n", "s1", "s2", "max_ringing", "queue_cap")

needs_reference = pytest.mark.skipif(not REFERENCE.exists(), reason="no ../shared/reference beside the repository")


def rows(name):
    with (REFERENCE / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def sets(name, key="set", slow=()):
    """Values of a column, as parameters of a test."""
    if not REFERENCE.exists():
        return [pytest.param(None, marks=needs_reference)]
    values = dict.fromkeys(row[key] for row in rows(name))
    return [pytest.param(value, marks=pytest.mark.slow if value in slow else ()) for value in values]


@cache
def _made(kind, given):
    return getattr(models, kind)(**dict(given))


def model(kind, row, columns):
    """The model of a row; made once for equal parameters."""
    given = tuple((name, int(row[name]) if name in WHOLE else float(row[name])) for name in columns)
    return _made(kind, given)


def numbers(text):
    """``k=2.5 c=1`` as a dictionary."""
    return {name: float(value) for name, value in re.findall(r"(\w+)=(-?[\d.]+)", text)}


def reserve(text):
    """``4/3 mix 0.2478`` or ``4/3 0.341``: reserve 4, and with this probability 3."""
    high, p_next = re.fullmatch(r"(\d+)/\d+ (?:mix )?([\d.]+)", text).groups()
    return ("reserve_threshold", {"reserve": int(high), "p_next": float(p_next)})


def pacing_rule(row):
    kind, text = row["policy_class"], row["parameter"]
    if kind in ("progressive", "no_outbound"):
        return "progressive_unreserved" if kind == "progressive" else "no_dial"
    if kind == "progressive_reserve":
        return ("progressive_unreserved", {"reserve": float(text)})
    if kind == "ratio_reserve_floor":
        return ("fixed_ratio", {"ratio": numbers(text)["k"], "reserve": numbers(text)["reserve"]})
    if kind.startswith("fixed_ratio"):
        return ("fixed_ratio", {"ratio": float(text), "rounding": "floor" if kind.endswith("floor") else "random"})
    if kind == "power_constant_lines":
        return ("constant_lines", {"n": float(text)})
    return ("max0" if kind.startswith("affine") else "predictive", numbers(text))


def n_design_rule(text):
    """The rule of a policy's name."""
    for pattern, name, keys in (
        (r"class1_if_q1_ge_(\d+)_else_class2", "threshold", ("q1_ge",)),
        (r"fixed_queue_ratio_q1:q2=([\d.]+)", "fixed_queue_ratio", ("ratio",)),
        (r"reserve_(\d+)_unless_q1_ge_(\d+)", "reserve", ("reserve", "q1_ge")),
        (r"class2_priority_reserve_(\d+)", "reserve", ("reserve",)),
    ):
        if found := re.fullmatch(pattern, text):
            return (name, {key: float(value) for key, value in zip(keys, found.groups(), strict=True)})
    return text


def harrison_rule(text):
    if text.startswith("threshold_"):
        return ("threshold", {"x1_ge": int(text.removeprefix("threshold_"))})
    return text.split(" ")[0].replace("*", "_")


def differences(found, row, columns, rel, abs_=1e-12):
    """Columns in which a result differs from its row, with both values."""
    return {
        name: (getattr(found, name), float(row[name]))
        for name in columns
        if row[name] != "" and getattr(found, name) != pytest.approx(float(row[name]), rel=rel, abs=abs_)
    }
