"""The page of the search: what is searched and how, the chosen values, all configurations, the rounds, CPU times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis.numbers import as_text
from experiments.hyperparameters.halving import DEFAULT, MARGIN
from experiments.jobs.markdown import NOTHING, estimate, table, text

MINUTE = 60.0


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown, made from the result file."""
    parts = [
        "# Hyperparameters of the gradient learners",
        text(
            "Written by `python -m experiments.hyperparameters`; do not edit. Hyperparameters are searched on centres "
            "that are in no headline cell, so no headline figure is chosen by them. A configuration has a value of "
            "each declared hyperparameter. The first is the default, as set by hand before the search; the others are "
            "drawn at random, as a Latin hypercube. Successive halving (Jamieson and Talwalkar 2016): each round has "
            "the same CPU time, and fewer configurations than the one before, so their trainings are longer. A "
            "training ends with the iteration in which its time is up, so a round can take longer than planned. The "
            "default stays in every round.",
            "A training starts from rules that are tuned as in the headline. Each round has a master seed of its own, "
            "with its own rules, training days and validation days. A training is judged by its best checkpoint: the "
            "paired difference to the rules on validation days. The first checkpoint is the network that imitates the "
            "rules, which can be worse than they are. A policy whose dropped share is "
            "surely above the limit does not count as better than the rules. The score of a configuration is the mean "
            "over the centres of its gain in standard errors. The standard error of a centre is the median over the "
            "configurations of the round. No evaluation day is run.",
            "After the last round the best configuration is chosen if its score is ahead of the default's by more than "
            f"{MARGIN:g}, else the default. `python -m experiments.hyperparameters.values` writes the chosen values "
            "into `configs/learner_values`, from which the learners take their defaults.",
        ),
        *(part for name, learner in result["learners"].items() for part in _learner(name, learner)),
    ]
    return "\n\n".join(parts) + "\n"


def _learner(name: str, learner: Mapping[str, Any]) -> list[str]:
    return [
        f"## `{name}`",
        text(_verdict(learner), _spent(learner)),
        _space(learner),
        "### Rounds",
        _rounds(learner),
        "### Configurations",
        text(
            "Configuration 0 is the default. Gains are those of the last round that a configuration was in, with 95 % "
            "intervals, in the unit of the centre's reward. They are those of the days of the choice, so the gains of "
            "the best are biased upwards. Decisions: those of the training in the last round; without any, the time "
            "was up before the first iteration, and the imitation of the rules was judged."
        ),
        _gains(learner),
        _values(learner),
        "### Centres",
        _centres(learner),
    ]


def _verdict(learner: Mapping[str, Any]) -> str:
    chosen, rows = learner["chosen"], learner["configurations"]
    score = {place: rows[place]["rounds"][-1]["score"] for place in (DEFAULT, chosen)}
    if chosen == DEFAULT:
        return (
            f"The default stays, with a score of {_score(score[DEFAULT])}: no other is ahead by more than {MARGIN:g}. "
            "So many configurations can show that nothing is much better, not that the default is best."
        )
    return (
        f"Configuration {chosen} is chosen, with a score of {_score(score[chosen])}; the default has "
        f"{_score(score[DEFAULT])}."
    )


def _spent(learner: Mapping[str, Any]) -> str:
    rounds = learner["rounds"]
    learning, choosing = (sum(each[key] for each in rounds) / MINUTE for key in ("learning_s", "choosing_s"))
    starts = sum(each["starts_s"] for each in learner["centres"].values()) / MINUTE
    budget = f" ({learner['budget']})" if learner["budget"] else ""
    return (
        f"CPU time: a budget of {learner['cpu_s'] / MINUTE:.3g} minutes for all trainings{budget}; they took "
        f"{learning:.3g}. On top: {choosing:.3g} minutes for choice and judgement on validation days, and {starts:.3g} "
        f"for the rules of the starts, which all learners share. Made with `{learner['command']}`."
    )


def _space(learner: Mapping[str, Any]) -> str:
    chosen = learner["configurations"][learner["chosen"]]["values"]
    rows = [
        [f"`{each['name']}`", _range(each), _scale(each), _shown(each["start"]), _shown(chosen[each["name"]])]
        for each in learner["space"]
    ]
    return table(["hyperparameter", "values", "scale", "default", "chosen"], rows)


def _range(each: Mapping[str, Any]) -> str:
    if each["values"]:
        return ", ".join(map(_shown, each["values"]))
    return f"{_shown(each['low'])} to {_shown(each['high'])}"


def _scale(each: Mapping[str, Any]) -> str:
    return "list" if each["values"] else "logarithmic" if each["log"] else "linear"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " x ".join(map(_shown, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _rounds(learner: Mapping[str, Any]) -> str:
    centres = [*learner["centres"]]
    head = ["round", "master seed", "configurations", "CPU s of a training", "validation days", "trainings, s",
            "choices, s", *(f"standard error, `{name}`" for name in centres)]  # fmt: skip
    rows = [
        [str(k + 1), str(each["seed"]), str(each["configurations"]), f"{each['cpu_s']:.0f}", str(each["days"]),
         f"{each['learning_s']:.0f}", f"{each['choosing_s']:.0f}",
         *(NOTHING if each["errors"][name] is None else as_text(each["errors"][name]) for name in centres)]
        for k, each in enumerate(learner["rounds"])
    ]  # fmt: skip
    return table(head, rows)


def _score(score: float | None) -> str:
    return NOTHING if score is None else as_text(score, decimals=2, sign=True)


def _gains(learner: Mapping[str, Any]) -> str:
    centres, n = [*learner["centres"]], len(learner["rounds"])
    head = ["configuration", *(f"score, round {k + 1}" for k in range(n)), *(f"gain, `{name}`" for name in centres),
            *(f"decisions, `{name}`" for name in centres)]  # fmt: skip
    rows = []
    for place, row in enumerate(learner["configurations"]):
        scores = [each["score"] for each in row["rounds"]]
        last = row["rounds"][-1]["gains"]
        shown = [_score(score) for score in [*scores, *[None] * (n - len(scores))]]
        gains = [estimate(last[name], sign=True) + ("" if last[name]["feasible"] else " \\*") for name in centres]
        rows.append([_name(place, learner), *shown, *gains, *(f"{last[name]['decisions']:,}" for name in centres)])
    notes = "" if all(_feasible(row) for row in learner["configurations"]) else "\n\n\\* above the limit of drops"
    return table(head, rows) + notes


def _feasible(row: Mapping[str, Any]) -> bool:
    return all(gain["feasible"] for gain in row["rounds"][-1]["gains"].values())


def _name(place: int, learner: Mapping[str, Any]) -> str:
    return f"**{place}**, chosen" if place == learner["chosen"] else str(place)


def _values(learner: Mapping[str, Any]) -> str:
    names: Sequence[str] = [each["name"] for each in learner["space"]]
    rows = [
        [str(place), *(_shown(row["values"][name]) for name in names)]
        for place, row in enumerate(learner["configurations"])
    ]
    return table(["configuration", *(f"`{name}`" for name in names)], rows)


def _centres(learner: Mapping[str, Any]) -> str:
    head = ["centre", "why", "unit of the reward", "starts, one a round", "their tuning, s"]
    rows = [
        [f"`{name}`", each["why"], each["unit"], "<br>".join(f"`{label}`" for label in each["starts"]),
         f"{each['starts_s']:.0f}"]
        for name, each in learner["centres"].items()
    ]  # fmt: skip
    return table(head, rows)
