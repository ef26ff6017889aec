"""Events that show nothing begin no epoch, are not counted, and leave a pending review as it is."""

import numpy as np
import pytest

import ccenv
from ccenv.scenarios import load_scenario
from ccenv.sim.state.codes import LOG_ACTION, LOG_LEFT_SILENTLY, LOG_MODE, LOG_SURGE
from ccenv.trace import trace

SWITCHING = {"switching": {"mean_s": [300.0, 200.0], "arrivals": [1.0, 1.0], "answers": [1.0, 1.0]}}


def surge(scenario):
    """A surge without effect, half an hour after opening."""
    at_s = scenario.centre.clock.open_s + 1_800.0
    return {"surge": {"p": 1.0, "factor": 1.0, "from_s": at_s, "until_s": at_s, "lasts_s": 900.0}}


def hold_or_last(k, u, legal):
    """Hold at every third decision, so that reviews are pending; else take the last legal action."""
    return int(legal[0] if k % 3 == 0 else legal[-1])


def played(scenario, choose):
    """Log of an episode without the rows of mode and surge."""
    rows, counters = trace(scenario, choose, seed=5, reserves=False if scenario.campaigns else None)
    unseen = np.isin(rows["code"], (LOG_MODE, LOG_SURGE))
    return rows[~unseen], rows[unseen], counters


@pytest.mark.parametrize("name", ["tiny", "surge_day", "hybrid_small"])
@pytest.mark.parametrize("changes", [lambda scenario: SWITCHING, surge], ids=["mode", "surge"])
@pytest.mark.parametrize("choose", [hold_or_last, None], ids=["policy", "rules"])
def test_what_has_no_effect_and_is_not_seen_leaves_no_trace(name, changes, choose):
    plain = load_scenario(name, surge=None)
    expected, none, counters = played(plain, choose)
    found, unseen, again = played(plain.replace(**changes(plain)), choose)
    assert len(none) == 0 and len(unseen) > 0
    assert found["code"].tolist() == expected["code"].tolist()
    for name in found.dtype.names:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9)  # times are summed in other pieces
    for axis in counters:
        for name in counters[axis].dtype.names:
            np.testing.assert_allclose(again[axis][name], counters[axis][name], rtol=1e-6, atol=1e-6)


def test_a_mode_that_is_seen_begins_an_epoch():
    seen = load_scenario("tiny").replace(switching={**SWITCHING["switching"], "observed": True})
    rows, modes, _ = played(seen, hold_or_last)
    asked = rows["t"][rows["code"] == LOG_ACTION]
    assert np.isin(modes["t"], asked).any()


def test_event_numbers_have_no_gap_at_an_unseen_event():
    numbers = []
    for changes in ({}, SWITCHING):
        batch = ccenv.Batch(load_scenario("tiny").replace(**changes), 1, autoreset="disabled")
        batch.reset(np.array([5]))
        found = []
        while not (batch.terminated[0] or batch.truncated[0]):
            found.append([batch.snapshot["event_number"][0], *batch.obs[0]])
            batch.step(np.array([int(np.flatnonzero(batch.mask[0])[0])]))
        numbers.append(found)
    np.testing.assert_allclose(numbers[0], numbers[1], rtol=1e-5, atol=1e-6)


def test_no_decision_at_the_instant_at_which_a_customer_leaves_a_chat_silently():
    rows, _, _ = played(load_scenario("support_omnichannel"), hold_or_last)
    left = rows["t"][rows["code"] == LOG_LEFT_SILENTLY]
    assert len(left) > 0
    assert not np.isin(rows["t"][rows["code"] == LOG_ACTION], left).any()
