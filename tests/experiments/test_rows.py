from typing import Any

from experiments.pipeline.comparison import compare
from experiments.reports.benchmark import table_csv
from experiments.reports.page_tables import groups
from experiments.reports.rows import BREAKS, MAY_BREAK, merged, standing
from tests.experiments.made import entrants, tiny

SHARE = "dropped_share_run_total"


def row(label: str, value: float, **more: Any) -> dict[str, Any]:
    return {"label": label, "short": label.split(" + ")[-1], "role": "other", "dials": "unreserved",
            "within_limit": True, "kpis": {"value": {"mean": value, "low": 0.0, "high": 9.0}}} | more  # fmt: skip


def labels(*rows: dict[str, Any]) -> list[str]:
    return [each["label"] for each in merged(rows)]


def test_rules_with_equal_figures_are_one_row_that_names_all():
    rows = [row("fifo + a", 1.0), row("fifo + b", 2.0), row("fifo + c", 1.0), row("fifo + d", 1.0 + 1e-15)]

    assert labels(*rows) == ["fifo + a = c", "fifo + b", "fifo + d"]
    assert merged(rows)[0]["names"] == ["fifo + a", "fifo + c"]
    assert merged(rows)[0]["short"] == "a = c"


def test_rules_of_different_routing_are_named_in_full():
    assert labels(row("fifo + a", 1.0), row("lwt + a", 1.0)) == ["fifo + a = lwt + a"]


def test_the_best_rule_keeps_its_role_and_comes_first():
    found = merged([row("fifo + a", 1.0), row("fifo + b", 1.0, role="best_rule")])

    assert [(each["label"], each["role"]) for each in found] == [("fifo + b = a", "best_rule")]


def test_a_learned_policy_and_rules_with_other_dials_are_never_merged():
    rows = [row("learned policy", 1.0, role="learned"), row("fifo + a", 1.0), row("fifo + b", 1.0, dials="reserved")]

    assert labels(*rows) == ["learned policy", "fifo + a", "fifo + b"]


def test_standing_tells_a_surely_broken_limit_from_one_that_may_be_broken():
    def of(low: float, within: bool) -> str:
        kpis = {SHARE: {"mean": 0.04, "low": low, "high": 0.05}}
        return standing({"within_limit": within, "kpis": kpis}, {"limit": 0.03, "judged_by": SHARE})

    assert [of(0.01, True), of(0.01, False), of(0.031, False)] == ["", MAY_BREAK, BREAKS]


def test_table_and_csv_of_a_comparison_name_equal_rules():
    learned, best, other = entrants()
    twin = best._replace(role="other", label="lwt + twin", short="twin")
    found = compare(tiny(), [learned, best, other, twin])

    rows = [line["cells"][:2] for group in groups(found) for line in group["rows"]]
    lines = [line.split(",")[0] for line in table_csv(found).splitlines()]

    assert [cells[0]["text"] for cells in rows] == [learned.short, f"{best.short} = twin", other.short]
    assert [cells[1]["note"] for cells in rows] == ["", "", "not those of the policy"]
    assert len(lines) == 1 + 4
    assert f"{best.label},best_rule,unreserved,baseline" in table_csv(found)
    assert "lwt + twin" in table_csv(found).splitlines()[2]
