"""Verdicts, first tables and settings of the benchmark's replicates, and its opponents."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from experiments.headline.command import digest_of
from experiments.headline.declared import FIRST_TABLE, OWN, P2, RULES
from experiments.jobs.config import settings_of
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.stages import Stages
from experiments.pipeline.evaluation import Pair, Rule, own_pair
from experiments.showcase import job as job_module
from experiments.showcase.centre import half_days
from experiments.showcase.committed import HEADLINE, committed
from experiments.showcase.job import centres_of, trained
from experiments.showcase.opponents import frozen, tuned_rules
from experiments.showcase.settings import Settings, check, kind_of, learners_of, register, showcases_of, with_seed
from experiments.showcase.shown import COMMITTED, shown
from experiments.showcase.verdicts import verdicts_of
from tests.experiments.made import centre, estimated, judged_row
from tests.experiments.test_config import composed

register()


def settings(*given: str) -> Settings:
    found = settings_of(composed(*given, command="benchmark"))
    assert isinstance(found, Settings)
    return found


def verdict(row: dict[str, Any], **more: Any) -> Any:
    return verdicts_of([centre(row, **more)])[0][row["row"]]


# ---- verdicts


@pytest.mark.parametrize(
    ("over_p2", "p", "outcome", "reason"),
    [
        (0.5, 0.001, "won", "Won, since the interval over seeds and days lies above 0; it drops 1.00 [0.50, 1.50] %"),
        (-0.5, 0.001, "lost", "Lost, since the interval over seeds and days lies below 0."),
        (0.05, 0.4, "tied", "A tie, since the interval over seeds and days holds 0."),
        (0.5, 0.06, "tied", "A tie, since p = 0.06, adjusted for the 1 cells of this report, is above 0.05."),
    ],
)
def test_verdict_is_over_p2_and_gives_its_reason(over_p2: float, p: float, outcome: str, reason: str):
    found = verdict(judged_row("search", over_p2, p, 3))

    assert found.outcome == outcome
    assert found.reason.startswith(reason)
    assert "search against the frozen opponent P2, lwt + max0: " in found.sentence
    assert "over 3 seeds and 64 days" in found.sentence


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"within": False, "share": estimated(0.029, 0.002)}, "2.90 [2.70, 3.10] % of the connects on 30-day episodes, "
         "not surely within the limit of 3 %"),
        ({"not_more": False, "more_abandoned": estimated(0.0037, 0.001)}, "differs from that of the rule by +0.37 "
         "[+0.27, +0.47] points, above the margin of 0.2"),
    ],
)  # fmt: skip
def test_nothing_is_won_at_unequal_compliance(broken: dict[str, Any], reason: str):
    row = judged_row("search", 0.5, 0.001, 3)
    row["compliance"] |= broken

    found = verdict(row)

    assert found.outcome == "not comparable"
    assert found.reason.startswith("Ahead, but not at equal compliance: ") and reason in found.reason


def test_a_single_training_wins_and_loses_nothing():
    found = verdict(judged_row("ppo", 5.0, 0.001, 1))

    assert found.outcome == "undecided"
    assert "+5.00 [+4.90, +5.10] in value per day" in found.sentence and "over one training" in found.sentence
    assert "no interval over replicates" in found.reason


def test_all_learners_and_centres_are_one_suite():
    alone, many = judged_row("search", 0.5, 0.03, 3), [judged_row(f"l{k}", 0.5, 0.03, 3) for k in range(2)]

    assert verdict(alone).outcome == "won"
    assert [each.outcome for each in verdicts_of([centre(*many)])[0].values()] == ["tied", "tied"]
    assert [found["search"].outcome for found in verdicts_of([centre(alone), centre(alone)])] == ["tied", "tied"]


def test_rules_tuned_in_the_run_are_no_frozen_opponent():
    assert (
        "search against the rules tuned in this run, "
        in verdict(judged_row("search", 0.5, 0.001, 3), frozen=None).sentence
    )


# ---- what is shown


def test_first_table_has_the_declared_rows_and_columns():
    found = shown([centre(), centre(is_main=False, name="n_design", month_runs=0)], "search", manager=False)
    first = found["centres"][0]

    assert [row["name"] for row in first["rows"]] == [*RULES, "search", "bound"]
    assert first["head"] == ["Value", *(column.title for column in FIRST_TABLE)]
    assert all(len(row["cells"]) == len(first["head"]) for row in first["rows"])
    assert first["rows"][0]["cells"][2] == "5.00"  # abandonment in percent
    assert [row[0] for row in first["month"]] == [OWN, "P1", P2, "search"] and found["centres"][1]["month"] == []
    assert first["halves"] == [{"row": "search", "whole": "+0.50 [+0.40, +0.60]", "routing": "+0.25 [+0.15, +0.35]",
                                "pacing": "+0.25 [+0.15, +0.35]"}]  # fmt: skip
    assert found["lead"]["outcome"] == "won" and first["verdicts"] == []  # the lead is not repeated
    assert len(found["centres"][1]["verdicts"]) == 1


def test_opponents_that_are_not_frozen_are_said():
    (found,) = shown([centre(frozen=None, bound=None)], "search", manager=False)["centres"]

    assert "This centre has no frozen opponents: P1 and P2 were tuned in this run." in found["caption"]
    assert found["rows"][-1]["note"] == "none is known"


# ---- committed results


@pytest.fixture
def published(tmp_path: Path) -> Path:
    tuned = read_json(ROOT / "experiments/results/tuned/tiny.json")
    digest = digest_of(tuned)
    part = {"purpose": "final", "days": 2048, "rows": [judged_row("P2"), judged_row("ppo", 0.2, 0.1, 5)]}
    result = {"scenario_digest": load_scenario("tiny").digest, "opponents": {"digest": digest}, "development": None}
    (tmp_path / "tiny.json").write_text(json.dumps({**result, "final": part}))
    return tmp_path


def test_committed_rows_are_shown_and_marked(published: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("experiments.showcase.shown.committed", lambda name: committed(name, published))
    (found,) = shown([centre()], "search", manager=False)["centres"]
    (row,) = (row for row in found["rows"] if row["name"] == "ppo")

    assert row["note"].startswith(f"{COMMITTED}: 5 replicates, 2048 final days; over P2 +0.20 [+0.10, +0.30]")
    assert "No replicates" not in found["caption"]


def test_committed_results_of_other_opponents_or_none_are_left_out(published: Path, tmp_path: Path):
    other = json.loads((published / "tiny.json").read_text())
    (published / "tiny.json").write_text(json.dumps(other | {"opponents": {"digest": "another"}}))

    assert committed("tiny", published) is None
    assert committed("tiny", tmp_path / "nothing") is None
    (found,) = shown([centre()], "search", manager=False)["centres"]
    assert "No replicates of other learners are committed" in found["caption"] or committed("tiny") is not None


# ---- settings and opponents


def test_learner_of_the_default_has_seeds_and_another_learner_is_a_single_training():
    default, other = settings(), settings("learner=ppo")

    assert list(learners_of(default)) == ["search", "clones"] and default.replication.seeds == 3
    assert list(learners_of(other)) == ["ppo"] and other.replication.seeds == 1 and not other.replication.showcases
    assert list(learners_of(settings("learner=ppo", "replication=standard"))) == ["ppo", "clones"]
    assert list(learners_of(settings("learner=clones", "replication=standard"))) == ["clones"]
    assert "agents.clones.kind" in kind_of(default).entries and "replication" in kind_of(default).keys


def test_showcases_have_both_kinds_of_dials():
    routing, pacing = showcases_of(settings()).values()

    assert routing.campaigns == () and pacing.reserves == "either"
    with pytest.raises(ValueError, match="replication.showcases: .*nowhere"):
        showcases_of(settings("replication.showcases=[nowhere]"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("replication.seeds=0", "replication.seeds = 0; allowed: 1 to 128"),
        ("replication.start_cpu_s=0", "replication.start_cpu_s = 0.0; allowed: a positive number of seconds"),
        ("replication.days=1", "replication.days = 1; allowed: 2 or more"),
        ("replication.manager_days=5", "replication.manager_days = 5; allowed: 0, or 10 or more"),
        ("learner.validation_days=5000", "validation_days = 5000 of the learner 'search'; allowed"),
    ],
)
def test_numbers_of_replicates_are_checked(given: str, message: str):
    with pytest.raises(ValueError, match=message):
        check(settings(given))
    check(settings())


def test_each_replicate_has_a_seed_of_its_own():
    default = settings()
    own = [with_seed(default, default.learner, seed).learner.training["seed"] for seed in (1, 2)]

    assert own == [1, 2] and "seed" not in default.learner.training


def test_frozen_opponents_are_those_of_the_same_content():
    tiny = load_scenario("tiny")
    found = frozen(tiny.with_reserves("either"), "tiny")

    assert found is not None and set(found["rungs"]) >= {"P1", "P2"}
    assert frozen(load_scenario("tiny", **{"campaigns.survey.ring_s": 11}), "tiny") is None
    assert frozen(load_scenario("bank_blended:volatile"), "bank_blended") is None
    assert frozen(tiny, "no centre") is None


def test_rules_tuned_in_the_run_make_the_first_table():
    tiny = load_scenario("tiny")
    rules = tuned_rules(tiny, {P2: {"pair": {"routing": {"name": "lwt", "params": {}},
                                             "pacing": {"name": "no_dial", "params": {}}}, "cpu_s": 2.0}})  # fmt: skip

    assert list(rules) == [*RULES[:3], P2]
    assert rules[OWN].pair == own_pair(tiny) and rules[P2].cpu_s == 2.0


def test_all_learners_of_a_master_seed_start_from_rules_that_are_tuned_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    given = settings("replication.showcases=[]", "replication.seeds=2")
    workers: Any = SimpleNamespace(map=lambda made, tasks, _: [made(*task) for task in tasks], cpu_s=lambda: 0.0)
    job: Any = SimpleNamespace(
        scenario=load_scenario("bank_blended"), stages=Stages(tmp_path, "0", {}, workers), workers=workers
    )
    tuned, made = [], []
    monkeypatch.setattr(job_module, "started", lambda _, centre, seed: tuned.append(seed) or {"seed": seed})
    monkeypatch.setattr(job_module, "make", lambda _, centre, each, digest: made.append((each, read_json(each.start))))

    trained(job, given, centres_of(job, given))

    assert tuned == [0, 1]
    assert sorted((each.row, each.seed, start["seed"]) for each, start in made) == [
        ("clones", 0, 0), ("clones", 1, 1), ("search", 0, 0), ("search", 1, 1)
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["search-1", "search-2"])  # one has reserved dials, one unreserved ones
@pytest.mark.parametrize("half", ["routing", "pacing"])
def test_a_half_alone_acts_beside_rules_with_either_kind_of_dials(name: str, half: str):
    scenario, bundle = load_scenario("bank_blended"), HEADLINE / "bundles" / "bank_blended" / name
    for pacing in ("progressive", "max0"):  # reserved dials alone, unreserved dials alone
        table = half_days(scenario, bundle, half, Pair(Rule("lwt"), Rule(pacing)), seeds("validation", 2))
        assert len(table) == 2
