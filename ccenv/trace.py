"""The event log of one episode, for inspection and tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ccenv.files.numbers import whole_numbers
from ccenv.loops.batch import DISABLED
from ccenv.run.config import RuleChoice, run_config
from ccenv.run.engine import counters_of
from ccenv.run.growth import carried_out, fresh
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves

# Meaning of a row of the log by its code, in the order of `LOG_CODES`.
EVENTS = {
    "opening": "a day begins: the centre opens, or midnight of a centre that never closes",
    "closing": "the centre closes; contacts in line are still served",
    "overtime_end": "overtime is over: contacts in line are unserved, talks go on to their end",
    "end": "the run ends at its horizon or at midnight",
    "slot": "a slot of the day begins",
    "warm_up_end": "the warm-up is over and counting begins",
    "review": "a policy that held is asked again; nothing has changed",
    "roster": "advisors come on duty, go off duty or are due for a break",
    "mode": "the mode of a switching load changes",
    "surge": "a surge of arrivals begins or ends",
    "break_end": "an advisor is back from a break",
    "fresh": "a fresh contact arrives",
    "redial": "a contact that abandoned or was blocked tries again",
    "repeat": "a contact comes again because it was not resolved",
    "ivr_end": "a contact leaves the voice menu: routed, contained or hung up",
    "abandoned": "a contact gives up waiting",
    "callback_due": "a contact that did not answer its callback is to be called again",
    "callback_ring_end": "a callback is answered, or is not",
    "handover_end": "the handover of a warm transfer is over, and the first advisor is free",
    "talk_end": "a talk or a chat ends",
    "wrap_up_end": "an advisor has finished the wrap-up",
    "ring_end": "an attempt stops ringing: unanswered, or who or what has answered",
    "drop_due": "the time is over in which a waiting connect must be joined",
    "hang_up": "a person hangs up who waits for an advisor, or before the detector has decided",
    "leads_due": "leads of a campaign become ready to be dialed again",
    "decided": "the detector has decided on what answered: a person, or a machine",
    "return_call": "a lead that was dialed in vain calls in",
    "action": "an action is applied, chosen by policy or rules, or the only one that was legal",
    "blocked": "a contact is refused because all trunks are in use",
    "balked": "a contact leaves on hearing that it must wait",
    "waiting": "a contact joins the line of its queue",
    "callback_accepted": "a contact accepts a callback and keeps its place in line",
    "callback_ringing": "a contact is called back while an advisor is reserved for it",
    "callback_lost": "a callback was not answered at the last try",
    "assigned": "a contact is joined to an advisor; detail 1: a chat that its customer has left",
    "transferred": "a contact is transferred to another queue",
    "away": "an advisor goes on a break",
    "dialed": "a lead is dialed",
    "connect_waiting": "a person has answered and waits for an advisor",
    "joined": "a connect is joined to an advisor",
    "dropped": "a connect is dropped because no advisor was free in time",
    "unserved": "a contact is sent away because overtime is over",
    "scrubbed": "a lead is passed over: without consent, or on a do-not-call list",
    "put_back": "a lead goes back to its list to be dialed again later",
    "closed": "a lead will not be dialed again",
    "kept": "a promise or appointment is kept",
    "broken": "a promise or appointment is broken",
    "day_end": "the day is over",
    "left_silently": "the customer leaves a chat in line without a sign; nobody knows until an advisor takes it",
    "interrupted": "an advisor puts deferrable work back: for a contact, a break, the end of a shift, or closing",
    "return_pending": "a lead will call in later, unless it is dialed before",
    "return_cancelled": "a lead is dialed before it calls in, and does not call any more",
    "alerting": "a contact begins to ring at an advisor who does not pick it up",
    "not_picked_up": "it has rung for the whole time, and goes back to its place or to another advisor",
}

Choice = Callable[[int, float, np.ndarray], int]


def trace(
    scenario: Scenario,
    choose: Choice | None = None,
    *,
    seed: int,
    days: int | None = None,
    owns: str = "blended",
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    reserves: Reserves | None = None,
    actions: str = "all",
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Run one episode with the event log on.

    Args:
        scenario: The centre.
        choose: Function of the decision's number, its coin and the numbers of the legal actions; it returns one of
            them. None: rules decide.
        seed: Seed of the episode.
        days: Days of the episode; None: the scenario's `episode_days`.
        owns: Decisions that `choose` takes.
        routing: As in `simulate`.
        pacing: As in `simulate`.
        reserves: As in `Batch`.
        actions: As in `Batch`.

    Returns:
        The log, rows of `entities.LOG_ROW` in order of time; and the counters by axis, one row each.
    """
    owned = "rules" if choose is None else owns
    run = run_config(
        scenario, owns=owned, routing=routing, pacing=pacing, reserves=reserves, actions=actions, days=days
    )
    seeds = whole_numbers("seed", [seed])
    engine = carried_out(fresh(run, 1, log=True), "start", seeds, np.ones(1, np.bool_))
    while choose is not None and not engine.envs["done"][0]:
        legal = np.flatnonzero(engine.masks[0])
        out: Any = engine.outs[0]
        action = choose(int(out["decision"]), float(out["u"]), legal)
        engine = carried_out(engine, "step", np.array([action], np.int64), DISABLED)
    return engine.log.copy(), counters_of(engine.counters(), engine.run.layout.env)
