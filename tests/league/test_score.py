"""A whole small league: score, verify, table; each planted fault is named."""

import itertools
import json

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

import ccenv
from ccenv.cli.app import app
from ccenv.league import LeagueError, read_scores, score, scoring, suite_of, table, verify, verifying, write_scores
from ccenv.league.judging import judged_cells, p_value_of, verdicts_of
from ccenv.league.score_file import encoded
from ccenv.league.scoring import drawn_skip
from ccenv.league.verifying import Difference
from ccenv.seeds import FIRST, seeds
from tests.serving.make_golden_bundle import FOLDER

DAYS = 4
FIRST_LEGAL = "def policy(obs, mask):\n    return int(mask.argmax())\n"


@pytest.fixture(scope="module", autouse=True)
def few_days():
    """Cells of a few days, in every suite that is read here."""
    with pytest.MonkeyPatch.context() as patch:
        before = suite_of("tiny")
        cells = {name: msgspec.structs.replace(cell, days=DAYS) for name, cell in before.cells.items()}
        suite = msgspec.structs.replace(before, cells=cells)
        for module in ("scoring", "verifying", "board"):
            patch.setattr(f"ccenv.league.{module}.suite_of", lambda name: suite if name == "tiny" else suite_of(name))
        yield suite


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("league")


@pytest.fixture(scope="module")
def bundle(few_days):
    """The golden bundle, which draws its actions."""
    return score(FOLDER, "tiny", name="golden")


@pytest.fixture(scope="module")
def first(few_days, folder):
    """A Python policy, confirmed beside a leader."""
    (folder / "first.py").write_text(FIRST_LEGAL)
    return score(folder / "first.py", "tiny", name="first", confirm=True, leader=[FOLDER])


def kept(folder, scores, name="scores.json"):
    return write_scores(folder / name, scores)


def changed(scores, **values):
    return msgspec.structs.replace(scores, **values)


def test_a_bundle_decides_in_its_process_as_it_does_here(bundle):
    cell = bundle.cells["tiny"]
    days = seeds("evaluation", DAYS)
    here = ccenv.simulate("tiny", policy=FOLDER, seeds=days, reward=ccenv.load_scenario("tiny").reward)

    assert cell.actors["policy"].value == here["reward"].tolist()
    assert cell.action_set == "unreserved" and cell.owns == "blended"


def test_the_opponents_are_the_rules_on_the_same_days(bundle, few_days):
    cell, pairs = bundle.cells["tiny"], few_days.opponents["tiny"].pairs
    centre = few_days.cell("tiny").centre()

    for rung, pair in pairs.items():
        table_of = ccenv.simulate(centre, **pair.as_call(), seeds=seeds("evaluation", DAYS), reward=centre.reward)
        assert cell.actors[rung].value == table_of["reward"].tolist()
        assert cell.actors[rung].figures["abandonment"] == table_of.summary(kpis=["abandonment"])["abandonment"].value


def test_confirmation_days_hang_on_the_entry_and_hold_the_leader(first, bundle):
    confirmed = first.confirmation

    assert confirmed.skip == drawn_skip(first.suite, first.entries) != drawn_skip(bundle.suite, bundle.entries)
    assert set(confirmed.cells["tiny"].actors) == {"policy", "P0", "P1", "P2", "leader"}
    assert confirmed.leader[0].digest == bundle.entries[0].digest
    assert confirmed.cells["tiny"].actors["P0"].value != first.cells["tiny"].actors["P0"].value
    assert FIRST["confirmation"] + confirmed.skip in seeds("confirmation", DAYS, skip=confirmed.skip)


def test_an_equal_score_file_is_verified_to_the_bit(bundle, folder):
    found = verify(kept(folder, bundle), share=1.0)

    assert (found.first, found.n_days, found.other_versions) == (None, DAYS, [])


def forged(scores, actor, day, value):
    plain = json.loads(encoded(scores))
    plain["cells"]["tiny"]["actors"][actor]["value"][day] = value
    return msgspec.convert(plain, type(scores))


@pytest.mark.parametrize("actor", ["policy", "P2"])
def test_a_forged_value_is_named(bundle, folder, actor):
    true = bundle.cells["tiny"].actors[actor].value[2]
    wrong = float(np.nextafter(true, np.inf))
    path = kept(folder, forged(bundle, actor, 2, wrong), "forged.json")

    assert verify(path, share=1.0).first == Difference(f"cells.tiny.actors.{actor}.value.2", wrong, true)


def test_a_forged_figure_and_a_forged_share_are_named(bundle, folder):
    cell = bundle.cells["tiny"]
    days = cell.actors["policy"]
    parts = changed(days.dropped, above=[0.0] * DAYS)
    for other, where in (
        (changed(days, dropped=parts), "dropped.above"),
        (changed(days, figures={**days.figures, "occupancy": 0.5}), "figures.occupancy"),
    ):
        wrong = changed(bundle, cells={"tiny": changed(cell, actors={**cell.actors, "policy": other})})
        found = verify(kept(folder, wrong, "forged.json"), share=1.0).first

        assert found.where.startswith(f"cells.tiny.actors.policy.{where}")


def with_suite(scores, **values):
    return changed(scores, suite=changed(scores.suite, **values))


def in_cell(scores, **values):
    return changed(scores, cells={"tiny": changed(scores.cells["tiny"], **values)})


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        (lambda scores: with_suite(scores, version=99), "suite.version of tiny"),
        (lambda scores: with_suite(scores, digest="0" * 64), "suite.digest of tiny"),
        (lambda scores: changed(scores, kernel="0" * 64), "kernel"),
        (lambda scores: changed(scores, seeds="training"), "seeds"),
        (lambda scores: changed(scores, entries=[changed(scores.entries[0], digest="0")]), "entries.0.digest"),
        (lambda scores: in_cell(scores, scenario_digest="0"), "cells.tiny.scenario_digest"),
        (lambda scores: in_cell(scores, interface_digest="0"), "cells.tiny.interface_digest"),
        (lambda scores: in_cell(scores, opponents_version=99), "cells.tiny.opponents_version"),
        (lambda scores: in_cell(scores, action_set="either"), "cells.tiny.action_set"),
        (lambda scores: in_cell(scores, actors={"policy": scores.cells["tiny"].actors["policy"]}), "cells.tiny.actors"),
    ],
)
def test_what_a_score_was_measured_on_is_compared_first(bundle, folder, monkeypatch, fault, where):
    monkeypatch.setattr(verifying, "Seat", None)  # nothing runs
    found = verify(kept(folder, fault(bundle), "other.json"), draw=1)

    assert found.first.where.startswith(where)
    assert "the file has" in str(found.first) and "here it is" in str(found.first)


def test_other_days_of_confirmation_are_named(first, folder, monkeypatch):
    monkeypatch.setattr(verifying, "Seat", None)
    other = changed(first, confirmation=changed(first.confirmation, skip=7))

    assert verify(kept(folder, other, "other.json")).first.where == "confirmation.skip"


def test_a_changed_bundle_is_named(first, folder):
    path = kept(folder, first)
    (folder / "changed.py").write_text(FIRST_LEGAL + "\n")

    assert verify(path, [folder / "changed.py"]).first.where.startswith("entries.0.digest")


def test_a_draw_draws_the_same_days_and_each_day_may_be_drawn():
    drawn = [verifying.drawn_days(256, 0.05, np.random.default_rng(k)).tolist() for k in range(200)]

    assert {len(days) for days in drawn} == {13}
    assert drawn[0] == verifying.drawn_days(256, 0.05, np.random.default_rng(0)).tolist()
    assert set(itertools.chain(*drawn)) == set(range(256))


def test_the_table_is_the_same_to_the_byte_in_any_order(first, bundle, folder):
    paths = [kept(folder, first, "a.json"), kept(folder, bundle, "b.json")]
    page = table(paths)

    assert page == table(paths[::-1]) == table([write_scores(path, read_scores(path)) for path in paths])
    ranked = [line for line in page.splitlines() if line.startswith(("| 1 |", "| 2 |"))]
    assert len(ranked) == 2 and ("first" in page) and ("golden" in page)
    scores = [float(line.split("|")[3].strip().rstrip("\\*")) for line in ranked]
    assert scores == sorted(scores, reverse=True)


def test_the_table_names_a_file_that_does_not_belong(bundle, folder):
    good = kept(folder, bundle, "good.json")
    for other, said in (
        (with_suite(bundle, version=99), f"suite.version = 99; allowed: {bundle.suite.version}"),
        (changed(bundle, name="b", kernel="0"), "kernel = "),
        (bundle, "name = 'golden'; allowed: another than that of"),
        (changed(forged(bundle, "P2", 0, 0.0), name="b"), "cells.tiny.actors.P2.value differs from that in"),
    ):
        bad = kept(folder, other, "z.json")
        with pytest.raises(LeagueError, match="z.json: .*" + said.replace("(", r"\(")):
            table([good, bad])


def test_no_score_file_is_named(tmp_path, bundle):
    with pytest.raises(LeagueError, match="allowed: one or more score files"):
        table([tmp_path])
    with pytest.raises(LeagueError, match="gone.json: there is no such file"):
        read_scores(tmp_path / "gone.json")
    (tmp_path / "cut.json").write_bytes(encoded(bundle)[:500])
    with pytest.raises(LeagueError, match="cut.json: is no score file: Input data was truncated"):
        read_scores(tmp_path / "cut.json")
    (tmp_path / "old.json").write_text('{"format": 0}')
    with pytest.raises(LeagueError, match="old.json: format = 0; allowed: 1"):
        read_scores(tmp_path / "old.json")
    short = forged(bundle, "P1", slice(0, 1), [])
    with pytest.raises(LeagueError, match=r"cells.tiny.actors.P1.value has 3 numbers; allowed: 4"):
        read_scores(kept(tmp_path, short, "short.json"))


def test_a_share_of_days_is_checked(bundle, folder):
    with pytest.raises(LeagueError, match="share = 0; allowed: above 0"):
        verify(kept(folder, bundle), share=0)


def test_an_interrupted_score_goes_on(first, folder, monkeypatch):
    part = kept(folder, changed(first, confirmation=changed(first.confirmation, cells={})), "part.json")
    asked = []
    monkeypatch.setattr(
        scoring.Job, "cell", lambda job, name, keys, leader=None: asked.append(name) or first.confirmation.cells[name]
    )

    again = score(folder / "first.py", "tiny", name="first", confirm=True, leader=[FOLDER], kept=part)

    assert again == first and asked == ["tiny"] and not part.exists()


def versus(gap, spread=1.0, n=64):
    return gap + spread * np.random.default_rng(3).normal(size=n)


def test_verdicts_are_adjusted_for_the_suite(few_days, bundle):
    cell = bundle.cells["tiny"]

    def judged_at(gap):
        base = cell.actors["P2"]
        mine = changed(base, value=(np.resize(base.value, 64) + versus(gap)).tolist())
        others = {rung: changed(base, value=np.resize(base.value, 64).tolist()) for rung in ("P0", "P1", "P2")}
        return judged_cells({"tiny": changed(cell, actors={"policy": mine, **others})}, few_days)["tiny"]

    sure, near, none = judged_at(1.0), judged_at(0.35), judged_at(0.0)
    assert 0.005 < near.p_value < 0.05

    assert list(verdicts_of({"a": sure, "b": judged_at(-1.0)}).values()) == ["won", "lost"]
    assert verdicts_of({"near": near})["near"] == "won"
    assert verdicts_of({"near": near, **{str(k): none for k in range(9)}})["near"] == "tied"


def test_a_policy_over_the_limit_wins_nothing(few_days, bundle):
    cell = bundle.cells["tiny"]
    days = cell.actors["P2"]
    better = [value + 5.0 + k for k, value in enumerate(days.value)]
    over = changed(days, value=better, dropped=changed(days.dropped, above=[9.0] * DAYS, below=[100.0] * DAYS))
    share = sum(days.abandoned.above) / sum(days.abandoned.below)

    def abandoning(more):
        parts = changed(days.abandoned, above=[1e3 * (share + more)] * DAYS, below=[1e3] * DAYS)
        return changed(days, value=better, abandoned=parts)

    crowded, slightly = abandoning(0.0021), abandoning(0.0019)  # 0.2 points more are allowed
    found = {
        name: judged_cells({"tiny": changed(cell, actors={**cell.actors, "policy": mine})}, few_days)["tiny"]
        for name, mine in (("over", over), ("crowded", crowded), ("fair", slightly))
    }

    assert [found[name].lawful for name in found] == [False, True, True]
    assert [found[name].equal for name in found] == [False, False, True]
    assert found["over"].score == 0.0 < found["crowded"].score == found["fair"].score


def test_equal_differences_are_no_evidence():
    assert p_value_of(np.zeros(8)) == 1.0
    assert p_value_of(versus(0.0)) > 0.05 > p_value_of(versus(1.0))


def test_the_command_scores_verifies_and_ranks(folder, first, few_days, monkeypatch):
    monkeypatch.setattr("ccenv.cli.league.scored", lambda *_, **__: first)
    out = folder / "command.json"
    run = CliRunner().invoke

    shown = run(app, ["league", "score", "first.py", "--suite", "tiny", "--out", str(out)])
    assert shown.exit_code == 0 and "tiny" in shown.stdout and read_scores(out) == first
    assert run(app, ["league", "table", str(out)]).stdout == table([out])
    assert "headline" in run(app, ["league", "suites"]).stdout
    assert "bank_blended@0.9" in run(app, ["league", "suites", "headline"]).stdout

    write_scores(out, changed(first, kernel="0"))
    fault = run(app, ["league", "verify", str(out)])
    assert fault.exit_code == 1 and fault.stderr.startswith("error: ") and "kernel: the file has '0'" in fault.stderr


def test_the_command_names_an_unknown_suite():
    unknown = CliRunner().invoke(app, ["league", "score", str(FOLDER), "--suite", "headlin"])

    assert unknown.exit_code == 1 and unknown.stderr.startswith("error: suite = 'headlin'; allowed: tiny, headline")
