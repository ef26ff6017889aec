"""Parts of the learners that can be switched off: features, starts, own days, independent futures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.common.days import generation_days
from agents.search.learner import Search, SearchSettings
from ccenv.batch import Batch
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy.exploring import Actor
from ccenv.policy.index_form import FIXED, index_form
from ccenv.scenarios import load_scenario
from experiments.ablate.learners import (
    PartialClones,
    PartialClonesSettings,
    PartialSearch,
    PartialSearchSettings,
    form_without,
)


def test_a_form_without_features_lacks_their_weights_alone():
    whole = index_form(load_scenario("bank_blended"))
    gone = ("length", "finishes_30", "time")
    form = form_without(whole, gone)

    left = [name for name in whole.names if name.rpartition(":")[2] not in gone]
    assert list(form.names) == left and len(left) < len(whole.names)
    weights = {name: float(k + 1) for k, name in enumerate(whole.names)}
    zeroed = np.array([weights[name] if name in left else 0.0 for name in whole.names])
    assert np.array_equal(form.tables(np.array([weights[name] for name in left])).matrix, whole.tables(zeroed).matrix)
    assert np.count_nonzero(form.entries[3] == FIXED) == np.count_nonzero(whole.entries[3] == FIXED)
    assert dict(zip(form.names, form.halves, strict=True))["deposits:k:one"] == "pacing"
    assert form_without(whole, ()).names == whole.names


def test_an_unknown_feature_is_refused():
    with pytest.raises(ValueError, match=r"without: 'one'; allowed: wait_min, length, .*excess"):
        form_without(index_form(load_scenario("x_design")), ("one",))


class Days(PartialSearch):
    """Notes the days of each candidate."""

    def __init__(self, settings: PartialSearchSettings) -> None:
        self.settings, self.seed, self.generation = settings, 3, 0
        self.common, self.asked = np.zeros(0, np.uint64), 0
        self.ran: list[np.ndarray] = []

    def generate(self, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
        """Return the days of one generation, candidate by candidate, and then those that compare starts."""
        monkeypatch.setattr(Search, "_paid", lambda self, weights, days: self.ran.append(days))
        n = self.settings.days

        def one(self: Any, done: float) -> None:
            days = generation_days(self.seed, self.generation, n)
            for k in range(self.settings.candidates):
                self._paid(k, days[: n // 2])
            for k in range(self.settings.candidates // 2):
                self._paid(k, days[n // 2 :])
            self._paid(0, days + 2**30)
            self.generation += 1

        monkeypatch.setattr(Search, "iterate", one)
        self.ran = []
        self.iterate(0.0)
        return self.ran


def test_candidates_have_days_of_their_own(monkeypatch: pytest.MonkeyPatch):
    search = Days(PartialSearchSettings(candidates=4, days=4, own_days=True))
    first, second = search.generate(monkeypatch), search.generate(monkeypatch)
    for ran in (first, second):
        assert [len(days) for days in ran] == [2, 2, 2, 2, 2, 2, 4]
    own = np.concatenate([*first[:-1], *second[:-1]])
    assert len(np.unique(own)) == len(own) == 24
    assert np.array_equal(first[-1], generation_days(3, 0, 4) + 2**30)

    common = Days(PartialSearchSettings(candidates=4, days=4)).generate(monkeypatch)
    assert np.array_equal(common[0], common[1])


@pytest.mark.slow
def test_with_the_defaults_the_search_is_the_whole_one():
    found = []
    for make, settings in ((Search, SearchSettings), (PartialSearch, PartialSearchSettings)):
        search = make(Batch("x_design", 2, autoreset="same_step"), TimeScales(), settings(candidates=4, days=2), 1)
        for _ in range(2):
            search.iterate(0.0)
        found.append(search.actor.tables.matrix)
    assert np.array_equal(*found)


@pytest.mark.slow
def test_independent_futures_have_the_means_of_paired_ones_and_more_noise():
    batch = Batch("x_design", 2, autoreset="same_step")
    spread, mean = {}, {}
    for futures in (1, 3):
        clones = PartialClones(batch, TimeScales(), PartialClonesSettings(states=4_000, days=60, futures=futures), 5)
        explorer = clones.explorer(Actor(None))
        paired = clones.tried(explorer, 4_000)
        assert len(paired.own) >= 4_000 and explorer.decisions > 4_000
        assert np.array_equal(np.isnan(paired.gain), ~paired.mask)
        gains = (paired.gain - np.take_along_axis(paired.gain, paired.own[:, None], axis=1))[:, 0]
        gains = gains[paired.mask[:, 0] & (paired.own != 0)]
        spread[futures], mean[futures] = float(gains.std()), float(gains.mean())
        error = gains.std() / np.sqrt(len(gains))
    assert spread[3] > 4.0 * spread[1]
    assert abs(mean[3] - mean[1]) < 4.0 * error


def test_a_base_of_random_weights_replaces_the_rules():
    batch = Batch("x_design", 2, autoreset="same_step")
    shown: Any = type("Shown", (), {"obs": np.ones((3, batch.n_obs), np.float32)})
    clones = PartialClones(batch, TimeScales(), PartialClonesSettings(imitates=False), 0)
    assert clones._base() is None
    assert clones.warm_start(shown, None, 0) == {}  # type: ignore[arg-type]
    assert clones._base() is not None
