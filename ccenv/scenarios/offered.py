"""The inbound load of a centre by half hour: what is offered, and how busy it makes each group.

Each slot is taken as a steady state of its own. `ASSUMPTION` says what is counted, and how the work is divided.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.scenarios.compile.dists import mean_of
from ccenv.scenarios.compile.finish import handoff_factor, served_mixture
from ccenv.scenarios.compile.handle_slots import queue_factors
from ccenv.scenarios.compile.roster import staffing
from ccenv.scenarios.compile.slots import day_slots, n_slots
from ccenv.scenarios.means import chat_speed, mean_s
from ccenv.scenarios.schema import Centre, Clock, Group, Queue, Shift
from ccenv.sim.state.codes import DAY_S

ASSUMPTION = (
    "Offered load [erlangs] = first contacts and transfers per second * mean time of an advisor for one (talk and "
    "wrap-up). Each slot counts for itself. The work of a queue is divided over the groups with the skill so that they "
    "are as equally busy as possible; breaks and absences are subtracted from the staff. Contacts that the IVR "
    "contains or loses are subtracted; a load that switches counts with its mean. Redials, repeats, surges, "
    "abandonment, campaigns and their return calls are left out, and so are the effects of the single advisor. An "
    "answering service counts only where no own advisor with the skill is on duty."
)
FULL = 1.0  # load per advisor from which a group is overloaded
ROUNDS = 500  # most rounds in which the work is divided anew
STILL = 1e-9  # erlangs: a round that changes less is the last
FEW = 1e-12  # contacts per second, in place of none, where there is work of misrouted contacts
STEPS = 200  # transfers in a row that are followed

Floats = npt.NDArray[np.float64]


class Load(NamedTuple):
    """The offered load by slot.

    Attributes:
        forecast: First contacts per hour of each queue, (Q, slots).
        rate: Contacts per hour that advisors of each queue are to answer: transfers included, the IVR subtracted;
            (Q, slots).
        of_queue: Work of each queue [erlangs], (Q, slots); nan without staff with the skill.
        staff: Mean number of advisors on duty, breaks and absences subtracted, (G, slots).
        of_group: Work of each group [erlangs], (G, slots).
        nobody: Contacts per hour that find nobody with the skill on duty, (Q, slots).
    """

    forecast: Floats
    rate: Floats
    of_queue: Floats
    staff: Floats
    of_group: Floats
    nobody: Floats

    @property
    def rho(self) -> Floats:
        """Load for each advisor on duty, (G, slots); nan without staff."""
        return np.divide(self.of_group, self.staff, out=np.full(self.staff.shape, np.nan), where=self.staff > 0.0)


def offered(centre: Centre) -> Load:
    """Return the offered load of a centre, under `ASSUMPTION`."""
    slots = n_slots(centre.clock)
    forecast = np.array([_forecast(centre, q) for q in centre.queues.values()]).reshape(-1, slots)
    rate = _followed(centre, forecast * _usual(centre))
    handle = handle_times(centre)
    misrouted = _misrouted_s(centre, forecast * _usual(centre))
    staff = np.array([on_duty(group, centre.clock) for group in centre.groups.values()]).reshape(-1, slots)
    staff *= 1.0 - np.array([group.shrinkage for group in centre.groups.values()])[:, None]
    able = _preferred(centre, np.isfinite(handle)[:, :, None] & (staff > 0.0))  # (Q, G, slots)
    given = divide(rate / 3600.0, _in_slots(centre, np.nan_to_num(handle)), able, staff, misrouted)
    of_queue = np.where(able.any(axis=1), given.sum(axis=1), np.nan)
    return Load(forecast, rate, of_queue, staff, given.sum(axis=0), np.where(able.any(axis=1), 0.0, rate))


def _preferred(centre: Centre, able: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return `able` without the answering services of queues and slots for which own advisors are on duty."""
    own = able & np.array([group.answering_service is None for group in centre.groups.values()])[:, None]
    return np.where(own.any(axis=1, keepdims=True), own, able)


def on_duty(group: Group, clock: Clock) -> list[float]:
    """Return the advisors planned to be on duty, breaks excluded, as the mean over each slot."""
    if not group.shifts or clock.kind == "steady":
        return [float(n) for n in staffing(group, clock)]
    first_s = clock.open_s if clock.kind == "day" else 0.0
    end_s = clock.close_s if clock.kind == "day" else DAY_S
    starts = [first_s + k % day_slots(clock) * clock.slot_s for k in range(n_slots(clock))]
    spans = [(start, min(start + clock.slot_s, end_s)) for start in starts]
    return [sum(shift.n * _worked_s(shift, *span) for shift in group.shifts) / (span[1] - span[0]) for span in spans]


def _worked_s(shift: Shift, start: float, end: float) -> float:
    """Return the time [s] that a shift works between two times of a day; it may have begun on the day before."""
    total = 0.0
    for ahead in (0.0, DAY_S):
        rests = sum(_common(rest.at_s, rest.at_s + rest.length_s, start + ahead, end + ahead) for rest in shift.breaks)
        total += _common(shift.from_s, shift.until_s, start + ahead, end + ahead) - rests
    return total


def _common(start: float, end: float, other_start: float, other_end: float) -> float:
    return max(0.0, min(end, other_end) - max(start, other_start))


def handle_times(centre: Centre) -> Floats:
    """Return the mean time of an advisor for one contact [s], wrap-up included, (Q, G); nan without the skill.

    Of chats an advisor has the number at once with which the work goes fastest.
    """
    times = np.full((len(centre.queues), len(centre.groups)), np.nan)
    for q, (name, queue) in enumerate(centre.queues.items()):
        for g, group in enumerate(centre.groups.values()):
            if name in group.skills:
                mixture = served_mixture(queue, group.handle_s.get(name, queue.handle_s))
                talk_s = handoff_factor(queue) * sum(p * mean_of(dist) for p, dist in mixture)
                times[q, g] = talk_s / chat_speed(queue, group) + mean_s(queue.wrap_up_s)
    return times


def _in_slots(centre: Centre, handle: Floats) -> Floats:
    """Return the mean times of an advisor for one contact [s] in each slot, (Q, G, slots)."""
    queues = centre.queues.values()
    wrap_up = np.array([mean_s(queue.wrap_up_s) for queue in queues]).reshape(-1, 1, 1)
    factor = np.array([queue_factors(queue, centre) for queue in queues]).reshape(-1, 1, n_slots(centre.clock))
    times: Floats = np.maximum(0.0, handle[:, :, None] - wrap_up) * factor + wrap_up
    return np.where(handle[:, :, None] > 0.0, times, 0.0)


def divide(rate: Floats, handle_s: Floats, able: npt.NDArray[np.bool_], staff: Floats, extra: Floats) -> Floats:
    """Divide the work of queues over groups so that the groups are as equally busy as possible.

    It minimises the sum of load^2 / staff over the groups, queue after queue until nothing changes. If handle times do
    not depend on the group, the highest load per advisor is then the lowest possible.

    Args:
        rate: Contacts per second, (Q, slots).
        handle_s: Mean handle times [s], (Q, G), or (Q, G, slots).
        able: Whether a group has the skill and somebody on duty, (Q, G, slots).
        staff: Advisors, (G, slots).
        extra: Further work of a queue [erlangs], the same in all groups, (Q, slots).

    Returns:
        Work [erlangs] of each queue in each group, (Q, G, slots).
    """
    contacts = np.zeros(able.shape)
    handle_s = handle_s if handle_s.ndim == 3 else handle_s[:, :, None]
    rate = np.where((extra > 0.0) & (rate <= 0.0), FEW, rate)
    work_s = (
        np.where(handle_s > 0.0, handle_s, 0.0)
        + np.divide(extra, rate, out=np.zeros(rate.shape), where=rate > 0.0)[:, None, :]
    )
    for _ in range(ROUNDS):
        before = contacts.copy()
        for q in range(len(rate)):
            others = (contacts * work_s).sum(axis=0) - contacts[q] * work_s[q]
            contacts[q] = _poured(rate[q], work_s[q], others, staff, able[q])
        if np.abs((contacts - before) * work_s).max(initial=0.0) < STILL:
            break
    return contacts * work_s


def _poured(rate: Floats, work_s: Floats, others: Floats, staff: Floats, able: npt.NDArray[np.bool_]) -> Floats:
    """Return the contacts of one queue by group, (G, slots), given the other load.

    With x the contacts of a group, the derivative of load^2 / staff is 2 work_s (others + work_s x) / staff. At the
    minimum it is the same, `level`, in all groups with x > 0, and at least that in the others.
    """
    weight = np.divide(work_s**2, staff, out=np.zeros(staff.shape), where=able & (work_s > 0.0))
    usable = weight > 0.0
    floor = np.where(usable, np.divide(work_s * others, staff, out=np.zeros(staff.shape), where=able), np.inf)
    order = np.argsort(floor, axis=0)
    floors = np.take_along_axis(floor, order, axis=0)
    inverse = np.take_along_axis(np.divide(1.0, weight, out=np.zeros(staff.shape), where=usable), order, axis=0)
    slope = np.cumsum(inverse, axis=0)
    filled = np.cumsum(inverse * np.where(np.isfinite(floors), floors, 0.0), axis=0)
    level = np.divide(rate + filled, slope, out=np.full(staff.shape, np.inf), where=slope > 0.0)
    following = np.concatenate([floors[1:], np.full((1, staff.shape[1]), np.inf)])
    first = np.argmax(level <= following, axis=0)  # so many groups take part, less one
    chosen = np.take_along_axis(level, first[None, :], axis=0)
    above = np.maximum(0.0, np.subtract(chosen, floor, out=np.zeros(staff.shape), where=usable))
    return np.divide(above, weight, out=np.zeros(staff.shape), where=usable)


def _forecast(centre: Centre, queue: Queue) -> Floats:
    """Return the mean arrival rate of each slot [1/h]."""
    n = n_slots(centre.clock)
    rate = np.broadcast_to(np.asarray(queue.arrivals_per_hour, np.float64), (n,))
    if queue.interpolation == "constant":
        return rate.copy()
    last = rate[:1] if centre.clock.kind == "continuous" else rate[-1:]
    return 0.5 * (rate + np.concatenate([rate[1:], last]))


def _usual(centre: Centre) -> float:
    """Return the mean factor of the arrival rates by the modes of a switching load."""
    if centre.switching is None:
        return 1.0
    return float(np.average(centre.switching.arrivals, weights=centre.switching.mean_s))


def _followed(centre: Centre, arriving: Floats) -> Floats:
    """Return the contacts per hour that reach the queues: after the IVR, and transfers from other queues."""
    kept = [1.0 - (q.ivr.p_contained + q.ivr.p_hangup if q.ivr else 0.0) for q in centre.queues.values()]
    step = arriving * np.array(kept).reshape(-1, 1)
    names, total = list(centre.queues), step.copy()
    for _ in range(STEPS):
        moved = np.zeros(step.shape)
        for q, queue in enumerate(centre.queues.values()):
            if queue.transfer.p > 0.0:
                moved[names.index(queue.transfer.to)] += queue.transfer.p * step[q]
        if not moved.any():
            break
        step = moved
        total += step
    return total


def _misrouted_s(centre: Centre, arriving: Floats) -> Floats:
    """Return the work [erlangs] that misrouted contacts make where they do not belong, (Q, slots)."""
    work, names = np.zeros(arriving.shape), list(centre.queues)
    for q, queue in enumerate(centre.queues.values()):
        for name, p in (queue.ivr.routes if queue.ivr else {}).items():
            routed = arriving[q] * (1.0 - queue.ivr.p_contained - queue.ivr.p_hangup) * p  # type: ignore[union-attr]
            work[names.index(name)] += routed / 3600.0 * mean_s(queue.ivr.detect_s)  # type: ignore[union-attr]
    return work
