"""Rules and policies at equal abandonment: prices, mixtures, the command on made-up days, and the page."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccenv.rewards.terms import reward_weights
from ccenv.scenarios import load_scenario
from experiments.frontier import command
from experiments.frontier.measure import COLUMNS, POLICY, PURPOSES, RULES
from experiments.frontier.mixtures import best_mixture, mixed
from experiments.frontier.page import _verdict
from experiments.frontier.prices import gain_of, priced
from experiments.frontier.settings import Settings
from experiments.jobs.files import read_json

CENTRE = "bank_blended:volatile"


def days(gain: float, abandoned: float, dropped: float, n: int = 40, seed: int = 0) -> dict[str, list[float]]:
    """Made-up days with 1000 contacts and 400 connects each; the noise of a seed is the same for all."""
    noise = np.random.default_rng(seed).normal(size=n)
    columns = (gain + 0.1 * noise, 1000 * abandoned + noise, np.full(n, 1000.0), np.full(n, 400 * dropped),
               np.full(n, 400.0))  # fmt: skip
    return {name: each.tolist() for name, each in zip(COLUMNS, columns, strict=True)}


def test_only_lost_contacts_have_another_price():
    plain, dear = (reward_weights(priced(CENTRE, factor)) for factor in (1.0, 2.0))

    for term, factor in (("abandoned", 2.0), ("unserved", 2.0), ("blocked", 2.0), ("waiting_s", 1.0)):
        assert np.allclose(dear["queue_count"][term], factor * plain["queue_count"][term])
    for term in plain["campaign_count"].dtype.names:
        assert np.array_equal(dear["campaign_count"][term], plain["campaign_count"][term])
    assert np.array_equal(
        plain["queue_count"]["abandoned"], reward_weights(load_scenario(CENTRE))["queue_count"]["abandoned"]
    )
    assert priced(CENTRE, 2.0).reserves == "either" and gain_of(priced(CENTRE, 2.0)) == "expected_sale_value"


def test_prices_by_queue_are_scaled_by_queue():
    assert priced("hybrid_small", 3.0).reward["abandoned"] == pytest.approx(-1.5)


def test_best_mixture_is_that_of_all_pairs_and_triples():
    rng = np.random.default_rng(3)
    for _ in range(20):
        found = [
            days(*each)
            for each in zip(rng.uniform(1, 9, 4), rng.uniform(0.02, 0.1, 4), rng.uniform(0.0, 0.06, 4), strict=True)
        ]
        grid = [np.array(each) / 20 for each in itertools.product(range(21), repeat=4) if sum(each) == 20]
        kept = [w for w in grid if (m := mixed(found, w)).abandonment <= 0.06 and m.dropped_share <= 0.03]
        weights = best_mixture(found, 0.06, 0.03)

        if weights is None:
            assert not kept
            continue
        best = mixed(found, weights)
        assert best.abandonment <= 0.06 + 1e-9 and best.dropped_share <= 0.03 + 1e-9
        assert best.gain.mean() >= max((mixed(found, w).gain.mean() for w in kept), default=-np.inf) - 1e-9


def test_more_gain_is_found_at_equal_abandonment_and_none_where_a_limit_is_broken():
    def cell(price: float, more: float, dropped: float = 0.02) -> dict[str, Any]:
        rule, policy = ((5.0 / price, 0.05 / price, dropped), (5.0 / price + more, 0.05 / price, dropped))
        return {"days": {purpose: {RULES: days(*rule), POLICY: days(*policy)} for purpose in PURPOSES}}

    ahead = command.level_of([[cell(1.0, 0.5), cell(2.0, 0.5)]], 0.03, 0.04, 1.0)
    assert ahead["over"]["gain"]["mean"] == pytest.approx(0.5) and ahead[RULES]["mixed"] == 2
    assert ahead[RULES]["abandonment"] == pytest.approx(ahead[POLICY]["abandonment"])

    unlawful = command.level_of([[cell(1.0, 0.5, 0.04)]], 0.03, 0.06, 1.0)
    assert unlawful[RULES] is None and unlawful["over"] is None
    tight = command.level_of([[cell(1.0, 0.5)]], 0.03, 0.01, 1.0)
    assert tight[POLICY] is None


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("frontier")
    return Settings(centres=[CENTRE], prices=[2.0, 1.0], replicates=2, dir=str(folder / "cells"), results=str(folder))


def test_the_command_keeps_cells_and_writes_what_the_page_shows(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    calls = []

    def made(scenario: Any, opponent: Any, seed: int, effort: Any) -> dict[str, Any]:
        calls.append(seed)
        price = scenario.reward["abandoned"] / priced(CENTRE, 1.0).reward["abandoned"]
        found = {
            RULES: days(5 / price, 0.05 / price, 0.02, seed=seed),
            POLICY: days(6 / price, 0.05 / price, 0.02, seed=seed),
        }
        return {"label": f"rule {price:g}", "rules_chosen": False, "cpu_s": 1.0,
                "days": dict.fromkeys(PURPOSES, found)}  # fmt: skip

    monkeypatch.setattr(command, "measured", made)
    page = " ".join(command.frontier(settings, "the command").read_text("utf-8").split())
    command.frontier(settings, "the command")

    assert len(calls) == 4
    (centre,) = read_json(Path(settings.results) / "frontier.json")["centres"]
    assert [each["labels"] for each in centre["prices"]] == [["rule 1"], ["rule 2"]]
    assert "At 2 of 2 different levels of abandonment the policies gain more" in page and "`rule 2`" in page
    assert (Path(settings.results) / "frontier.svg").exists()


def test_equal_levels_count_once_and_both_directions_are_told():
    gaps = ((0.0669, 0.1), (0.06691, 0.2), (0.07, -0.3), (0.05, 0.0))
    levels = [
        {"abandonment": a, "over": {"gain": {"mean": gap, "low": gap - 0.05, "high": gap + 0.05}}} for a, gap in gaps
    ]
    assert "At 1 of 3 different levels" in _verdict(levels, 1) and "at 1 less" in _verdict(levels, 1)
    assert "over days, one" in _verdict(levels, 1) and "over replicates and days" in _verdict(levels, 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"centres": []}, r"centres = \[\]; allowed: one name"),
        ({"centres": ["x_design"]}, "centres: 'x_design' has 2 queues, 0 campaigns"),
        ({"centres": ["switching_answer_rate"]}, "centres: 'switching_answer_rate' has 0 queues"),
        ({"prices": [0.5, 2.0]}, r"prices = \[0.5, 2.0\]; allowed: two or more different ones above 0, 1 among them"),
        ({"prices": [1.0, 1.0]}, r"prices = \[1.0, 1.0\]; allowed"),
        ({"cpu_s": 0.0}, "cpu_s = 0.0; allowed: a positive number of seconds"),
        ({"replicates": 0}, "replicates = 0; allowed: 1 or more"),
    ],
)
def test_a_wrong_setting_is_named(settings: Settings, wrong: dict[str, Any], message: str):
    given = Settings(**{**vars(settings), **wrong})
    with pytest.raises(ValueError, match=message):
        command.frontier(given, "the command")
