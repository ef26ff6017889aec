"""The segments of a campaign; a value that a segment leaves out is the campaign's."""

from __future__ import annotations

from ccenv.scenarios.schema import Campaign, Centre, Segment
from ccenv.scenarios.schema.base import ProbabilityProfile


def segments(campaign: Campaign) -> list[Segment]:
    """Return the segments of a campaign; one segment with all its leads if it declares none."""
    return list(campaign.segments.values()) or [Segment(campaign.leads, value_left=campaign.value_left)]


def stream_names(name: str, campaign: Campaign) -> list[str]:
    """Return the names of the random streams of a campaign's segments."""
    return [f"campaign:{name}/{part}" for part in campaign.segments] or [f"campaign:{name}"]


def n_segments(centre: Centre) -> int:
    """Return the number of segments of all campaigns."""
    return sum(max(1, len(campaign.segments)) for campaign in centre.campaigns.values())


def keeps(campaign: Campaign) -> bool:
    """Return whether the campaign keeps a row for each touched lead, because it may be dialed or call in again."""
    kept_for = (campaign.retries, campaign.agreed_callback, campaign.follow_up, campaign.return_calls)
    return any(x is not None for x in kept_for)


def p_answer(segment: Segment, campaign: Campaign) -> ProbabilityProfile:
    """Return the probability of an answer: the segment's, else the campaign's."""
    return campaign.p_answer if segment.p_answer is None else segment.p_answer


def sale_value(segment: Segment, campaign: Campaign) -> float:
    """Return the mean value of a goal: the segment's, else the campaign's."""
    return campaign.sale_value if segment.sale_value is None else segment.sale_value


def p_right_party(segment: Segment, campaign: Campaign) -> float:
    """Return the probability that a joined person is the one on the list: the segment's, else the campaign's."""
    return campaign.p_right_party if segment.p_right_party is None else segment.p_right_party


def lead_shares(campaign: Campaign) -> list[float]:
    """Return the segments' shares of the campaign's leads; unlimited segments share all if there are any."""
    sizes = [segment.size for segment in segments(campaign)]
    endless = "unlimited" in sizes
    weights = [float(size == "unlimited") if endless else float(size) for size in sizes]
    total = sum(weights)
    return [weight / total if total > 0.0 else 1.0 / len(sizes) for weight in weights]
