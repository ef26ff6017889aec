"""The league of all rules on the site: on the pages of the rules, among the results, and nowhere if it is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ccenv.files.writing import write_json
from experiments.jobs.files import ROOT
from experiments.site import readme, rules
from experiments.site.centre_results import results
from experiments.site.copied import FILES, RESULTS, results_list
from experiments.site.rule_league import leagues, of_rule
from experiments.tuning.page import LEAGUE_PAGE, page


def row(rule: str, rung: str = "P1", **others: Any) -> dict[str, Any]:
    difference = {"mean": -2.0, "low": -3.0, "high": -1.0}
    figures = {"value": 5.0, "low": 4.0, "high": 6.0, "dropped_share": None, "difference": difference, "params": {}}
    return {"half": "routing", "rule": rule, "rung": rung, **figures, **others}


def misfit(rule: str, why: str) -> dict[str, Any]:
    return {"half": "routing", "rule": rule, "rung": "P1", "why": why}


def league(scenario: str, *rows: dict[str, Any], reserves: bool | None = None) -> dict[str, Any]:
    opponent = {"scenario": scenario, "reserves": reserves, "limit": 0.03, "rung": "P2"}
    return {"opponent": opponent, "cpu_s": 5.0, "days": 64, "rules": list(rows)}


def test_a_rule_has_its_figures_by_centre_and_why_it_does_not_run():
    found = [
        league("n_design", row("c_mu", params={"advisor": "fastest", "work_reserve": 1.5})),
        league("bank_blended", row("c_mu", dropped_share=0.045), reserves=False),
        league("tiny", misfit("c_mu", "no queue\n to route")),
        league("outreach", misfit("c_mu", "no queue to route")),
    ]
    text = "\n\n".join(of_rule("routing", "c_mu", found))

    assert "Rung: P1." in text and "5 CPU seconds" in text and "(../results/league.md)" in text
    figures = "| 5 [4, 6] | -2 [-3, -1] |"
    assert f"| [`n_design`](../centres/n_design.md) {figures} – | `advisor=fastest, work_reserve=1.5` |" in text
    assert f"| [`bank_blended`](../centres/bank_blended.md), not reserving {figures} 4.50 > | defaults |" in text
    assert "- no queue to route: [`tiny`](../centres/tiny.md), [`outreach`](../centres/outreach.md)" in text


def test_a_rule_that_runs_nowhere_has_no_table():
    text = "\n\n".join(of_rule("routing", "c_mu", [league("tiny", misfit("c_mu", "no queue to route"))]))

    assert "|" not in text and "CPU seconds" not in text and "- no queue to route: " in text


def test_a_rule_with_more_numbers_than_a_rung_allows_is_never_called_an_opponent():
    assert (
        "Rung: S, as it has more searched numbers" in of_rule("routing", "c_mu", [league("tiny", row("c_mu", "S"))])[0]
    )


def test_equal_days_are_marked_and_show_no_interval_of_their_own():
    equal = {"mean": 0.0, "low": -0.1, "high": 0.1, "bound": True}
    (line,) = [one for one in of_rule("routing", "c_mu", [league("tiny", row("c_mu", difference=equal))]) if "|" in one]

    assert "0 [-0.1, +0.1] (equal in all runs)" in line


def test_a_page_says_nothing_without_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert leagues(tmp_path) == [] and of_rule("routing", "c_mu", []) == []
    head = "## Measured beside the opponents"
    for found in ([], [league("tiny", row("c_mu"))]):
        monkeypatch.setattr(rules, "leagues", lambda found=found: found)
        pages = rules.pages(results())
        assert [name for name, text in pages.items() if head in text] == ["rules/routing-c_mu"] * len(found)


def test_leagues_are_read_from_their_folder(tmp_path: Path):
    write_json(tmp_path / "tiny.json", league("tiny", row("c_mu")))
    (tmp_path / "notes.txt").write_text("")

    assert [found["opponent"]["scenario"] for found in leagues(tmp_path)] == ["tiny"]


def test_the_list_of_results_has_the_pages_that_are_there():
    written = {f"experiments/results/{file}" for file in RESULTS if (ROOT / "experiments/results" / file).exists()}
    for files in (written, written - {"experiments/results/speed.md"}):
        text = results_list(files)
        linked, listed = (
            re.findall(r"\]\(([\w/]+)\.md\)", text),
            text.split(":hidden:\n\n")[1].split("\n```")[0].split(),
        )
        assert linked == listed and {f"results/{name}" for name in linked} == {FILES[file] for file in files}
    assert "[Case studies](studies/index.md): questions" in results_list()


def test_every_result_page_is_in_the_list():
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "experiments/results").rglob("*.md")}

    assert {path for path in pages if "/studies/" not in path} <= {f"experiments/results/{file}" for file in RESULTS}
    assert all(path in FILES for path in pages)


def test_opponents_and_readme_lead_to_the_league_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readme, "LEAGUE", ROOT / LEAGUE_PAGE)
    short = "# Opponents\n\n## In short\n\nThey are ahead.\n"
    assert "league" not in page(tmp_path) and "[Every rule]" not in readme.of_text(short)

    (tmp_path / LEAGUE_PAGE).write_text("# League of rules\n")
    monkeypatch.setattr(readme, "LEAGUE", ROOT / "README.md")
    assert f"({LEAGUE_PAGE})" in page(tmp_path)
    assert readme.of_text(short).endswith("opponents.md). [Every rule](README.md).")
