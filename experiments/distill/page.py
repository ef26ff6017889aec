"""The page `distilled.md` of a bundle, made from the content of `distilled.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.kpis.numbers import as_text
from experiments.jobs.markdown import estimate, table, text

STUDENTS = ("network", "tree")


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown."""
    how = result["settings"]
    width = " and ".join(map(str, how["hidden"]))
    parts = [
        f"# {result['of']}: as a network and as a tree",
        text(
            f"Written by `{result['command']}`; do not edit. The network has layers of {width} units. The tree has "
            f"{_count(result['leaves'], 'leaf', 'leaves')} and reads "
            f"{_count(len(result['reads']), 'observed number', 'observed numbers')}: "
            f"{', '.join(f'`{name}`' for name in result['reads']) or 'none'}. Both imitate the policy on "
            f"`{result['scenario']}`. It took {as_text(result['cpu_s'])} CPU s."
        ),
        "## What is kept",
        table(
            ["imitation", "of the gain [%]", "reward lost a run", "same action [%]"],
            [
                [
                    name,
                    estimate(result["kept"][name]["share"], 100.0),
                    as_text(result["kept"][name]["loss"]),
                    as_text(100.0 * result["kept"][name]["agreement"]),
                ]
                for name in STUDENTS
            ],
        ),  # fmt: skip
        text(
            f"The gain is that of the policy over its fallback rules `{result['rules']}`. The unit of the reward is "
            f"{result['unit']}. Same action: share of the imitated decisions. A dash: the policy does not surely gain."
        ),
        "## KPIs",
        _kpis(result["kpis"]),
        text(
            f"Means of {how['judged_days']} {result['purpose']} days, the same for all; nothing was fitted or chosen "
            "on them. Brackets are 95 % bootstrap intervals over days. Differences to the policy are paired."
        ),
        "## The tree",
        f"```text\n{result['tree']}\n```",
        text(
            "Numbers are in their natural units. At a leaf, the first action that is legal is taken. The folders "
            "`network` and `tree` beside this page are bundles."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _count(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"


def _kpis(rows: list[dict[str, Any]]) -> str:
    head = ["KPI", "rules", "policy", *(f"{name}, less policy" for name in STUDENTS)]
    return table(
        head,
        [[f"{row['kpi']} [{row['unit']}]" if row["unit"] not in ("", "1") else row["kpi"],
          estimate(row["figures"]["rules"]), estimate(row["figures"]["policy"]),
          *(estimate(row["differences"][name], sign=True) for name in STUDENTS)] for row in rows],
    )  # fmt: skip
