"""Surveys of days: whole if they are short, and otherwise bounded and spread over the day."""

import numpy as np
import pytest

from ccenv.batch import Batch
from ccenv.policy import RulePolicy
from ccenv.serving import survey as module
from ccenv.serving.survey import survey_days
from ccenv.spaces.observation import observation_names


class Ruled:
    """Rules that decide from the batch's own snapshots."""

    def __init__(self, batch):
        self.batch, self.rules = batch, RulePolicy(batch.scenario)

    def act(self, obs, mask, state, u, starts):
        return self.rules.act(self.batch.engine.snaps, mask, state, u, starts)


def surveyed(monkeypatch, steps):
    batch = Batch("tiny", 4, autoreset="disabled")
    monkeypatch.setattr(module, "MOST_NUMBERS", steps * (batch.n_obs + batch.n_actions))
    monkeypatch.setattr(module, "FEWEST_STEPS", 1)
    return batch, survey_days(batch, Ruled(batch))


def test_a_short_day_is_surveyed_to_its_end(monkeypatch):
    batch, survey = surveyed(monkeypatch, 100_000)
    assert np.all(batch.engine.envs["done"] != 0)
    assert len(survey.u) < 100_000


@pytest.mark.parametrize("steps", [20, 60])
def test_a_long_day_is_surveyed_in_parts_of_all_its_hours(monkeypatch, steps):
    _, whole = surveyed(monkeypatch, 100_000)
    batch, survey = surveyed(monkeypatch, steps)
    assert len(survey.u) == 2 * steps
    names = list(observation_names(batch.scenario))
    time = names.index("time_of_day_s")
    open_s, close_s = batch.scenario.centre.clock.open_s, batch.scenario.centre.clock.close_s
    scale = whole.low[time] / open_s
    quarter = (close_s - open_s) / 4
    met = survey.obs[:, time] / scale
    for k in range(4):  # row k begins at the k-th quarter of the day
        assert np.any((met >= open_s + k * quarter - 1) & (met < open_s + (k + 1) * quarter))
    assert np.all(survey.mask.any(axis=1))
    assert np.all((survey.low <= survey.obs.min(axis=0)) & (survey.high >= survey.obs.max(axis=0)))


def test_a_bounded_survey_is_the_same_each_time(monkeypatch):
    first, again = (surveyed(monkeypatch, 30)[1] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
