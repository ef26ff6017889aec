"""Two lines with transfers, or generalists who solve every problem."""

from __future__ import annotations

from typing import Any

from experiments.study import waits
from experiments.study.cases.queue_order import quantile
from experiments.study.declared import Assumption, Headline, Measure, Setting, Study, Sweep, Values, ratio

CENTRE = "experiments/study/centres/two_lines.yaml"
LINES, GENERALISTS = "two lines", "generalists"
CHOICE = "modelling choice"
SIMPLE_S, HARD_S, PATIENCE_S = 240.0, 600.0, 480.0  # handle times of a simple and of a hard problem, wrap-up apart
WRAP_UP_S = (20.0, 40.0)  # first line; second line and hard problems
WAGES = (18.0, 27.0)  # per hour, first and second line


def staffing(values: Values) -> tuple[int, int]:
    """Return the advisors of both lines: the planned load and a safety of `safety` times its square root."""
    arrivals, hard = values["arrivals"], values["hard"]
    first = arrivals / 3600.0 * ((1.0 - hard) * SIMPLE_S + hard * values["diagnosis"] + WRAP_UP_S[0])
    second = arrivals / 3600.0 * hard * (HARD_S + values["told again"] + WRAP_UP_S[1])
    planned = [max(1, round(load + values["safety"] * load**0.5)) for load in (first, second)]
    return planned[0], planned[1]


def settings(values: Values) -> dict[str, Setting]:
    """Return both variants at equal wages; the hard share of the day may differ from the planned one."""
    hard, diagnosis = values["hard"] * values["surprise"], values["diagnosis"]
    both: dict[str, Any] = {"queues.problems.arrivals_per_hour": values["arrivals"]}
    first, second = staffing(values)
    lines = both | {
        "queues.problems.handle_s": mixed(hard, SIMPLE_S, diagnosis),
        "queues.problems.transfer.p": hard,
        "queues.hard.handle_s": {"dist": "exponential", "mean_s": HARD_S + values["told again"]},
        "groups.first.staffing": first,
        "groups.second.staffing": second,
    }
    n = round((first * WAGES[0] + second * WAGES[1]) / values["wage"])
    generalists = both | {
        "queues.problems.handle_s": mixed(hard, SIMPLE_S * values["slower"], diagnosis + HARD_S + WRAP_UP_S[1]),
        "queues.problems.transfer.p": 0.0,
        "groups.first.staffing": n - n // 2,
        "groups.second.staffing": n // 2,
    }
    for group in ("first", "second"):
        generalists[f"groups.{group}.wage_per_hour"] = values["wage"]
        generalists[f"groups.{group}.skills"] = ["problems", "hard"]
    return {LINES: Setting(CENTRE, lines), GENERALISTS: Setting(CENTRE, generalists)}


def mixed(hard: float, simple_s: float, hard_s: float) -> dict[str, Any]:
    """Return the handle time of a mixture of simple and hard problems."""
    return {"dist": "hyper_exponential", "p": [1.0 - hard, hard], "mean_s": [simple_s, hard_s]}


STUDY = Study(
    name="tiers",
    title="First and second line, or generalists",
    question="At equal wages, do callers fare better with a first and a second line, or with fewer generalists who "
    "solve every problem?",
    about="In a help line some problems are hard. With two lines, cheap advisors solve the simple problems and "
    "transfer the hard ones after a diagnosis; the caller waits again and tells the problem again. Generalists are "
    "dearer, so the same wages pay for fewer of them, but nobody is transferred and all of them work from one line. "
    "The two lines are staffed for their planned loads with a safety proportional to the square root of the load.",
    variants={
        LINES: "the first line solves simple problems and transfers hard ones; the second line solves those",
        GENERALISTS: "one group that solves every problem, as many as the wages of both lines pay for",
    },
    settings=settings,
    assumptions=(
        Assumption("hard", "hard problems, as planned", 0.25, 0.1, 0.5, CHOICE, percent=True),
        Assumption("surprise", "hard problems of the day, relative to the plan", 1.0, 0.7, 1.4, CHOICE),
        Assumption("diagnosis", "time of the first line until it transfers a hard problem [s]", 120.0, 60.0, 240.0,
                   CHOICE),
        Assumption("told again", "time of the second line to hear the problem again [s]", 60.0, 0.0, 180.0, CHOICE),
        Assumption("wage", "wage per hour of a generalist; the lines have 18 and 27", 24.0, 20.0, 27.0, CHOICE),
        Assumption("slower", "handle time of a generalist for a simple problem, relative to the first line", 1.0, 0.9,
                   1.2, CHOICE),
        Assumption("safety", "safety of the staffing, in square roots of the load", 0.6, 0.0, 1.2,
                   "square-root staffing, Halfin and Whitt (1981); range: " + CHOICE),
        Assumption("arrivals", "contacts an hour; staffing follows", 240.0, 60.0, 600.0, CHOICE),
    ),
    measures=(
        ratio("mean total wait", "s", (waits.SUM,), (waits.COUNT,), "all waits of a request, after a transfer too"),
        Measure("95 % quantile of the total wait", "s", waits.HISTOGRAM, quantile(0.95), "exceeded by 5 % of requests"),
        ratio("callers lost", "share", ("n_abandoned",), ("n_fresh",), "abandoned in any line, of the callers"),
        ratio("wages per solved problem", "", ("operating_cost",), ("n_answered", "-n_transferred_out"),
              "wages for each contact handled to the end"),
        ratio("occupancy", "share", ("work_s",), ("work_s", "idle_s", "reserved_s"), "of all advisors"),
    ),
    headlines=(
        Headline("mean total wait", "change", GENERALISTS, LINES, "mean total wait"),
        Headline("callers lost", "difference", GENERALISTS, LINES, "callers lost"),
        Headline("wages per solved problem", "change", GENERALISTS, LINES, "wages per solved problem"),
        Headline("95 % quantile of the total wait", "change", GENERALISTS, LINES, "95 % quantile of the total wait"),
    ),
    sweep=Sweep("hard", (0.1, 0.2, 0.25, 0.3, 0.4, 0.5)),
    equal=(("wage", "mean total wait"),),
    runs=lambda values: 40,
    waits=True,
    remarks=(
        "Numbers of advisors are whole, so the wages of both variants differ by at most half a generalist.",
        "Generalists solve hard problems as fast as the second line. That they take longer is a lower wage bill spent "
        "badly, which the range of *wage* covers.",
        "The length of a first talk does not tell whether the contact is transferred.",
    ),
)  # fmt: skip
