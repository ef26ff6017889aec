"""The page of the opponents: for each centre the rungs with their figures, and what was not tuned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.kpis.numbers import as_text
from ccenv.scenarios import Scenario
from experiments.jobs.files import read_json
from experiments.jobs.markdown import NOTHING, SHORT, estimate, table, text
from experiments.pipeline.evaluation import unit_of_value
from experiments.tuning.choice import centre_of

FLAGS = {None: "", True: ", reserving", False: ", not reserving"}
FLAGSHIP = "bank_blended"
LEAGUES, LEAGUE_PAGE = "league", "league.md"  # beside this page: results of the league of all rules, and their page


def page(folder: Path) -> str:
    """Return the page in Markdown, made from all result files of a folder."""
    results = [read_json(path) for path in sorted(folder.glob("*.json"))]
    parts = [
        "# Opponents",
        text(
            "Written by `python -m experiments.tune`; do not edit. The rules that a policy has to beat, by centre. "
            "P0: FIFO or longest waiting time with the centre's own pacing, as shipped. P1: one named rule a half, "
            "with words, one order, and at most four searched numbers a half that are equal for all queues and groups. "
            "P2: P1, or with one state-dependent term more.",
            "Each rung is one joint search over routing rule, choice of group, order, pacing rule and numbers: many "
            "starts, halved on training days; the numbers of the best start of each rule searched; the best improved "
            "by moves that alternate (words, orders by insertion, numbers by CMA-ES and one by one, rules) until none "
            "helps; the choice on validation days. Figures are from evaluation "
            "days, on which nothing was chosen, with 95 % intervals over the days. All rows run the same days; the "
            "last column is the paired difference to the first row, the best of the rules as shipped.",
        ),
        *_league(folder),
        *in_short(results),
        *[part for result in results for part in [_title(result), *of_centre(result)]],
    ]
    return "\n\n".join(parts) + "\n"


def _league(folder: Path) -> list[str]:
    """Return a sentence that leads to the league of all rules; nothing if it was not computed."""
    if not (folder / LEAGUE_PAGE).exists():
        return []
    return [f"Every rule of both halves beside these opponents: [league of rules]({LEAGUE_PAGE})."]


def in_short(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a section of a few sentences: the flagship centre, and where tuned rules are ahead of those as shipped.

    Args:
        results: The results of all centres; those tuned under one flag alone do not count.
    """
    counted = [result for result in results if result["reserves"] is None]
    if not counted:
        return []
    ahead = [result for result in counted if (result["rows"][-1]["over_p0"]["low"] or 0.0) > 0.0]
    flagship = [_flagship(result) for result in counted if result["scenario"] == FLAGSHIP]
    library = (
        f"At {len(ahead)} of the {len(counted)} centres tuned, the strongest pair of rules is surely ahead of the best "
        "of the rules as shipped: FIFO, longest waiting time, or the centre's own, each with the centre's own pacing. "
        "Brackets are 95 % intervals over days; differences are paired."
    )
    return [SHORT, text(" ".join([*flagship, library]))]


def _flagship(result: Mapping[str, Any]) -> str:
    shipped, best = result["rows"][0], result["rows"][-1]
    ahead = estimate(best["over_p0"], sign=True)
    return (
        f"On `{result['scenario']}`, {result['evaluation_days']} unseen days, the strongest rules of production "
        f"systems and of the literature, tuned jointly, are `{best['label']}`: reward {value_of(best)} "
        f"a day. They are {ahead} ahead of `{shipped['label']}`, "
        "the best of the rules as shipped."
    )


def _title(result: Mapping[str, Any]) -> str:
    return f"## {result['scenario']}{FLAGS[result['reserves']]}"


def of_centre(result: Mapping[str, Any]) -> list[str]:
    """Return the table of the rungs of a centre, and two paragraphs: how they were found, and what was not tuned."""
    scenario = centre_of(result["scenario"])
    rows = [_row(row) for row in result["rows"]]
    spent = [
        f"{rung}{_found_by(rung, found)}: {found['cpu_s']:.0f} s, {found['training_days']} training days, "
        f"{found['pairs']} runs of a pair"
        for rung, found in result["rungs"].items()
    ]
    n = max(len(found["replicates"]) for found in result["rungs"].values())
    seeds = "" if n == 1 else f" Values of the {n} searches on validation days: {_spread(result['rungs'])}."
    limit = "no limit" if result["limit"] is None else f"{100 * result['limit']:g} %"
    return [
        table(["rung", "rules", f"reward {period_of(scenario)}", "dropped, %", "ahead of the first row"], rows),
        text(
            f"Reward: {unit_of_value(scenario)}; {result['evaluation_days']} evaluation runs. Limit of the dropped "
            f"share: {limit}. CPU time of the search chosen, of {n} a rung: {'; '.join(spent)}.{seeds} "
            f"Version {result['version']}, `{result['command']}`.",
            f"Not tuned: {_untuned(result['rungs'])}.",
        ),
    ]


def _found_by(rung: str, found: Mapping[str, Any]) -> str:
    return "" if found["rung"] == rung else f" (by the search of {found['rung']})"


def _spread(rungs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the values that the searches of each rung found, the best first."""
    found = {rung: sorted((each["value"] for each in of["replicates"]), reverse=True) for rung, of in rungs.items()}
    return "; ".join(f"{rung} {', '.join(as_text(value) for value in values)}" for rung, values in found.items())


def _row(row: Mapping[str, Any]) -> list[str]:
    ahead = estimate(row["over_p0"], sign=True) if "over_p0" in row else NOTHING
    return [row["rung"], f"`{row['label']}`", value_of(row), share_of(row["dropped_share"]), ahead]


def value_of(row: Mapping[str, Any]) -> str:
    """Return the value of a row with its interval."""
    return estimate({key: row[of] for key, of in (("mean", "value"), ("low", "low"), ("high", "high"))})


def period_of(scenario: Scenario) -> str:
    """Return the length of an episode in words that follow `reward`."""
    days = scenario.centre.episode_days
    return "a day" if days == 1 else f"in {days:g} days"


def share_of(share: float | None) -> str:
    """Return a dropped share in percent."""
    return NOTHING if share is None else f"{100 * share:.2f}"


def _untuned(rungs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the parameters that were not searched, by rung; once if they are the same."""
    texts = {rung: _names(found["untuned"]) for rung, found in rungs.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"in {rung} {names}" for rung, names in texts.items())


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
