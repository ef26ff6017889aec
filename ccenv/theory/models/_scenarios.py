"""Scenario of a model: the same centre for the simulator, steady, with exponential times."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario

__all__ = ["blended_centre", "campaign_of", "modes_of", "queue_of", "scenario_of"]


def campaign_of(
    handle_s: float, ring_s: float = 0.0, p_answer: float = 1.0, grace_s: float = 0.0, wrap_s: float = 0.0
) -> dict[str, Any]:
    """A campaign with an unlimited list. With ``ring_s`` 0 its work is always available and cannot be dropped."""
    return {
        "p_answer": float(p_answer),
        "ring_s": float(ring_s),
        "handle_s": float(handle_s - wrap_s),
        "wrap_up_s": float(wrap_s),
        "drop_after_s": float(grace_s),
        "reserves": ring_s == 0,
        "leads": "unlimited",
    }


def modes_of(mean_s: tuple[float, float], key: str, values: tuple[float, float]) -> tuple[float, dict[str, Any]]:
    """Largest of two rates or probabilities, and the switching that scales it to the one of each mode."""
    largest = float(max(values))
    factors = [float(value) / largest if largest else 1.0 for value in values]
    return largest, {"mean_s": [float(mean) for mean in mean_s], key: factors, "observed": True}


def scenario_of(model: Any, clock: Mapping[str, float], **centre: Any) -> "Scenario":
    """Load the scenario of a model.

    Args:
        model: The model, for name and description.
        clock: Keys of the clock that override a warm-up of 2 hours, a horizon of 100 hours, and the reviews. There are
            none with inbound arrivals, because in these models a policy decides after events alone; otherwise there is
            one every 5 s.
        **centre: Groups, queues, campaigns and other keys of the scenario.
    """
    from ccenv.scenarios import load_scenario  # here: it loads the simulator, which the solver does not need

    queues, campaigns = centre.get("queues", {}), centre.get("campaigns", {})
    reserves = any(campaign["reserves"] for campaign in campaigns.values())
    pacing = "no_dial" if not campaigns else "progressive" if reserves else "progressive_unreserved"
    review_s = 0.0 if any(queue["arrivals_per_hour"] > 0 for queue in queues.values()) else 5.0
    return load_scenario(
        {
            "name": type(model).__name__,
            "description": f"The centre of {model!r}, which ccenv.theory solves exactly.",
            "clock": {"kind": "steady", "horizon_s": 360_000.0, "warm_up_s": 7_200.0, "review_s": review_s, **clock},
            "rules": {"routing": {"name": "fifo"}, "pacing": {"name": pacing}},
            "sources": {"*": "parameters of the model"},
            **centre,
        }
    )


def blended_centre(
    n: int, queue: dict[str, Any] | None, campaign: dict[str, Any], switching: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One group of `n` advisors for one campaign and, unless `queue` is None, one queue, which is served first."""
    queues = {"inbound": queue} if queue else {}
    if not campaign["reserves"]:  # the models have no limit; no policy that is solved for comes near this one
        campaign = campaign | {"max_lines": max(400, 20 * n)}
    centre = {
        "groups": {"advisors": {"skills": [*queues, "outbound"], "staffing": n}},
        "queues": queues,
        "campaigns": {"outbound": campaign},
        "work_conserving": bool(queue),
    }
    return centre | ({"switching": switching} if switching else {})


def queue_of(
    arrivals_per_hour: float, handle_s: float, patience_s: float, service_level_s: float = 20.0
) -> dict[str, Any]:
    """A queue with exponential times; `patience_s` 0 means infinite patience."""
    return {
        "arrivals_per_hour": float(arrivals_per_hour),
        "handle_s": float(handle_s),
        "patience_s": float(patience_s) if patience_s else {"dist": "never"},
        "service_level_s": float(service_level_s),
    }
