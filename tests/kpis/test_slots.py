"""KPIs by slot of any policy; those of rules as a policy are those of the same rules in the kernel."""

import numpy as np
import pytest

from ccenv import Batch, FunctionPolicy, RulePolicy, rollout, simulate
from tests.env.short import OWNED, random_legal, short_day
from tests.env.test_simulate import assert_equal_tables
from tests.env.whole_centre import whole_centre

SEEDS = range(5, 11)


class Watcher:
    """Legal actions at random; keeps all that it was shown."""

    def __init__(self) -> None:
        self.shown: list[np.ndarray] = []

    def act(self, obs, mask, state, u, starts):
        self.shown += [obs.copy(), mask.copy(), u.copy(), starts.copy()]
        return random_legal(mask, u), None


@pytest.mark.parametrize("owns", OWNED)
def test_rules_have_the_same_slots_inside_and_outside_the_kernel(owns: str):
    rules = {"routing": "lwt", "pacing": "progressive", "days": 2}
    expected = simulate(short_day(), by="interval", seeds=SEEDS, **rules)

    policy = RulePolicy(short_day(), "lwt", "progressive", owns=owns)
    found = simulate(short_day(), by="interval", seeds=SEEDS, policy=policy, **rules)

    assert_equal_tables(found, expected)
    assert found.interval is not None and found.interval.shape == (len(SEEDS), 4)
    assert_equal_tables(found.interval, expected.interval)


def test_rules_have_the_same_slots_where_everything_happens():
    expected = simulate(whole_centre(), by="interval", seeds=SEEDS)

    found = simulate(whole_centre(), by="interval", seeds=SEEDS, policy=RulePolicy(whole_centre()))

    assert_equal_tables(found.interval, expected.interval)


def test_a_policy_is_shown_the_same_with_slots_and_without():
    """Several days, fewer rows than seeds, and rows that start anew at different times."""
    shown = []
    for by in (None, "interval"):
        watcher = Watcher()
        rollout(Batch(short_day(), 3, days=2, autoreset="disabled"), watcher, np.arange(7), by=by)
        shown.append(watcher.shown)

    assert len(shown[0]) == len(shown[1])
    for one, other in zip(*shown, strict=True):
        np.testing.assert_array_equal(one, other)


def test_slots_of_a_policy_add_up_to_its_run():
    table = simulate(short_day(), by="interval", seeds=SEEDS, policy=FunctionPolicy(lambda obs, mask: mask.argmax()))

    assert table.interval is not None
    for column in ("n_offered", "n_offered:sales", "n_decisions", "n_attempts", "n_illegal_actions"):
        np.testing.assert_array_equal(table.interval[column].sum(axis=1), table[column], err_msg=column)
    assert table["n_decisions"].min() > 0 and np.all(table.interval["n_offered"] > 0)


def test_illegal_actions_of_a_policy_stand_in_the_slot_in_which_it_took_them():
    class IllegalInTheSecondSlot:
        needs_snapshot, on_illegal = True, "hold"

        def act(self, obs, mask, state, u, starts):
            return np.where(obs["time_of_day_s"] >= 33_300, -1, random_legal(mask, u)), None

    table = simulate(short_day(), by="interval", seeds=SEEDS, policy=IllegalInTheSecondSlot())

    assert table.interval is not None
    illegal = table.interval["n_illegal_actions"]
    assert np.all(illegal[:, 0] == 0) and np.all(illegal[:, 1] > 0)
    assert np.array_equal(illegal[:, 1], table["n_illegal_actions"])


def test_by_is_refused_by_name():
    with pytest.raises(ValueError, match=r"by = 'hour'; allowed: None, 'interval'"):
        rollout(Batch(short_day(), 1, autoreset="disabled"), Watcher(), np.arange(2), by="hour")
