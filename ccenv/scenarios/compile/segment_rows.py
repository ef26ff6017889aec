"""The records of segments, numbered over all campaigns of the centre."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ccenv.scenarios.compile.campaigns import padded
from ccenv.scenarios.compile.hours import WHOLE_DAY, dialing_spans
from ccenv.scenarios.compile.segments import keeps, p_answer, p_right_party, sale_value, segments, stream_names
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.compile.streams import stream_id
from ccenv.scenarios.compile.zones import offsets
from ccenv.scenarios.schema import Campaign, Centre, Clock, Segment
from ccenv.sim.state.entities import ZONE_PERIODS
from ccenv.sim.state.layout import ATTEMPT_NUMBERS

UNLIMITED_LEADS = 2**62


def fill_segments(row: Any, centre: Centre, n_rows: int, days: int) -> None:
    """Fill the segments of a configuration and share the `n_rows` rows of the table of touched leads among them.

    Raises:
        ValueError: A zone changes its offset too often in `days` days.
    """
    parts = [(c, segment) for c, campaign in enumerate(centre.campaigns.values()) for segment in segments(campaign)]
    campaigns = list(centre.campaigns.values())
    names = [stream for name, campaign in centre.campaigns.items() for stream in stream_names(name, campaign)]
    rows = share_rows([_leads(segment) if keeps(campaigns[c]) else 0 for c, segment in parts], n_rows)
    row["n_segments"], first = len(parts), 0
    for s, (c, segment) in enumerate(parts):
        record = row["segment"][s]
        record["stream"], record["campaign"] = stream_id(names[s]), c
        record["first_row"], record["n_rows"] = first, rows[s]
        first += rows[s]
        _segment(record, segment, campaigns[c], centre.clock)
        _hours(record, segment, campaigns[c], centre, days)
    first = 0
    for c, campaign in enumerate(campaigns):
        row["campaign"][c]["first_segment"], row["campaign"][c]["n_segments"] = first, len(segments(campaign))
        first += len(segments(campaign))


def share_rows(leads: Iterable[int], n_rows: int) -> list[int]:
    """Share rows among lists: no list gets more rows than leads, and the others share the rest equally.

    Args:
        leads: Number of leads of each list.
        n_rows: Rows of the table.

    Returns:
        Rows of each list, in order; their sum is at most `n_rows`.
    """
    wanted = list(leads)
    rows = [0] * len(wanted)
    for place, s in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        rows[s] = min(wanted[s], n_rows // (len(wanted) - place))
        n_rows -= rows[s]
    return rows


def _segment(record: Any, segment: Segment, campaign: Campaign, clock: Clock) -> None:
    record["n_listed"], record["p_answer"][: n_slots(clock)] = _leads(segment), p_answer(segment, campaign)
    by_attempt = campaign.by_attempt if segment.by_attempt is None else segment.by_attempt
    record["by_attempt"] = padded(by_attempt, ATTEMPT_NUMBERS)
    record["propensity"], record["p_right"] = segment.propensity, p_right_party(segment, campaign)
    record["sale_value"] = sale_value(segment, campaign)
    record["p_consent"], record["p_do_not_call"] = segment.p_consent, segment.p_do_not_call
    record["score"], record["weight"], record["value_left"] = segment.score, segment.weight, segment.value_left


def _hours(record: Any, segment: Segment, campaign: Campaign, centre: Centre, days: int) -> None:
    behind = centre.history.days if centre.history.kind == "steady" else 0
    periods = offsets(
        segment, centre.clock, -behind, behind + days + 1
    )  # the day after the last is in sight of retries
    if len(periods) > ZONE_PERIODS:
        raise ValueError(
            f"days = {days!r}: zone {segment.zone} changes its offset {len(periods) - 1} times in them; "
            f"allowed: at most {ZONE_PERIODS - 1} times"
        )
    steady = centre.clock.kind == "steady"  # which has no time of day
    record["n_periods"], record["limited"] = len(periods), 0
    for period, (first_day, zone_s) in zip(record["period"], periods, strict=False):
        hours = [WHOLE_DAY] if steady else dialing_spans(campaign, zone_s)
        record["limited"] |= hours != [WHOLE_DAY]
        period["first_day"], period["zone_s"], period["n"] = first_day, zone_s, len(hours)
        period["from_s"][: len(hours)] = [start for start, _ in hours]
        period["until_s"][: len(hours)] = [end for _, end in hours]


def _leads(segment: Segment) -> int:
    return UNLIMITED_LEADS if segment.size == "unlimited" else segment.size
