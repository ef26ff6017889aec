"""The comparison finds differences, and shows them in their context."""

import copy

import numpy as np
import pytest

from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.entities import LOG_ROW
from tests.oracle.compare import assert_same_counters, assert_same_log
from tests.oracle.scenario_maker import ScenarioMaker
from tests.oracle.schema_use import schema_keys


def some_log() -> np.ndarray:
    """Twenty rows."""
    log = np.zeros(20, LOG_ROW)
    log["t"] = np.arange(20) + 0.5
    log["number"] = np.arange(20)
    return log


@pytest.mark.parametrize("name", sorted(set(LOG_ROW.fields or {}) - {"t"}))
def test_any_other_value_is_found(name: str) -> None:
    log = some_log()
    log[name][7] += 1
    with pytest.raises(AssertionError, match=r"(?s)row 7 differs.*expected:\n  2: .*> 7: .*  12: .*found:\n  2: "):
        assert_same_log(some_log(), log)


def test_times_may_differ_by_a_nanosecond() -> None:
    log = some_log()
    log["t"] += 0.9e-9
    assert_same_log(some_log(), log)
    log["t"][19] += 0.3e-9
    with pytest.raises(AssertionError, match="row 19 differs"):
        assert_same_log(some_log(), log)


def test_missing_rows_are_found() -> None:
    with pytest.raises(AssertionError, match=r"row 18 differs \(expected 20 rows, found 18\)"):
        assert_same_log(some_log(), some_log()[:18])


def test_counters_are_compared_one_by_one() -> None:
    seconds = dict.fromkeys([counter.name for counter in COUNTERS["group"]], 1.0)
    counters = {"queue": [], "group": [seconds], "campaign": []}
    assert_same_counters(counters, counters)
    other = copy.deepcopy(counters)
    other["group"][0]["talking_s"] = 1.1
    with pytest.raises(AssertionError, match=r"^group 0 talking_s: expected 1.0, found 1.1$"):
        assert_same_counters(counters, other)


def test_one_number_gives_one_scenario() -> None:
    assert ScenarioMaker(3).run() == ScenarioMaker(3).run()
    assert ScenarioMaker(3).run() != ScenarioMaker(4).run()


def test_the_walk_through_the_schema_reaches_distributions_and_named_mappings() -> None:
    keys = set(schema_keys())
    assert {"queues.*.redial.delay_s.<lognormal>.sigma", "groups.*.handle_s.*.<uniform>.low_s", "trunks"} <= keys
    assert {"groups.*.shifts.*.breaks.*.length_s", "queues.*.customer.value_classes.*.share"} <= keys
