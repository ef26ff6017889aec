"""What is said of those who answer a campaign's dials."""

from __future__ import annotations

from ccenv.description.plain import Facts
from ccenv.description.words import number, share


def who_answers(campaign: Facts) -> str:
    """Say what the detector of a campaign does, and how many of those who are joined are the lead's own person."""
    return _detection(campaign) + _party(campaign)


def _party(campaign: Facts) -> str:
    """Say how many of those who are joined are the person on the list; nothing if all are."""
    shares = [part["p_right_party"] for part in campaign["lists"]]
    if min(shares) == 1.0:
        return ""
    between = share(shares[0]) if min(shares) == max(shares) else f"{share(min(shares))} to {share(max(shares))}"
    return f" Of those who are joined, {between} are the person on the list."


def _detection(campaign: Facts) -> str:
    """Say how machines are told from persons, and how long it takes."""
    if campaign["detector"] is None:
        return "No detector: all machines reach advisors."
    errors = f"{share(campaign['detector']['p_false_positive'])} of persons for machines and "
    errors += f"{share(campaign['detector']['p_machine_passed'])} of machines for persons"
    time_s = campaign["detector"]["decide_s"]
    return f"The detector takes {errors}, {f'after {number(time_s)} s on average' if time_s else 'at once'}."
