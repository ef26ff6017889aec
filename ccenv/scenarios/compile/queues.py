"""The record of a queue."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from ccenv.scenarios.compile.dists import DistValues, dist_values
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Centre, Chat, Customer, Deferrable, Queue, Satisfaction, Time
from ccenv.sim.state.codes import NIL

INT32 = 2**31 - 1
Dists = dict[DistValues, int]


def fill_queue(row: Any, name: str, centre: Centre, dists: Dists) -> None:
    """Fill the record of a queue, except its stream and its trace."""
    queue = centre.queues[name]
    _arrivals(row, name, queue, centre)
    _waiting(row, queue, dists)
    _ivr(row, queue, list(centre.queues), dists)
    _callback(row, queue, dists)
    _service(row, name, queue, centre, dists)
    _customer(row, queue.customer)
    _chat(row, queue.chat, dists)
    _deferrable(row, queue.deferrable, dists)
    own = (group for group in centre.groups.values() if name in group.skills and group.answering_service is None)
    able = (advisors(group) for group in own)
    row["n_able"] = sum(able)


def dist_index(time: Time | None, dists: Dists) -> int:
    """Return the number of a distribution, NIL if there is none."""
    return NIL if time is None else dists[dist_values(time)]


def _arrivals(row: Any, name: str, queue: Queue, centre: Centre) -> None:
    n = n_slots(centre.clock)
    row["rate"][:n] = queue.arrivals_per_hour
    # after its last point a linear profile is constant, or, around the clock, goes on to the first
    row["rate"][n] = row["rate"][0 if centre.clock.kind == "continuous" else n - 1]
    row["linear"] = queue.interpolation == "linear"
    row["surges"] = centre.surge is not None and (not centre.surge.queues or name in centre.surge.queues)


def _waiting(row: Any, queue: Queue, dists: Dists) -> None:
    announcement = queue.announcement
    row["p_priority"], row["credit_s"] = queue.priority.p, queue.priority.credit_s
    row["service_level_s"], row["p_balk"] = queue.service_level_s, queue.p_balk
    row["patience"] = dist_index(queue.patience_s, dists)
    row["announces"] = announcement is not None
    row["tolerance"] = NIL if announcement is None else dist_index(announcement.tolerance_s, dists)
    row["patience_factor"] = 1.0 if announcement is None else announcement.patience_factor
    row["p_redial"], row["max_redials"] = queue.redial.p, min(queue.redial.max_times, INT32)
    row["p_repeat"], row["max_repeats"] = queue.repeat.p, min(queue.repeat.max_times, INT32)
    row["redial_delay"] = dist_index(queue.redial.delay_s, dists)
    row["repeat_delay"] = dist_index(queue.repeat.delay_s, dists)


def _ivr(row: Any, queue: Queue, queues: list[str], dists: Dists) -> None:
    ivr = queue.ivr
    row["ivr_time"] = row["detect"] = NIL
    row["handoff_factor"] = 1.0
    if ivr is None:
        return
    row["ivr_time"], row["detect"] = dist_index(ivr.time_s, dists), dist_index(ivr.detect_s, dists)
    row["p_contained"], row["p_hangup"] = ivr.p_contained, ivr.p_hangup
    row["p_resolved"], row["resolved_slope"] = ivr.p_resolved_easy, ivr.p_resolved_hard - ivr.p_resolved_easy
    row["ivr_price"], row["handoff_factor"] = ivr.price_per_minute / 60.0, ivr.handoff_factor
    row["route"][: len(queues)] = list(accumulate(ivr.routes.get(name, 0.0) for name in queues))


def _callback(row: Any, queue: Queue, dists: Dists) -> None:
    callback = queue.callback
    row["calls_back"] = callback is not None
    row["callback_ring"] = row["callback_retry"] = NIL
    if callback is None:
        return
    row["callback_ring"], row["callback_retry"] = (
        dist_index(callback.ring_s, dists),
        dist_index(callback.retry_s, dists),
    )
    row["max_tries"], row["offer_above_s"] = min(callback.max_tries, INT32), callback.offer_above_s
    row["p_accept"], row["p_callback_answer"] = callback.p_accept, callback.p_answer


def _service(row: Any, name: str, queue: Queue, centre: Centre, dists: Dists) -> None:
    transfer, sale, score = queue.transfer, queue.sale, queue.satisfaction
    row["handle"] = NIL
    for g, group in enumerate(centre.groups.values()):
        if name in group.skills:
            row["handle"][g] = dist_index(group.handle_s.get(name, queue.handle_s), dists)
    row["wrap_up"] = dist_index(queue.wrap_up_s, dists)
    transfers, row["warm"] = transfer.p > 0.0, transfer.kind == "warm"
    row["p_transfer"] = transfer.p
    row["transfer_to"] = list(centre.queues).index(transfer.to) if transfers else NIL
    row["handover"] = dist_index(transfer.handover_s, dists) if transfers else NIL
    row["p_sale"], row["sale_value"], row["handle_sale"] = sale.p, sale.value, dist_index(sale.handle_s, dists)
    row["scores"] = score is not None
    if score is not None:
        _satisfaction(row, score)


def _satisfaction(row: Any, score: Satisfaction) -> None:
    row["score_base"], row["score_wait"] = score.base, score.per_wait_minute
    row["score_transfer"], row["score_repeat"] = score.per_transfer, score.per_repeat
    row["score_quality"] = score.per_quality


def _chat(row: Any, chat: Chat | None, dists: Dists) -> None:
    row["chat"], row["line"], row["chat_detect"] = chat is not None, chat is None, NIL
    if chat is not None:
        row["chat_rate"][: len(chat.rate_by_level)] = chat.rate_by_level
        row["p_silent"], row["chat_detect"] = chat.p_silent, dist_index(chat.detect_s, dists)


def _deferrable(row: Any, work: Deferrable | None, dists: Dists) -> None:
    row["deferrable"], row["due"] = work is not None, NIL
    if work is not None:
        row["due"] = dist_index(work.due_s, dists)
        row["interruptible"], row["resume_s"] = work.interruptible, work.resume_s


def _customer(row: Any, customer: Customer) -> None:
    classes = customer.value_classes
    row["knows"] = customer != Customer()
    row["p_identified"], row["p_returning"] = customer.p_identified, customer.p_returning
    row["returning_factor"], row["p_preferred"] = customer.returning_factor, customer.p_preferred
    row["preferred_factor"] = customer.preferred_factor
    shares = list(accumulate(c.share for c in classes))
    row["class_share"] = shares[-1] if shares else 0.0  # empty classes after the last have share 0
    row["class_share"][: len(shares)] = shares
    row["class_value"] = 1.0
    row["class_value"][1 : len(classes) + 1] = [c.value_factor for c in classes]
    row["class_credit_s"][1 : len(classes) + 1] = [c.credit_s for c in classes]
