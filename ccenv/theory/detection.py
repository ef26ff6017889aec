"""Cost of answering-machine detection: silent calls count against the allowance of dropped connects."""

from dataclasses import dataclass

from ccenv.theory._checks import non_negative, share

__all__ = ["Detection", "detection"]


@dataclass(frozen=True, slots=True)
class Detection:
    """Expected numbers of a campaign.

    Attributes:
        n_dials: Attempts.
        p_called_machine: Share of the attempts that the detector classifies as a machine.
        p_live: Share of the attempts that a person answers.
        accuracy: Share of the attempts classified as a machine that are one.
        limit: Largest allowed share of silent or dropped calls among the persons who answer.
        live: Persons who answer, including those classified as a machine.
        called_machines: Attempts that the detector classifies as a machine.
        silent: Persons classified as a machine; they hear nothing.
        allowance: Silent and dropped persons that the limit allows.
        drops_left: Drops that the limit still allows; negative if the silent calls alone exceed it.
        p_false_positive: Probability that a person is classified as a machine; 0 if no person answers.
    """

    n_dials: float
    p_called_machine: float
    p_live: float
    accuracy: float
    limit: float
    live: float
    called_machines: float
    silent: float
    allowance: float
    drops_left: float
    p_false_positive: float


def detection(
    n_dials: float, p_called_machine: float, p_live: float, accuracy: float, limit: float = 0.03
) -> Detection:
    """Silent calls, if a share `1 - accuracy` of the attempts classified as a machine are persons.

    Args:
        n_dials: Attempts, >= 0.
        p_called_machine: Share of the attempts that the detector classifies as a machine, in [0, 1].
        p_live: Share of the attempts that a person answers, in [0, 1].
        accuracy: Share of the attempts classified as a machine that are one, in [0, 1].
        limit: Largest allowed share of silent or dropped calls among the persons who answer, in [0, 1].

    Raises:
        ValueError: If an argument is out of range; if the persons classified as machines exceed all persons; or if
            machines correctly classified and persons exceed the attempts.

    References:
        The arithmetic of callmedia.co.uk for the rule of Ofcom: 1,000 dials, 400 machines, 200 persons.

    Example:
        >>> answer = detection(1000, p_called_machine=0.4, p_live=0.2, accuracy=0.99)
        >>> round(answer.silent, 9), round(answer.allowance, 9), round(answer.drops_left, 9)
        (4.0, 6.0, 2.0)
    """
    n_dials, limit = non_negative("n_dials", n_dials), share("limit", limit)
    p_called_machine, p_live = share("p_called_machine", p_called_machine), share("p_live", p_live)
    accuracy = share("accuracy", accuracy)
    p_silent = p_called_machine * (1.0 - accuracy)
    if p_silent > p_live:
        raise ValueError(
            f"accuracy={accuracy!r} is not allowed: it must leave no more persons taken for machines than persons; "
            f"{p_silent:.6g} of the attempts against {p_live:.6g}"
        )
    if p_called_machine - p_silent + p_live > 1.0 + 1e-12:
        raise ValueError(
            f"p_called_machine={p_called_machine!r} is not allowed: it must leave room for persons, {p_live:.6g} of "
            "the attempts"
        )
    return Detection(
        n_dials=n_dials,
        p_called_machine=p_called_machine,
        p_live=p_live,
        accuracy=accuracy,
        limit=limit,
        live=n_dials * p_live,
        called_machines=n_dials * p_called_machine,
        silent=n_dials * p_silent,
        allowance=n_dials * p_live * limit,
        drops_left=n_dials * (p_live * limit - p_silent),
        p_false_positive=p_silent / p_live if p_live else 0.0,
    )
