"""The four criteria of a flagship, from the figures of a variant.

- (a) room: the searched policy is ahead of P2 by at least 5 % of the score, within the limit of the dropped share.
- (b) both halves: its routing half alone and its pacing half alone each keep 20 to 80 % of the gain.
- (c) evidence: every parameter has a source, a fit or a stated range, and the policy is surely ahead of P2 at both ends
  of half of each range, with everything tuned and searched anew there.
- (d) no one term: P2, which is P1 with one state-dependent term more, is surely behind.

Surely: the 95 % interval of the paired difference over evaluation days is above 0. The score of a policy is its lead
over P0 as a share of that of the best policy known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.screen.declared import Variant

ROOM, LEAST, MOST = 0.05, 0.2, 0.8
CRITERIA = ("a", "b", "c", "d")
HALF_OF = {"routing": "pacing", "pacing": "routing"}


def scale_of(figures: Mapping[str, Any]) -> float:
    """Return the lead of the best policy known over P0, in units of the reward; 0 if nothing is ahead of P0."""
    values = {rung: found["value"] for rung, found in figures["rungs"].items()}
    return max(0.0, max(values.values()) - values["P0"])


def room_of(figures: Mapping[str, Any]) -> float:
    """Return the lead of the searched policy over P2, as a share of the score."""
    scale = scale_of(figures)
    return figures["over_p2"]["mean"] / scale if scale > 0.0 else 0.0


def shares_of(figures: Mapping[str, Any]) -> dict[str, float]:
    """Return the share of the gain over P2 that each half alone keeps; {} where there is no gain or are no halves."""
    gain = figures["over_p2"]["mean"]
    return {half: each["mean"] / gain for half, each in figures["halves"].items()} if gain > 0.0 else {}


def is_ahead(figures: Mapping[str, Any]) -> bool:
    """Return whether the searched policy is surely ahead of P2."""
    low = figures["over_p2"]["low"]
    return low is not None and low > 0.0


def is_lawful(figures: Mapping[str, Any]) -> bool:
    """Return whether the searched policy drops no more than the limit on evaluation days."""
    limit, share = figures["limit"], figures["rungs"]["S"]["dropped_share"]
    return limit is None or share is None or share <= limit


def has_room(figures: Mapping[str, Any]) -> bool:
    """Return criterion (a)."""
    return room_of(figures) >= ROOM and is_lawful(figures)


def needs_both(figures: Mapping[str, Any]) -> bool:
    """Return criterion (b)."""
    shares = shares_of(figures)
    return len(shares) == len(HALF_OF) and all(LEAST <= share <= MOST for share in shares.values())


def is_robust(variant: Variant, ends: Sequence[Mapping[str, Any]]) -> bool | None:
    """Return criterion (c); None if not every end has been tried and none of those tried is lost.

    Args:
        variant: The variant; a parameter without evidence cannot be declared.
        ends: Figures with one parameter at one end of half of its range, each with its `end`: name and level.
    """
    if not all(is_ahead(each) and is_lawful(each) for each in ends):
        return False
    tried = {tuple(each["end"]) for each in ends}
    return True if all(end in tried for end in variant.ends()) else None


def judged(
    variant: Variant, figures: Mapping[str, Any], ends: Sequence[Mapping[str, Any]] = ()
) -> dict[str, bool | None]:
    """Return the criteria by letter; (c) is None where it has not been tried."""
    return {
        "a": has_room(figures), "b": needs_both(figures), "c": is_robust(variant, ends), "d": is_ahead(figures),
    }  # fmt: skip


def asks_for_ends(figures: Mapping[str, Any]) -> bool:
    """Return whether a variant meets (a), (b) and (d), so that (c) is worth trying."""
    return has_room(figures) and needs_both(figures) and is_ahead(figures)


def kind_of(criteria: Mapping[str, bool | None], figures: Mapping[str, Any]) -> str:
    """Return in words what a variant shows."""
    if not (criteria["a"] and criteria["d"]):
        return "no room found"
    if criteria["b"]:
        return {True: "flagship", False: "fails at an end of a range", None: "flagship, ends not tried"}[criteria["c"]]
    shares = shares_of(figures)
    alone = [half for half, other in HALF_OF.items() if shares.get(half, 0.0) > MOST and shares[other] < LEAST]
    return f"{alone[0]} showcase" if alone else ("halves that add up otherwise" if shares else "routing alone")
