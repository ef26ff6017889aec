"""Rows and columns of the tables of the page, each declared once."""

from __future__ import annotations

from typing import NamedTuple

FIFO, LWT, OWN, P1, P2 = "FIFO + fixed", "LWT + fixed", "the scenario's own", "P1", "P2"
RULES = (FIFO, LWT, OWN, P1, P2)
BOUND = "bound"
SHARE = "dropped_share"  # stands for the dropped share by the campaigns' definition
WAIT = "wait_95"  # from the event log
CPU = "cpu_s"

#: What each learner of `configs/headline.yaml` is, in words.
ABOUT = {
    "search": "CMA-ES over an index policy, from tuned rules",
    "search_from_own": "the same from the centre's own rules, as shipped",
    "constrained": "the search with a price of drops, which aims at 5 % below the limit; added when the dropped "
    "share of the search at `switching_answer_rate` was not surely within the limit",
    "clones": "rollout policy iteration; a network imitates the actions that paired futures show to be better",
    "ppo": "proximal policy optimisation in semi-Markov time",
    "vine": "policy gradient with advantages from paired futures",
}


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: A KPI, or the key of a figure of the row.
        title: Heading.
        meaning: What it is, for the notes of the page; empty for a KPI, which its registry explains.
        factor: From the unit of the figure to the unit shown.
        decimals: Decimals shown.
    """

    name: str
    title: str
    meaning: str = ""
    factor: float = 1.0
    decimals: int = 1


#: The first table of a centre, in the order shown; `value` stands before them.
FIRST_TABLE = (
    Column("served_within_T_of_offered", "service level, %", factor=100.0),
    Column("abandonment", "abandoned, %", factor=100.0, decimals=2),
    Column("asa_s", "ASA, s"),
    Column(
        WAIT,
        "95 % wait, s",
        "95 % of the contacts offered waited at most so long; who gave up counts with the wait so far",
    ),
    Column("n_sales", "goals", decimals=2),
    Column(SHARE, "dropped, %", "the dropped share by the campaigns' definition", factor=100.0, decimals=2),
    Column("occupancy", "occupancy, %", factor=100.0),
    Column("cost_per_contact", "cost a contact", decimals=2),
    Column("fcr", "FCR, %", factor=100.0),
    Column(CPU, "CPU, s", "CPU time of tuning, learning and choosing of one replicate, or of the search of a rung"),
)

#: What each row has used, in the order shown. Figures of several replicates are means.
EFFORT = (
    Column("sees", "fields seen", "what the policy is shown at a decision"),
    Column(
        "access", "simulator",
        "least access needed: `step` (steps and resets), `reset to seed` (whole episodes of chosen seeds under many "
        "policies), `clone` (copies of a state)",
    ),
    Column("rung", "started from", "rung of the rules from which the learning starts"),
    Column("simulated_days", "days", "simulated days of the learning; futures of copied states are not counted",
           decimals=0),
    Column("decisions", "decisions", "decisions of the learning", decimals=0),
    Column("learning_s", "learning, s", "CPU time of the learning"),
    Column("choosing_s", "choosing, s", "CPU time of the choice of a checkpoint, and of its export"),
    Column("hyperparameters_s", "rules, s", "CPU time of the search of hyperparameters: of the rules of the start"),
    Column("decision_ms", "ms a decision", "CPU time of judged episodes by decision, the simulator included",
           decimals=4),
)  # fmt: skip


def kpi_names() -> list[str]:
    """Return the KPIs of the first table."""
    return [column.name for column in FIRST_TABLE if column.name not in (SHARE, WAIT, CPU)]
