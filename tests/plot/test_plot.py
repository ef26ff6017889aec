"""Drawings: what stands on their axes, the curves they draw, axes in and out, and bad input."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import ccenv
from ccenv import compare, load_scenario, plot, simulate
from ccenv.comparison import Comparison
from ccenv.kpis import KPIS
from ccenv.plot.days import PANELS
from ccenv.plot.style import COLOURS, INVISIBLE, hour_text, scaled
from ccenv.scenarios.catalogue import ACTION_KINDS
from tests.env.short import short_day

SEEDS = range(3, 9)
POLICIES = {"lwt": ("lwt", "progressive"), "twin": ("lwt", "progressive"), "own": None, "none": (None, "no_dial")}


@pytest.fixture(autouse=True)
def closed():
    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(short_day(), POLICIES, seeds=SEEDS, kpis=["abandonment", "n_sales", "mean_wait_s", "hang_up_share"])


@pytest.fixture(scope="module")
def by_slot() -> Comparison:
    return compare(short_day(), POLICIES, seeds=SEEDS, kpis=["abandonment", "n_offered"], by="interval")


def empty_axes():
    return Figure().subplots()


def points(axes, marker):
    """Places of the points with this marker."""
    return [(*line.get_xdata(), *line.get_ydata()) for line in axes.lines if line.get_marker() == marker]


def texts(axes):
    return [text.get_text() for text in axes.texts]


# ------------------------------------------------------------------------------------------------ differences


def test_differences_are_drawn_in_their_unit_with_their_intervals(compared):
    axes = plot.comparison(compared, "abandonment")

    row = compared["own", "abandonment"]
    assert axes.get_xlabel() == "difference to lwt [percentage points]" and axes.get_title(loc="left") == "abandonment"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["twin", "own", "none"]
    assert points(axes, "D") == [(pytest.approx(100 * row.difference.value), 1)]
    spans = [
        line.get_xdata() for line in axes.lines if list(line.get_ydata()) == [1, 1] and line.get_linewidth() == 2.2
    ]
    np.testing.assert_allclose(spans, [[100 * row.difference.low, 100 * row.difference.high]])


def test_differences_without_an_interval_say_why(compared):
    assert texts(plot.comparison(compared, "abandonment")) == ["equal"]
    assert texts(plot.comparison(compared, "hang_up_share")) == ["equal", "equal", "not counted"]


def test_a_policy_has_one_colour_in_all_drawings(compared):
    axes, other = plot.comparison(compared, "n_sales"), plot.trade_off(compared, "abandonment", "n_sales")

    colours = {line.get_color() for line in axes.lines if line.get_marker() == "D"}
    assert colours == {line.get_color() for line in other.lines if line.get_marker() == "D"} == {COLOURS[2]}


def test_all_kpis_have_a_panel_each(compared):
    grid = compared.plot()

    assert [axes.get_title(loc="left") for axes in grid] == compared.kpis
    assert all(axes.get_xlabel() for axes in grid)


def test_differences_by_slot_are_curves_over_the_time_of_day(by_slot):
    axes = plot.comparison(by_slot, "abandonment")

    rows = [row for row in by_slot.rows if (row.policy, row.kpi) == ("own", "abandonment")]
    (curve,) = [line for line in axes.lines if line.get_label() == "own"]
    np.testing.assert_allclose(curve.get_xdata(), [9.125, 9.375])
    np.testing.assert_allclose(curve.get_ydata(), [100 * row.difference.value for row in rows])
    assert axes.get_xlabel() == "time of day [h:min]" and axes.get_ylabel() == "difference [percentage points]"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["twin", "own", "none"]
    assert [text.get_text() for text in by_slot.plot()[0].figure.legends[0].get_texts()] == ["twin", "own", "none"]


def test_given_axes_are_drawn_on_and_returned(compared):
    for draw in (
        lambda ax: plot.comparison(compared, "n_sales", ax=ax),
        lambda ax: compared.plot("n_sales", ax=ax),
        lambda ax: plot.trade_off(compared, "abandonment", "n_sales", ax=ax),
        lambda ax: plot.day(short_day(), what="queues", seeds=SEEDS, ax=ax),
        lambda ax: plot.policy_map(short_day(), x="idle:first", y="queue_length:sales", seeds=SEEDS, ax=ax),
    ):
        ax = empty_axes()
        assert draw(ax) is ax and (ax.lines or ax.collections)
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("given", [False, True])
def test_a_dollar_sign_in_a_name_begins_no_formula(tmp_path, given):
    compared = compare(short_day(), {"$a_^$": ("fifo", "no_dial"), "$\\frac$": None}, seeds=SEEDS, kpis=["n_sales"])

    for draw in (
        lambda ax: plot.comparison(compared, "n_sales", ax=ax),
        lambda ax: plot.trade_off(compared, "n_sales", "n_sales", ax=ax),
        lambda ax: plot.day(short_day(), {"$a_^$": None, "b": ("fifo", "no_dial")}, "queues", seeds=[1], ax=ax),
    ):
        draw(empty_axes() if given else None).figure.savefig(tmp_path / "drawn.svg")


def test_a_name_that_begins_with_an_underscore_is_in_the_legend(tmp_path):
    policies = {"_a": None, "_b": ("fifo", "no_dial"), "c": ("lwt", "no_dial")}
    whole = compare(short_day(), policies, seeds=SEEDS, kpis=["n_sales"])
    by_slot = compare(short_day(), policies, seeds=SEEDS, kpis=["n_sales"], by="interval")
    drawn = (
        (plot.trade_off(whole, "n_sales", "n_sales").get_legend(), ["_a", "_b", "c"]),
        (plot.comparison(by_slot, "n_sales").get_legend(), ["_b", "c"]),
        (plot.comparison(by_slot)[0].figure.legends[0], ["_b", "c"]),
        (plot.day(short_day(), policies, "queues", seeds=[1]).get_legend(), ["_a", "_b", "c"]),
        (plot.day(short_day(), policies, seeds=[1])[0].figure.legends[0], ["_a", "_b", "c"]),
    )

    for legend, names in drawn:
        assert [text.get_text().lstrip(INVISIBLE) for text in legend.get_texts()] == names
        legend.figure.savefig(tmp_path / "drawn.png")


# ------------------------------------------------------------------------------------------------ trade-off


def test_a_trade_off_has_a_cross_for_each_policy(compared):
    axes = plot.trade_off(compared, "abandonment", "n_sales")

    across, up = compared["own", "abandonment"].value, compared["own", "n_sales"].value
    assert points(axes, "D") == [(pytest.approx(100 * across.value), up.value)]
    drawn = [(line.get_xdata(), line.get_ydata()) for line in axes.lines if line.get_color() == COLOURS[2]]
    np.testing.assert_allclose(drawn[0], [[100 * across.low, 100 * across.high], [up.value] * 2])
    np.testing.assert_allclose(drawn[1], [[100 * across.value] * 2, [up.low, up.high]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("abandonment [%]", "n_sales [per run]")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(POLICIES)


# ------------------------------------------------------------------------------------------------ day


def test_a_day_has_the_panels_that_the_centre_has():
    titles = [axes.get_title(loc="left").partition(":")[0] for axes in plot.day(short_day(), seeds=SEEDS)]
    assert titles == [panel.title for panel in PANELS.values()]

    inbound = load_scenario("bank_inbound")
    assert not inbound.campaigns
    with pytest.raises(ValueError, match="what = 'drops'; allowed for .*: arrivals, queues, occupancy, or None"):
        plot.day(inbound, what="drops")


@pytest.mark.parametrize(
    ("what", "column", "factor"),
    [
        ("arrivals", "n_offered", 4.0),
        ("queues", "waiting_s", 1 / 900),
        ("occupancy", "occupancy", 100.0),
        ("lines", "line_s", 1 / 900),
        ("drops", "dropped_share_run_total", 100.0),
    ],
)
def test_curves_of_a_day_are_the_kpis_by_slot(what, column, factor):
    axes = plot.day(short_day(), {"own": None, "lwt": POLICIES["lwt"]}, what, seeds=SEEDS)

    slots = simulate(short_day(), seeds=SEEDS, by="interval").interval
    (curve,) = [line for line in axes.lines if line.get_label() == "own"]
    expected = [factor * slots[:, k].summary(kpis=[column])[column].value for k in range(2)]
    np.testing.assert_allclose(curve.get_ydata(), expected)
    np.testing.assert_allclose(curve.get_xdata(), [9.125, 9.375])
    assert axes.get_ylabel() == PANELS[what].unit and axes.get_xlabel() == "time of day [h:min]"


def test_one_policy_has_a_curve_for_each_entity():
    axes = plot.day(short_day(), POLICIES["lwt"], "queues", seeds=SEEDS)

    slots = simulate(short_day(), routing="lwt", pacing="progressive", seeds=SEEDS, by="interval").interval
    for name in ("sales", "support"):
        (curve,) = [line for line in axes.lines if line.get_label() == name]
        np.testing.assert_allclose(curve.get_ydata(), slots[f"waiting_s:{name}"].mean(axis=0) / 900)


def test_drops_are_drawn_with_their_limit():
    axes = plot.day(short_day(**{"campaigns.survey.drop_limit": 0.05}), what="drops", seeds=SEEDS)

    (limit,) = [line for line in axes.lines if line.get_label() == "limit 5 %"]
    assert list(limit.get_ydata()) == [5.0, 5.0]


# ------------------------------------------------------------------------------------------------ policy map


def test_a_map_shows_the_most_frequent_action():
    """A policy that holds in the first quarter of an hour and dials afterwards, where it can."""
    names = [action.name for action in short_day().catalogue]
    dial = names.index("dial:survey*1")

    class Late:
        needs_snapshot, owns = True, "pacing"

        def act(self, obs, mask, state, u, starts):
            late = (obs["time_of_day_s"] >= 33_300) & mask[:, dial]
            return np.where(late, dial, mask.argmax(axis=1)), None

    axes = plot.policy_map(short_day(), Late(), x="time_of_day_s", y="lines_free:survey", seeds=SEEDS, least=1)

    (drawn,) = axes.collections
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["hold", "dial:survey*1"] and axes.get_xlabel() == "time of day [h:min]"
    edges, actions = drawn.get_coordinates()[0, :, 0], drawn.get_array().filled(-1)
    assert set(actions[:, :-1][:, edges[1:-1] <= 9.22].ravel()) == {0, -1}
    assert set(actions[:, edges[:-1] >= 9.25].ravel()) == {1, -1}
    assert [to_hex(patch.get_facecolor()).upper() for patch in axes.get_legend().get_patches()] == list(COLOURS[:2])


def test_a_map_shows_the_share_of_an_action():
    axes = plot.policy_map(
        short_day(), (None, "no_dial"), x="idle:first", y="queue_length:sales", action="dial", seeds=SEEDS, least=1
    )

    (drawn,) = axes.collections
    assert drawn.get_array().max() == 0.0 and drawn.get_clim() == (0.0, 100.0)
    assert axes.get_xlabel() == "idle:first [advisors]" and axes.get_ylabel() == "queue_length:sales [contacts]"
    assert axes.figure.axes[1].get_ylabel() == "decisions that take dial [%]"


def test_a_map_counts_every_decision_of_the_policy_once():
    table = simulate(short_day(), seeds=SEEDS)
    kinds = [ACTION_KINDS[action.kind].name for action in short_day().catalogue]
    counted = 0.0
    for kind in dict.fromkeys(kinds):
        axes = plot.policy_map(short_day(), x="closed", y="closed", action=kind, seeds=SEEDS, least=1)
        counted += float(axes.collections[0].get_array()[0, 0])

    assert counted == pytest.approx(100.0) and table["n_decisions"].sum() > 0


def test_rare_cells_are_blank():
    few, many = (
        plot.policy_map(short_day(), x="idle:first", y="queue_length:sales", action="hold", seeds=SEEDS, least=least)
        for least in (1, 40)
    )

    blank = [axes.collections[0].get_array().mask.sum() for axes in (few, many)]
    assert blank[0] < blank[1]


# ------------------------------------------------------------------------------------------------ bad input, extras


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda c, s: plot.comparison(c, "abandonmnt"), "kpi = 'abandonmnt'.*abandonment"),
        (lambda c, s: plot.comparison(c, 5), "kpi = 5: the comparison has no such column"),
        (lambda c, s: plot.comparison(c, ax=empty_axes()), "ax: axes for one KPI"),
        (
            lambda c, s: plot.comparison(c, "n_sales", ax=np.array([empty_axes()])),
            "ax = .*; allowed: axes of matplotlib",
        ),
        (lambda c, s: plot.comparison(Comparison({"a": c.tables["lwt"]}, "a", ["n_sales"])), "it has one policy"),
        (lambda c, s: plot.trade_off(s, "abandonment", "n_offered"), "a comparison by interval; allowed: by run"),
        (lambda c, s: plot.day(short_day(), what="noise"), "what = 'noise'; allowed for tiny: arrivals, queues"),
        (lambda c, s: plot.day(short_day(), ax=empty_axes()), "ax: axes for one panel"),
        (lambda c, s: plot.day("n_design"), "its clock is steady and has no day"),
        (lambda c, s: plot.policy_map(short_day(), x="idle", y="closed"), "x = 'idle': no number of the observation"),
        (lambda c, s: plot.policy_map(short_day(), x="closed", y="idl:first"), "y = 'idl:first'.*'idle:first'"),
        (
            lambda c, s: plot.policy_map(short_day(), x="closed", y="closed", action="dail"),
            "action = 'dail': tiny has no such action or kind.*'dial'",
        ),
        (
            lambda c, s: plot.policy_map(short_day(), x="closed", y="closed", seeds=[1], least=10**6),
            "least = 1000000: no cell has so many decisions; at most",
        ),
        (lambda c, s: plot.policy_map(short_day(), 3, x="closed", y="closed"), "policy = 3; allowed"),
    ],
)
def test_bad_input_is_refused_by_name(compared, by_slot, draw, message):
    with pytest.raises(ValueError, match=message):
        draw(compared, by_slot)


def test_units_of_kpis():
    assert [scaled(kpi, KPIS[kpi].unit, "run") for kpi in ("abandonment", "asa_s", "calls_per_account", "wages")] == [
        ("%", 100.0),
        ("s", 1.0),
        ("", 1.0),
        ("value per run", 1.0),
    ]
    assert scaled("reward", "", "slot") == ("per slot", 1.0)
    assert scaled("abandonment", "share", "run", difference=True) == ("percentage points", 100.0)


def test_hours_are_times_of_day():
    assert [hour_text(hour) for hour in (9.0, 9.25, 33.5)] == ["9:00", "9:15", "9:30"]


def test_without_matplotlib_the_error_names_the_extra():
    code = "import sys; sys.modules['matplotlib'] = None\nimport ccenv\nccenv.plot"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert 'pip install "ccenv[plot]"' in run.stderr.splitlines()[-1]
    assert "plot" in dir(ccenv)


def test_a_ratio_is_not_drawn_in_slots_that_count_almost_nothing():
    """Dialing ends a few seconds after the second slot begins."""
    scenario = short_day(**{"campaigns.survey.dial_from_s": 32_400, "campaigns.survey.dial_until_s": 33_305})
    days = plot.day(scenario, what="drops", seeds=SEEDS)
    lines = plot.day(scenario, what="lines", seeds=SEEDS)

    slots = simulate(scenario, seeds=SEEDS, by="interval").interval
    connects = (slots["n_joined"] + slots["n_dropped"]).sum(axis=0)
    assert connects[1] < 0.1 * connects[0]
    (drops,) = [line for line in days.lines if line.get_label() == "survey"]
    assert np.isnan(drops.get_ydata()).tolist() == [False, True]
    assert not np.isnan(lines.lines[0].get_ydata()).any()
