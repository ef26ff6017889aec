"""From a checked centre to the configuration record of the kernel."""

from __future__ import annotations

import hashlib
import math
from typing import Any, Literal

import numpy as np

from ccenv.scenarios.catalogue import make_catalogue, make_pairs
from ccenv.scenarios.finish import finish_table
from ccenv.scenarios.laws import LawValues, law_values
from ccenv.scenarios.schema import Campaign, Centre, Clock, Queue
from ccenv.sim.codes import ASSIGN, DIAL_RESERVED, NIL
from ccenv.sim.layout import CONTACT_NUMBERS, layout

Order = Literal["entry", "total_wait"]
UNLIMITED_TRUNKS = 2**40
UNLIMITED_LEADS = 2**62
INT32 = 2**31 - 1


def n_slots(clock: Clock) -> int:
    """Slots of a day, the last of them perhaps shorter; 1 in a steady scenario."""
    if clock.kind == "steady":
        return 1
    return math.ceil((clock.close_s - clock.open_s) / clock.slot_s - 1e-9)


def stream_id(name: str) -> int:
    """Number of a stream of random numbers: the first 8 bytes, little endian, of the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def advisors(staffing: int | list[int]) -> int:
    """Advisors of a group: the most that any slot has on duty."""
    return max(staffing) if isinstance(staffing, list) else staffing


def collect_laws(centre: Centre) -> dict[LawValues, int]:
    """The different laws of a centre, numbered."""
    times: list[Any] = []
    for queue in centre.queues.values():
        times += [queue.handle_s, queue.patience_s, queue.wrap_up_s, queue.redial.delay_s, queue.repeat.delay_s]
    for group in centre.groups.values():
        times += group.handle_s.values()
    for campaign in centre.campaigns.values():
        times += [
            campaign.ring_s,
            campaign.drop_after_s,
            campaign.handle_s,
            campaign.handle_machine_s,
            campaign.wrap_up_s,
        ]
        times += [] if campaign.handle_sale_s is None else [campaign.handle_sale_s]
    return {values: i for i, values in enumerate(dict.fromkeys(map(law_values, times)))}


def compile_centre(centre: Centre, size: str, days: int, order: Order) -> np.ndarray:
    """Configuration of the kernel.

    Args:
        centre: a checked centre that fits the size class.
        size: name of the size class.
        days: days of an episode.
        order: what a queue is sorted by.

    Returns:
        Array of shape (1,) of `layout(size).config`.
    """
    config = np.zeros(1, layout(size).config)
    row = config[0]
    laws = collect_laws(centre)
    _clock(row, centre, days, order)
    _laws(row, laws)
    for q, (name, queue) in enumerate(centre.queues.items()):
        _queue(row["queue"][q], name, queue, centre, laws)
    for c, (name, campaign) in enumerate(centre.campaigns.items()):
        _campaign(row["campaign"][c], name, campaign, centre, laws)
    _groups(row, centre)
    _pairs(row, centre)
    return config


def _clock(row: Any, centre: Centre, days: int, order: Order) -> None:
    clock, steady = centre.clock, centre.clock.kind == "steady"
    row["n_queues"], row["n_groups"], row["n_campaigns"] = len(centre.queues), len(centre.groups), len(centre.campaigns)
    row["n_slots"], row["days"], row["steady"] = n_slots(clock), days, steady
    row["work_conserving"], row["order_total_wait"] = centre.work_conserving, order == "total_wait"
    row["trunks"] = UNLIMITED_TRUNKS if centre.trunks is None else centre.trunks
    row["open_s"] = 0.0 if steady else clock.open_s
    row["close_s"] = clock.warm_up_s + clock.horizon_s if steady else clock.close_s
    row["overtime_s"], row["slot_s"], row["review_s"] = clock.overtime_s, clock.slot_s, clock.review_s
    row["warm_up_s"] = clock.warm_up_s if steady else 0.0
    row["level_sigma"] = math.sqrt(math.log1p(centre.day_level_cv**2))
    row["day_stream"], row["policy_stream"] = stream_id("day"), stream_id("policy")


def _laws(row: Any, laws: dict[LawValues, int]) -> None:
    for values, i in laws.items():
        law = row["law"][i]
        law["kind"], law["n"], law["a"], law["b"] = values.kind, len(values.start), values.a, values.b
        law["start"][: len(values.start)] = values.start
        law["hazard"][: len(values.hazard)] = values.hazard


def _queue(row: Any, name: str, queue: Queue, centre: Centre, laws: dict[LawValues, int]) -> None:
    row["stream"] = stream_id(f"queue:{name}")
    row["rate"][: n_slots(centre.clock)] = queue.arrivals_per_hour
    row["p_priority"], row["credit_s"] = queue.priority.p, queue.priority.credit_s
    row["service_level_s"] = queue.service_level_s
    row["p_redial"], row["max_redials"] = queue.redial.p, min(queue.redial.max_times, INT32)
    row["p_repeat"], row["max_repeats"] = queue.repeat.p, min(queue.repeat.max_times, INT32)
    row["patience"], row["wrap_up"] = laws[law_values(queue.patience_s)], laws[law_values(queue.wrap_up_s)]
    row["redial_delay"] = laws[law_values(queue.redial.delay_s)]
    row["repeat_delay"] = laws[law_values(queue.repeat.delay_s)]
    row["handle"] = NIL
    for g, group in enumerate(centre.groups.values()):
        if name in group.skills:
            row["handle"][g] = laws[law_values(group.handle_s.get(name, queue.handle_s))]


def _campaign(row: Any, name: str, campaign: Campaign, centre: Centre, laws: dict[LawValues, int]) -> None:
    row["stream"] = stream_id(f"campaign:{name}")
    row["p_answer"][: n_slots(centre.clock)] = campaign.p_answer
    row["p_machine"], row["p_busy"], row["p_invalid"] = campaign.p_machine, campaign.p_busy, campaign.p_invalid
    row["p_false_positive"] = campaign.detector.p_false_positive
    row["p_machine_passed"] = campaign.detector.p_machine_passed
    row["p_sale"], row["share"] = p_sale(campaign), 1.0
    row["share"][: len(campaign.contact_number) - 1] = np.cumsum(campaign.contact_number)[:-1]
    steady = centre.clock.kind == "steady"  # which has no time of day
    row["dial_from_s"], row["dial_until_s"] = campaign.dial_from_s, math.inf if steady else campaign.dial_until_s
    row["leads"] = UNLIMITED_LEADS if campaign.leads == "unlimited" else campaign.leads
    row["sale_value"], row["reserves"] = campaign.sale_value, campaign.reserves
    row["max_lines"] = min(campaign.max_lines, INT32)
    sale = campaign.handle_s if campaign.handle_sale_s is None else campaign.handle_sale_s
    row["ring"], row["drop_after"] = laws[law_values(campaign.ring_s)], laws[law_values(campaign.drop_after_s)]
    row["handle"], row["handle_sale"] = laws[law_values(campaign.handle_s)], laws[law_values(sale)]
    row["handle_machine"] = laws[law_values(campaign.handle_machine_s)]
    row["wrap_up"] = laws[law_values(campaign.wrap_up_s)]


def p_sale(campaign: Campaign) -> np.ndarray:
    """Probability of a sale by contact number, shape (CONTACT_NUMBERS,); the last value given holds beyond."""
    given = campaign.p_sale if isinstance(campaign.p_sale, list) else [campaign.p_sale]
    return np.array(given + given[-1:] * (CONTACT_NUMBERS - len(given)))


def _groups(row: Any, centre: Centre) -> None:
    first = 0
    row["advisor_group"] = NIL
    for g, group in enumerate(centre.groups.values()):
        row["queue_skill"][g] = sum(1 << q for q, name in enumerate(centre.queues) if name in group.skills)
        row["campaign_skill"][g] = sum(1 << c for c, name in enumerate(centre.campaigns) if name in group.skills)
        row["staffing"][g, : n_slots(centre.clock)] = group.staffing
        row["first_advisor"][g] = first
        row["advisor_group"][first : first + advisors(group.staffing)] = g
        first += advisors(group.staffing)
    row["first_advisor"][len(centre.groups) :] = first
    row["n_advisors"] = first


def _pairs(row: Any, centre: Centre) -> None:
    row["queue_pair"] = row["campaign_pair"] = NIL
    pairs = make_pairs(centre)
    for p, (kind, index, g) in enumerate(pairs):
        row[f"{kind}_pair"][index, g] = p
        row["finish"][p] = finish_table(centre, pairs[p])
    actions = make_catalogue(centre)
    row["n_pairs"], row["n_actions"] = len(pairs), len(actions)
    for a, action in enumerate(actions):
        record = row["action"][a]
        record["kind"], record["index"], record["group"], record["n"] = action[:4]
        table = {ASSIGN: "queue_pair", DIAL_RESERVED: "campaign_pair"}.get(action.kind)
        record["pair"] = NIL if table is None else row[table][action.index, action.group]
