"""Random behaviour of advisors, with dice of its own: all other draws of a random scenario stay what they are."""

from __future__ import annotations

from tests.oracle.dice import Dice, Plain

ADVISOR_BASE = 1741


def behaviour(number: int, centre: Plain, n_slots: int) -> None:
    """Add random keys to some groups of a scenario."""
    dice = Dice(number, ADVISOR_BASE)
    for group in centre["groups"].values():
        if dice.chance(0.4) and "answering_service" not in group:
            group["no_pick_up"] = {
                "p": dice.one_of(dice.between(0.02, 0.3), dice.between(0.3, 0.9)),
                "ring_s": dice.between(1, 25),
                "away_s": dice.one_of(0.0, dice.between(2, 90)),
            }
        chats = any({"chat", "deferrable"} & set(centre["queues"].get(skill, {})) for skill in group["skills"])
        if dice.chance(0.4) and not chats:
            group["busyness_cv"] = dice.between(0.05, 0.8)
    for declared in (*centre["queues"].values(), *centre["campaigns"].values()):
        if dice.chance(0.4) and not {"chat", "deferrable"} & set(declared):
            declared["handle_by_slot"] = [dice.between(0.3, 2.5) for _ in range(n_slots)]
