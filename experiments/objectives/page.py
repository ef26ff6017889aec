"""The page: what a policy that is trained under one indicator is worth under the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis.numbers import as_text
from experiments.jobs.markdown import NOTHING, estimate, table, text

P1, SEARCH = "P1", "search"
Result = Mapping[str, Any]


def page(result: Result) -> str:
    """Return the page in Markdown, made from the result file."""
    effort, centres = result["effort"], result["centres"]
    n = result_replicates(centres)
    parts = [
        "# One indicator as the reward",
        text(
            "Written by `python -m experiments.objectives`; do not edit. Who pays for one indicator gets it, and "
            "perhaps loses others. In each centre of the suite `objectives`, rules are tuned and an index policy is "
            "searched under one indicator as the reward, and both are judged under all of them, on the same days.",
            f"{effort['cpu_s']:g} CPU seconds of each search, which starts from the rules P2 of the same reward, "
            f"{n}; {effort['validation_days']} validation days for the choice of a policy, "
            f"{effort['evaluation_days']} evaluation days. Made with `{result['command']}`.",
            _summary(centres),
        ),
        *[part for centre in centres for part in of_centre(centre)],
    ]
    return "\n\n".join(parts) + "\n"


def result_replicates(centres: Sequence[Result]) -> str:
    """Return the number of replicates in words."""
    n = max(row["replicates"] for centre in centres for row in centre["rows"] if row["who"] == SEARCH)
    return f"{n} replicates" if n > 1 else "one replicate"


def _summary(centres: Sequence[Result]) -> str:
    rows = [(centre, row) for centre in centres for row in centre["rows"] if row["who"] == SEARCH]
    ahead = sum((row["over_p1"]["low"] or 0.0) > 0.0 for _, row in rows)
    return (
        f"The search is surely ahead of P1 tuned under the same reward in {ahead} of {len(rows)} cases. {_worst(rows)}"
    )


def _worst(rows: Sequence[tuple[Result, Result]]) -> str:
    """Return a sentence about the policy that loses most under another reward than its own."""
    found = [
        (share, centre["centre"], row["reward"], name)
        for centre, row in rows
        for name, share in row["shares"].items()
        if name != row["reward"] and share is not None
    ]
    if not found:
        return ""
    share, centre, trained, judged = min(found)
    return (
        f"The largest loss: a policy of `{centre}` trained under `{trained}` has {_percent(share)} % of the score "
        f"under `{judged}`."
    )


def of_centre(centre: Result) -> list[str]:
    """Return the section of a centre: shares, values, and leads over P1."""
    names = list(centre["rewards"])
    limit = "no limit" if centre["limit"] is None else f"{100 * centre['limit']:g} %"
    rewards = "; ".join(f"`{name}`: {_weights(reward)}" for name, reward in centre["rewards"].items())
    head = ["trained under", "by", *(f"`{name}`, %" for name in names)]
    shares = [
        [f"`{row['reward']}`", row["who"], *(_percent(row["shares"][n]) for n in names)] for row in centre["rows"]
    ]
    return [
        f"## {centre['centre']}",
        table(head, shares),
        text(
            "Judged under, by column: 0 is the best of the rules as shipped under that reward, 100 the best row within "
            f"the limit of the dropped share ({limit}); below 0 is worse than as shipped. A dash: no row is better "
            "than the rules as shipped. Means over replicates and days. P1 of the centre's own reward, `own`, is that "
            "of the library, whose tuning took longer.",
            f"Rewards: {rewards}.",
        ),
        table(["trained under", "by", *(f"`{name}`" for name in names), "dropped, %", "over P1, own reward",
               "kept the rules", "CPU s"], [_values(row, names) for row in centre["rows"]]),
        text(
            "Values of an episode in the unit of each reward. Over P1: paired difference under the reward of the "
            "training, with its 95 % interval over replicates and days. Kept the rules: replicates in which no policy "
            "was better than the rules of the start on validation days."
        ),
    ]  # fmt: skip


def _values(row: Result, names: Sequence[str]) -> list[str]:
    rest = [NOTHING] * 3
    if row["who"] == SEARCH:
        rest = [
            estimate(row["over_p1"], sign=True),
            f"{row['kept_rule']} of {row['replicates']}",
            f"{row['cpu_s']:.0f}",
        ]
    values = [as_text(row["values"][name]) for name in names]
    return [f"`{row['reward']}`", row["who"], *values, _percent(row["dropped_share"], 2), *rest]


def _weights(reward: Any) -> str:
    if isinstance(reward, str):
        return f"the preset `{reward}`"
    return ", ".join(f"{weight:.3g} `{term}`" for term, weight in reward.items())


def _percent(share: float | None, decimals: int = 0) -> str:
    return NOTHING if share is None else f"{100 * share:.{decimals}f}"
