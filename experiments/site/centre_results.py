"""Questions to `experiments/results/centres.json`: which rules lead where, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.pipeline.evaluation import is_bound

FILE = ROOT / RESULTS / "centres.json"
Row = Mapping[str, Any]
TIE = (
    "A pair ties with the best if it is not surely behind: the interval of its difference holds 0, or it is ahead on "
    "the evaluation days, which did not choose the best."
)


@dataclass(frozen=True)
class Results:
    """The measured centres, by name, and the command that measured them."""

    command: str
    centres: Mapping[str, Mapping[str, Any]]

    def rows(self, name: str) -> list[Row]:
        """Return the pairs of rules of a centre in the order of their reward; those above the drop limit last."""
        return sorted(self.centres[name]["rows"], key=lambda r: (not r["within_limit"], -r["kpis"]["value"]["mean"]))

    @staticmethod
    def tied(row: Row) -> bool:
        """Whether the row keeps the drop limit and is not surely behind the best pair, on days that differ."""
        return _not_behind(row) and not is_bound(row["behind_best"])

    @staticmethod
    def equal(row: Row) -> bool:
        """Whether the row keeps the drop limit and is equal to the best pair on all days, which shows no tie."""
        return _not_behind(row) and is_bound(row["behind_best"])

    def verdict(self, row: Row) -> str:
        """Return in words how a row stands to the best pair of its centre."""
        if not row["within_limit"]:
            return "best, above the limit" if row["best"] else "above the limit"
        if row["best"]:
            return "best"
        if self.equal(row):
            return "equal on all days"
        if not self.tied(row):
            return "behind"
        return "tied, ahead on these days" if row["behind_best"]["high"] < 0.0 else "tied"

    def leaders(self, name: str) -> list[Row]:
        """Return the best pair of rules of a centre, then those that tie with it."""
        rows = self.rows(name)
        return [row for row in rows if row["best"]] + [row for row in rows if self.tied(row)]

    def of_rule(self, half: str, rule: str) -> list[tuple[str, Row]]:
        """Return, for each centre, a pair that has a rule: the best pair, or else the first in the order of `rows`."""
        found = []
        for name in self.centres:
            if not self.matters(name, half):
                continue
            mine = [row for row in self.rows(name) if row[half]["name"] == rule]
            if mine:
                found.append((name, next((row for row in mine if row["best"]), mine[0])))
        return found

    def leads(self, half: str, rule: str) -> list[str]:
        """Return the centres where a rule is in the best pair, or in one that ties with it."""
        return [
            name
            for name in self.centres
            if self.matters(name, half) and any(row[half]["name"] == rule for row in self.leaders(name))
        ]

    def matters(self, name: str, half: str) -> bool:
        """Whether a half was varied in a centre: it has two rules or more."""
        return len({row[half]["name"] for row in self.centres[name]["rows"]}) > 1

    def how(self) -> str:
        """Return one sentence on how the figures were measured."""
        runs = sorted({centre["episodes"] for centre in self.centres.values()})
        return (
            "Reward of the centre's preset per episode, with 95 % bootstrap intervals of paired differences over "
            f"{' to '.join(map(str, dict.fromkeys((runs[0], runs[-1]))))} evaluation seeds. Pacing rules are tuned on "
            "training days, and the best pair is chosen on validation days. Pairs that surely keep the drop limit rank "
            f"first. {TIE} Measured by `{self.command}`."
        )


def _not_behind(row: Row) -> bool:
    behind = row["behind_best"]
    return bool(row["within_limit"] and behind is not None and behind["low"] is not None and behind["low"] <= 0.0)


def results() -> Results:
    """Return the committed results."""
    content = read_json(FILE)
    return Results(content["command"], content["centres"])
