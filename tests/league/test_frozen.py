"""What is frozen is what the tuned rules, the centres and the declared suites say today."""

import msgspec
import numpy as np
import pytest

from ccenv.league import LeagueError, suite_of
from ccenv.league.changed import found, longer, with_factors
from ccenv.league.declared import cells_of, declared, digest_of, frozen, list_suites
from ccenv.league.running import days_of
from ccenv.scenarios import load_scenario
from ccenv.scenarios.compile.dists import dist_values, mean_of
from ccenv.seeds import seeds
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.league import FILE, encoded, frozen_now, main, opponents_now, opponents_of, published
from experiments.tuning.settings import TUNED

AGAIN = "run python -m experiments.league"


def test_the_opponents_are_those_of_the_tuning():
    assert frozen().opponents == opponents_now(frozen()), AGAIN


def test_nothing_is_left_to_freeze(monkeypatch):
    """Each scale has the digest of its centre, and each version goes with its digest."""
    monkeypatch.setattr(
        "experiments.league.scale_of", lambda cell, opponents, kind: pytest.fail(f"{cell.name}: {AGAIN}")
    )
    now = frozen_now(frozen(), frozen().opponents)

    assert now == frozen(), AGAIN
    assert encoded(now) == FILE.read_bytes()


def test_a_changed_pair_raises_the_version_of_the_suites_that_use_it():
    before = frozen()
    pairs = before.opponents["x_design"].pairs
    other = msgspec.structs.replace(before.opponents["x_design"], pairs={**pairs, "P2": pairs["P0"]})

    now = frozen_now(before, {**before.opponents, "x_design": other})

    assert now.suites["headline"].version == before.suites["headline"].version + 1
    assert now.suites["headline"].scales == before.suites["headline"].scales
    assert now.suites["tiny"] == before.suites["tiny"]


@pytest.mark.parametrize("name", list_suites())
def test_each_suite_has_a_scale_and_opponents_for_each_cell(name):
    suite = suite_of(name)

    assert suite.digest == digest_of(suite.cells, suite.opponents, suite.scales)
    assert list(suite.scales) == list(suite.cells)
    assert all(scale.denominator > 0.0 for scale in suite.scales.values())
    assert all(set(each.pairs) == {"P0", "P1", "P2"} for each in suite.opponents.values())


def test_the_headline_has_eight_centres_and_three_loads():
    cells = suite_of("headline").cells

    assert len({cell.scenario for cell in cells.values()}) >= 8
    assert {"bank_blended@0.9", "bank_blended", "bank_blended@1.1"} <= set(cells)


def test_a_cell_has_the_action_set_either_and_its_load():
    cell = suite_of("headline").cell("hybrid_small@1.1")
    centre, own = cell.centre(), load_scenario("hybrid_small")

    assert {campaign.reserves for campaign in centre.centre.campaigns.values()} == {"either"}
    for name, queue in centre.centre.queues.items():
        before = own.centre.queues[name].arrivals_per_hour
        before = before if isinstance(before, list) else [before]
        after = queue.arrivals_per_hour
        assert (after if isinstance(after, list) else [after]) == pytest.approx([1.1 * each for each in before])


def test_a_factor_of_one_changes_nothing():
    own = load_scenario("tiny")

    assert with_factors(own, {"arrivals": 1.0}) is own
    assert with_factors(own, {"arrivals": 2.0}).digest != own.digest


@pytest.mark.parametrize(
    ("centre", "factor", "message"),
    [
        (
            "switching_answer_rate",
            "arrivals",
            "factors.arrivals = 1.2; allowed: factors of what switching_answer_rate has",
        ),
        ("x_design", "answers", "factors.answers = 1.2; allowed: factors of what x_design has, not p_answer"),
        ("tiny", "arival", "factors = 'arival'; allowed: arrivals"),
    ],
)
def test_a_factor_of_what_a_centre_has_not_is_named(centre: str, factor: str, message: str):
    with pytest.raises(LeagueError, match=message):
        with_factors(load_scenario(centre), {factor: 1.2})


def test_an_unknown_suite_is_named():
    with pytest.raises(LeagueError, match=r"suite = 'headlin'; allowed: tiny, headline.*did you mean 'headline'"):
        suite_of("headlin")


def test_an_unknown_factor_is_named():
    wrong = msgspec.structs.replace(declared()["tiny"].cells["tiny"], factors={"arival": 1.2})
    suite = msgspec.structs.replace(declared()["tiny"], cells={"tiny": wrong})

    with pytest.raises(LeagueError, match=r"cells.tiny.factors = 'arival'; allowed: arrivals"):
        cells_of(suite)


def test_a_p0_that_the_centre_does_not_ship_is_refused():
    result = read_json(ROOT / RESULTS / TUNED / "tiny.json")
    result["rows"][0]["label"] = "lwt + gone"

    with pytest.raises(ValueError, match=r"tiny: P0 = 'lwt \+ gone'; allowed: .*tune the centre again"):
        opponents_of(result)


def test_a_published_scale_is_what_the_days_of_the_cell_give():
    cell = suite_of("library").cell("tiny")
    opponents = frozen().opponents["tiny"]
    days, _ = days_of(cell, cell.centre(), seeds("evaluation", cell.days), **opponents.pairs["P0"].as_call())

    assert np.mean(days.value) == pytest.approx(suite_of("library").scales["tiny"].value, rel=1e-12)
    assert published(cell, cell.own())[0] is not None
    busy = suite_of("shift").cell("bank_blended-busy")
    assert published(busy, busy.own()) == (None, None)


def test_factors_multiply_what_they_name():
    own = load_scenario("hybrid_small").centre
    factors = {"arrivals": 2.0, "answers": 0.5, "handle": 1.5, "patience": 0.25, "present": 0.9}
    changed = with_factors(load_scenario("hybrid_small"), factors).centre

    def mean(time):
        return mean_of(dist_values(time))

    for name, queue in own.queues.items():
        assert mean(changed.queues[name].patience_s) == pytest.approx(0.25 * mean(queue.patience_s))
        assert mean(changed.queues[name].handle_s) == pytest.approx(1.5 * mean(queue.handle_s))
        assert np.array(changed.queues[name].arrivals_per_hour) == pytest.approx(
            2.0 * np.array(queue.arrivals_per_hour)
        )
    for name, group in own.groups.items():
        assert 1.0 - changed.groups[name].shrinkage == pytest.approx(0.9 * (1.0 - group.shrinkage))
    for name, campaign in own.campaigns.items():
        assert np.array(changed.campaigns[name].p_answer) == pytest.approx(0.5 * np.array(campaign.p_answer))


@pytest.mark.parametrize(
    "time",
    [
        {"dist": "lognormal", "mu": 5.0, "sigma": 1.0},
        {"dist": "weibull", "shape": 2.0, "scale_s": 90.0},
        {"dist": "hyper_exponential", "p": [0.4, 0.6], "mean_s": [10.0, 100.0]},
        {"dist": "piecewise_hazard", "from_s": [0.0, 30.0], "hazard_per_s": [0.01, 0.02]},
        {"dist": "gamma", "shape": 2.0, "mean_s": 60.0},
        120.0,
    ],
)
def test_a_longer_time_has_a_longer_mean(time):
    def of(value):
        centre = load_scenario("tiny", **{f"queues.{next(iter(load_scenario('tiny').queues))}.handle_s": value}).centre
        return mean_of(dist_values(next(iter(centre.queues.values())).handle_s))

    if isinstance(time, dict) and time["dist"] == "piecewise_hazard":
        assert longer(time, 2.0) == {**time, "from_s": [0.0, 60.0], "hazard_per_s": [0.005, 0.01]}
    else:
        assert of(longer(time, 2.0)) == pytest.approx(2.0 * of(time))


def test_variants_and_times_by_queue_are_found_as_they_should():
    data = {"a": {"handle_s": {"x": 1.0, "y": {"dist": "never"}}}, "variants": {"v": {"handle_s": 2.0}}}

    assert dict(found(data, ("handle_s",))) == {"a.handle_s.x": 1.0, "a.handle_s.y": {"dist": "never"}}


def test_with_arguments_the_command_is_that_of_the_package(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["experiments.league", "suites", "tiny"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0 and "tiny" in capsys.readouterr().out
