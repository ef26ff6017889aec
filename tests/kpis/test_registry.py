import numpy as np
import pytest

from ccenv.kpis import KPIS, LABELS, kpi_table
from ccenv.kpis.kpi import column_of
from ccenv.simulation import simulate
from ccenv.theory.erlang import ErlangA
from tests.env.whole_centre import last_day_of_the_month
from tests.kpis.tiny import EXPECTED, OF_CENTRE, RUN, counters_of, tiny

ENTITIES = {"queue": ("sales", "support"), "group": ("first", "blended"), "campaign": ("survey",), "centre": ()}


@pytest.mark.parametrize("name", KPIS)
def test_kpi_is_what_the_hand_says(name):
    table = kpi_table(tiny(), counters_of(tiny(), (1,), **RUN), [7], **OF_CENTRE)

    columns = [name, *(f"{name}:{entity}" for entity in ENTITIES[KPIS[name].axis])]
    assert [table[column][0] for column in columns] == pytest.approx(EXPECTED[name], nan_ok=True)


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
    table = kpi_table(tiny(), counters_of(tiny(), (1,)), [7])

    for kpi in KPIS.values():
        assert np.isnan(table[kpi.name][0]) if kpi.denominator else table[kpi.name][0] == 0.0


def test_the_run_made_by_hand_accounts_for_all_that_enters():
    """Per queue, as the conservation law of the simulator says."""
    of = {label: np.array(values) for label, values in RUN.items()}
    reached = of["fresh"] + of["redials"] + of["repeats"] + of["misrouted_in"] - of["misrouted_out"] - of["blocked"]
    offered = reached - of["contained"] - of["ivr_hangup"] - of["balked"] + of["transfers_in"]

    assert offered.tolist() == list(RUN["offered"])
    left = of["abandoned"] + of["silent"] + of["unserved"] + of["callback_lost"]
    assert (of["answered"] + left).tolist() == list(RUN["offered"])


def test_shares_lie_between_0_and_1_where_everything_happens():
    """Over single short runs, from the simulator's own counters."""
    table = simulate(last_day_of_the_month(), routing="lwt", seeds=range(40))

    for kpi in KPIS.values():
        assert not np.isnan(table[kpi.name]).all(), kpi.name
        if kpi.unit == "share":
            for column in (name for name in table.dtype.names if name.partition(":")[0] == kpi.name):
                values = table[column][~np.isnan(table[column])]
                assert np.all((values >= 0.0) & (values <= 1.0)), column


def test_means_over_contacts_in_person_leave_callbacks_out():
    """A wait that is the same for all in person is their mean, however many are called back."""
    counted = {"offered": (20, 0), "callback_accepted": (15, 0), "answered": (20, 0), "callback_answered": (15, 0)}
    table = kpi_table(tiny(), counters_of(tiny(), (1,), **counted, waited=(5, 0), wait_answered_s=(50, 0)), [7])

    for name, value in {"asa_s": 10.0, "mean_wait_s": 10.0, "atq_s": 10.0, "p_wait": 1.0}.items():
        assert table[name][0] == value, name
