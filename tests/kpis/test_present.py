"""A centre has exactly the KPIs whose counters can count something in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import load_scenario, simulate
from ccenv.kpis import KPIS
from ccenv.kpis.present import present
from tests.env.short import short_day
from tests.env.whole_centre import last_day_of_the_month


def of_definition(name: str) -> bool:
    return name.startswith(("dropped_share_", "windows_above_"))


def test_the_centre_with_everything_has_every_kpi_but_those_of_other_definitions_and_goals() -> None:
    lacking = set(KPIS) - set(present(last_day_of_the_month()))

    assert {name for name in lacking if not of_definition(name)} == {"n_promises", "n_surveys"}


def test_a_centre_has_the_dropped_shares_of_its_definitions_and_of_the_run() -> None:
    shares = {name for name in present(load_scenario("bank_blended")) if of_definition(name)}

    assert shares == {"dropped_share_run_total", "dropped_share_ftc_30d", "windows_above_ftc_30d"}


@pytest.mark.parametrize("scenario", [short_day(), load_scenario("bank_inbound")], ids=lambda s: s.name)
def test_the_others_are_zero_or_undefined_in_every_run(scenario: Any) -> None:
    table = simulate(scenario, seeds=range(2))

    others = [name for name in KPIS if name not in present(scenario) and not of_definition(name)]
    assert len(others) > 10
    for name in others:
        assert np.all((table[name] == 0.0) | np.isnan(table[name])), name


#: One override of the short day, and the KPIs that come or go with it.
CHANGES = [
    ({"queues.support.ivr": {"time_s": 10, "p_contained": 0.1}}, {"containment"}),
    ({"queues.support.ivr": {"time_s": 10, "p_hangup": 0.1}}, {"ivr_hangup_share"}),
    ({"queues.support.ivr": {"time_s": 9, "routes": {"sales": 0.1}}}, {"misrouting", "transfer_rate"}),
    ({"queues.support.p_balk": 0.1}, {"balking"}),
    (
        {"queues.support.callback": {"p_accept": 0.5}},
        {"callback_acceptance", "callback_answer_rate", "mean_callback_wait_s"},
    ),
    ({"queues.support.sale": {"p": 0.1, "value": 3.0}}, {"order_conversion", "mean_order_value"}),
    ({"queues.support.satisfaction": {"base": 80}}, {"csat"}),
    ({"groups.first.monitoring": {"share": 0.1}}, {"call_quality"}),
    ({"campaigns.survey.line_cost_per_hour": 1.0}, {"line_cost"}),
    ({"campaigns.survey.drop_penalty": 1.0}, {"penalties"}),
    ({"campaigns.survey.compliance": "ftc_30d"}, {"dropped_share_ftc_30d", "windows_above_ftc_30d"}),
    ({"campaigns.survey.agreed_callback": {"p": 0.1, "after_s": 60}}, {"agreed_kept_share"}),
    ({"campaigns.survey.hang_up_s": 5}, {"hang_up_share"}),
]


@pytest.mark.parametrize(("change", "comes"), CHANGES, ids=lambda x: next(iter(x)) if isinstance(x, dict) else "")
def test_a_key_brings_its_kpis(change: dict[str, Any], comes: set[str]) -> None:
    assert set(present(short_day(**change))) - set(present(short_day())) == comes
