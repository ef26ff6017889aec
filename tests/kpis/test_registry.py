import numpy as np
import pytest

from ccenv.kpis import KPIS, LABELS, kpi_table
from ccenv.kpis.registry import column_of
from ccenv.theory.erlang import ErlangA
from tests.kpis.tiny import EXPECTED, RUN, TINY, counters_of

ENTITIES = {"queue": TINY.queues, "group": TINY.groups, "campaign": TINY.campaigns, "centre": ()}


@pytest.mark.parametrize("name", KPIS)
def test_kpi_is_what_the_hand_says(name):
    table = kpi_table(TINY, counters_of(TINY, (1,), **RUN), [7])

    columns = [name, *(f"{name}:{entity}" for entity in ENTITIES[KPIS[name].axis])]
    assert [table[column][0] for column in columns] == pytest.approx(EXPECTED[name])


def test_names_are_unique():
    columns = [*KPIS, *(counted.column for counted in LABELS.values()), "seed", "start_s"]

    assert len(columns) == len(set(columns)) and not any(":" in column for column in columns)


def test_column_of_a_label():
    assert [column_of(label) for label in ("answered", "talk_s", "campaign_talk_s", "wages")] == [
        "n_answered",
        "talk_s",
        "campaign_talk_s",
        "wages",
    ]


def test_formulas_name_counters_and_earlier_sums_of_their_axis():
    sums = {}
    for kpi in KPIS.values():
        for label in (*kpi.numerator, *kpi.denominator):
            name = label.removeprefix("-")
            axis = LABELS[name].axis if name in LABELS else sums[name]
            assert kpi.axis in (axis, "centre"), f"{kpi.name}: {label}"
        if not kpi.denominator:
            sums[kpi.name] = kpi.axis


def test_service_levels_have_the_names_of_the_reference():
    levels = {
        "served_within_T_of_offered",
        "p_wait_le_T_incl_abandoners",
        "sl_excl_short_abandons",
        "sl_of_served",
    }

    assert levels <= set(ErlangA.__dataclass_fields__) and levels <= set(KPIS)


def test_nothing_counted_is_nan_in_ratios_and_zero_in_sums():
    table = kpi_table(TINY, counters_of(TINY, (1,)), [7])

    for kpi in KPIS.values():
        assert np.isnan(table[kpi.name][0]) if kpi.denominator else table[kpi.name][0] == 0.0
