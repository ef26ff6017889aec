"""Random scenarios in the slow event loop alone: conservation at every event, and counters against the event log.

More scenarios are checked where the kernel is compared with them, in `tests/test_oracle.py`.
"""

import functools

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.scenarios.schema import Centre
from ccenv.sim.state import codes
from ccenv.sim.state.sizes import SIZES
from tests.oracle.scenario_maker import Run, ScenarioMaker
from tests.oracle.schema_use import unused_schema_keys
from tests.oracle.simulator import Result, Simulator, uniformly_random

FAST = range(25)

# Keys that change nothing in the event loop.
WITHOUT_EFFECT = (
    "clock.weekly",  # drawn by the random scenarios with a clock that never closes, `tests/oracle/around_the_clock.py`
    "sources",  # prose
    "variants",  # applied before a scenario is made
    "size_class",  # capacity of the kernel's tables
    "episode_days",  # what a run may ask for
    "value_unit",  # the same
    "groups.*.wage_per_hour",  # money, added up from the counters
    "campaigns.*.line_cost_per_hour",  # the same
    "campaigns.*.drop_penalty",
    "history",  # the states before an episode are made by running the simulator itself
    "history.kind",
    "history.days",
    "rules",  # the joint policy makes all decisions
    "rules.routing",
    "rules.routing.params",
    "rules.pacing",
    "rules.pacing.params",
)


@functools.cache
def made(number: int) -> tuple[Run, Centre]:
    """A random scenario, checked and with its defaults."""
    run = ScenarioMaker(number).run()
    return run, load_scenario(run.scenario).centre


@functools.cache
def played(number: int, checked: bool = False) -> Result:
    """The run of a random scenario; checking its conservation laws on the way takes four times as long."""
    run, centre = made(number)
    return Simulator(centre, run.seed, uniformly_random, days=run.days, order=run.order, checked=checked).run()


def result_of(number: int) -> Result:
    """The run of a random scenario, its conservation laws checked on the way."""
    return played(number, checked=True)


def rows(result: Result, code: int, lead: bool, index: int) -> np.ndarray:
    """Rows of the log with this code, about the inbound contacts of a queue or the leads of a campaign."""
    log = result.log
    return log[(log["code"] == code) & ((log["kind"] == codes.LEAD) == lead) & (log["index"] == index)]


COUNTED_ROWS = {
    "fresh": codes.LOG_FRESH, "redials": codes.LOG_REDIAL, "repeats": codes.LOG_REPEAT,
    "returns": codes.LOG_RETURN_CALL, "blocked": codes.LOG_BLOCKED,
    "balked": codes.LOG_BALKED, "callback_accepted": codes.LOG_CALLBACK_ACCEPTED, "answered": codes.LOG_ASSIGNED,
    "callback_tries": codes.LOG_CALLBACK_RINGING, "callback_lost": codes.LOG_CALLBACK_LOST,
    "transfers_in": codes.LOG_TRANSFERRED, "abandoned": codes.LOG_ABANDONED, "unserved": codes.LOG_UNSERVED,
    "silent": codes.LOG_LEFT_SILENTLY,
}  # fmt: skip


@pytest.mark.parametrize("number", FAST)
def test_counters_are_what_the_log_says(number: int) -> None:
    run, centre = made(number)
    result = result_of(number)
    assert np.all(np.diff(result.log["t"]) >= 0)
    assert result.peak_contacts <= SIZES["S"].contacts
    if centre.clock.warm_up_s > 0:
        return  # the log also shows what is not counted
    for q in range(len(centre.queues)):
        counters = result.counters["queue"][q]

        def of_queue(code: int, at: int = q) -> np.ndarray:
            return rows(result, code, False, at)

        if centre.queues[list(centre.queues)[q]].deferrable is not None:
            continue
        for name, code in COUNTED_ROWS.items():
            rows_of_code = of_queue(code)
            nobody = rows_of_code["detail"].sum() if name in ("answered", "unserved") else 0  # chats left silently
            assert counters[name] == len(rows_of_code) - nobody, name
        assert counters["offered"] == len(of_queue(codes.LOG_WAITING)) + counters["callback_accepted"]
        assert counters["unresolved"] == of_queue(codes.LOG_TALK_END)["detail"].sum()
        assert counters["callback_answered"] == of_queue(codes.LOG_CALLBACK_RING_END)["detail"].sum()
        ends = of_queue(codes.LOG_IVR_END)["detail"]
        assert counters["contained"] == np.count_nonzero(ends == codes.CONTAINED)
        assert counters["ivr_hangup"] == np.count_nonzero(ends == codes.HUNG_UP)
    for g, group in enumerate(result.counters["group"]):
        begun = np.isin(result.log["code"], (codes.LOG_ASSIGNED, codes.LOG_JOINED)) & (result.log["group"] == g)
        begun &= ~resumed(result, centre)
        in_handover = np.count_nonzero(begun) - group["handled"] - group["service_contacts"]
        assert in_handover == 0 if centre.clock.kind == "day" else in_handover >= 0


def resumed(result: Result, centre: Centre) -> np.ndarray:
    """Rows of assignments at which an item of deferrable work goes on."""
    log = result.log
    work = [q for q, queue in enumerate(centre.queues.values()) if queue.deferrable is not None]
    of_work = np.isin(log["index"], work) & (log["kind"] != codes.LEAD)
    return of_work & (log["code"] == codes.LOG_ASSIGNED) & (log["detail"] == 1)


@pytest.mark.parametrize("number", FAST)
def test_counters_of_work_are_what_the_log_says(number: int) -> None:
    run, centre = made(number)
    result = result_of(number)
    if centre.clock.warm_up_s > 0:
        return
    for q, queue in enumerate(centre.queues.values()):
        if queue.deferrable is None:
            continue
        counters = result.counters["queue"][q]
        begun, ends = (rows(result, code, False, q) for code in (codes.LOG_ASSIGNED, codes.LOG_TALK_END))
        came = len(rows(result, codes.LOG_FRESH, False, q)), len(rows(result, codes.LOG_REPEAT, False, q))
        assert (counters["items"], counters["items_again"]) == (sum(came), came[1])
        assert counters["items"] == len(rows(result, codes.LOG_WAITING, False, q))
        assert counters["items_begun"] == np.count_nonzero(begun["detail"] == 0)
        assert counters["interruptions"] == len(rows(result, codes.LOG_INTERRUPTED, False, q))
        assert counters["items_done"] == len(ends)
        assert counters["unresolved"] == ends["detail"].sum()
        if centre.clock.kind == "day":
            assert counters["items"] == counters["items_done"] + counters["items_left"]
            closing = [centre.clock.close_s + codes.DAY_S * day for day in range(run.days)]
            assert all(not np.any(begun["t"] == t) for t in closing)


@pytest.mark.parametrize("number", FAST)
def test_counters_of_campaigns_are_what_the_log_says(number: int) -> None:
    run, centre = made(number)
    result = result_of(number)
    if centre.clock.warm_up_s > 0:
        return
    for c in range(len(centre.campaigns)):
        counters = result.counters["campaign"][c]
        joined = rows(result, codes.LOG_JOINED, True, c)
        assert counters["attempts"] == len(rows(result, codes.LOG_DIALED, True, c))
        assert counters["joined"] + counters["mp_joined"] == len(joined)
        in_talk = sum(joined["detail"]) - counters["sales"] + counters["return_sales"]
        assert in_talk == 0 if centre.clock.kind == "day" else in_talk >= 0
        dropped = rows(result, codes.LOG_DROPPED, True, c)
        assert counters["dropped"] + counters["mp_dropped"] == len(dropped)
        outcomes = rows(result, codes.LOG_RING_END, True, c)["detail"]
        assert counters["no_answer"] == np.count_nonzero(outcomes == codes.NO_ANSWER)
        persons = np.count_nonzero(np.isin(outcomes, (codes.CONNECT, codes.FALSE_POSITIVE)))
        undecided = persons - counters["connects"] - counters["false_positive"]
        assert undecided == 0 if centre.clock.kind == "day" else undecided >= 0
        assert counters["hung_up"] == len(rows(result, codes.LOG_HANG_UP, True, c))


@pytest.mark.parametrize("number", FAST)
def test_times_add_up_over_whole_days(number: int) -> None:
    _, centre = made(number)
    if centre.clock.kind == "steady":
        return  # contacts are under way at the end
    counters = result_of(number).counters
    queues, campaigns, groups = counters["queue"], counters["campaign"], counters["group"]
    chats = [queue.chat is not None for queue in centre.queues.values()]
    chat_s = sum(q["talk_s"] + q["silent_s"] for q, chat in zip(queues, chats, strict=True) if chat)
    assert sum(g["chat_s"] for g in groups) == pytest.approx(chat_s)
    for g, group in zip(groups, centre.groups.values(), strict=True):
        capacity, some_s = group.capacity, g["chatting_s"] + g["beside_s"]  # with one chat or more
        most_s = capacity.chats * g["chatting_s"] + capacity.chats_beside_voice * g["beside_s"]
        assert some_s <= g["chat_s"] * (1 + 1e-9) + 1e-9 and g["chat_s"] <= most_s * (1 + 1e-9) + 1e-9
        assert g["beside_s"] <= (capacity.chats_beside_voice > 0) * (g["talking_s"] + g["wrapping_s"]) * (1 + 1e-9)
    if any(queue.deferrable is not None for queue in centre.queues.values()):
        work_s = sum(q["talk_s"] for q, chat in zip(queues, chats, strict=True) if not chat)
        work_s += sum(x[name] for x in queues for name in ("wrap_up_s", "item_work_s"))
        work_s += sum(c[name] for c in campaigns for name in ("talk_s", "mp_talk_s", "wrap_up_s"))
        assert sum(g["talking_s"] + g["wrapping_s"] + g["service_s"] for g in groups) == pytest.approx(work_s)
        return
    talk_s = sum(q["talk_s"] for q, chat in zip(queues, chats, strict=True) if not chat) + sum(
        c["talk_s"] + c["mp_talk_s"] for c in campaigns
    )
    wrap_up_s = sum(x["wrap_up_s"] for x in queues + campaigns)
    service_s = sum(g["service_s"] for g in groups)
    assert sum(g["talking_s"] + g["wrapping_s"] for g in groups) + service_s == pytest.approx(talk_s + wrap_up_s)
    if service_s == 0.0:
        assert sum(g["talking_s"] for g in groups) == pytest.approx(talk_s)
    for q in queues:
        waits_s = q["wait_answered_s"] + q["wait_abandoned_s"] + q["wait_unserved_s"]  # not those of callbacks
        assert q["waiting_s"] == pytest.approx(waits_s)


def test_the_fast_scenarios_use_every_key_of_the_schema() -> None:
    unused = unused_schema_keys([made(number)[1] for number in FAST])
    assert [key for key in unused if key not in WITHOUT_EFFECT] == []
    assert [key for key in WITHOUT_EFFECT if key not in unused] == []


def test_the_fast_scenarios_show_both_kinds_of_attempts_of_one_campaign() -> None:
    mixed = drops = 0
    for number in FAST:
        for c, campaign in enumerate(made(number)[1].campaigns.values()):
            dialed = rows(result_of(number), codes.LOG_DIALED, True, c)["advisor"] != codes.NIL
            assert campaign.reserves == "either" or np.all(dialed == campaign.reserves)
            if 0 < dialed.sum() < len(dialed):
                mixed += 1
                drops += len(rows(result_of(number), codes.LOG_DROPPED, True, c))
    assert mixed >= 10 and drops > 0


def test_the_fast_scenarios_show_every_kind_of_row_and_outcome() -> None:
    logs = np.concatenate([result_of(number).log for number in FAST])
    assert set(logs["code"]) == set(range(len(codes.LOG_CODES)))
    assert set(logs["detail"][logs["code"] == codes.LOG_RING_END]) == set(range(7))
    assert set(logs["detail"][logs["code"] == codes.LOG_DECIDED]) == set(range(4))
    assert set(logs["detail"][logs["code"] == codes.LOG_IVR_END]) == {codes.ROUTED, codes.CONTAINED, codes.HUNG_UP}
    for code in (codes.LOG_JOINED, codes.LOG_TALK_END, codes.LOG_CALLBACK_RING_END):
        assert set(logs["detail"][logs["code"] == code]) == {0, 1}
    runs = [made(number)[0] for number in FAST]
    groups = [group for number in FAST for group in made(number)[1].groups.values()]
    assert {group.advisor_order for group in groups} == set(codes.ADVISOR_ORDERS)
    assert {run.order for run in runs} == {"entry", "total_wait"}
    assert {1, 2, 3, 4} < {run.days for run in runs}
