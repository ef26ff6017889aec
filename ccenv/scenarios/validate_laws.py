"""Checks of the laws of time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ccenv.scenarios.schema import Centre, Lognormal, Never, PiecewiseHazard, Time, Uniform

LOG_LONGEST = math.log(1e8)  # a mean above three years is a `mu` in seconds
ENDLESS = ("patience_s", "drop_after_s")  # times that may be infinite: nothing waits for them


def laws(centre: Centre) -> Iterator[tuple[str, Any, str]]:
    """Parameters that fit together; no endless time where something waits for its end."""
    for key, time in times(centre):
        if isinstance(time, Uniform) and time.low_s >= time.high_s:
            yield f"{key}.low_s", time.low_s, f"must be below high_s = {time.high_s:g}"
        if isinstance(time, Lognormal) and time.mu + time.sigma**2 / 2.0 > LOG_LONGEST:
            yield f"{key}.mu", time.mu, "makes a mean above 1e8 s; mu and sigma are of the logarithm of seconds"
        if isinstance(time, PiecewiseHazard):
            yield from _piecewise(key, time)
        if not key.endswith(ENDLESS):
            if isinstance(time, Never):
                yield f"{key}.law", "never", f"only {' and '.join(ENDLESS)} may be endless"
            if isinstance(time, PiecewiseHazard) and time.hazard_per_s[-1] == 0.0:
                yield (
                    f"{key}.hazard_per_s",
                    time.hazard_per_s,
                    "the last hazard must be above 0, else the time may never end",
                )


def times(centre: Centre) -> Iterator[tuple[str, Time]]:
    """Every declared law of time with its dotted key."""
    for name, queue in centre.queues.items():
        for key in ("handle_s", "patience_s", "wrap_up_s"):
            yield f"queues.{name}.{key}", getattr(queue, key)
        yield f"queues.{name}.redial.delay_s", queue.redial.delay_s
        yield f"queues.{name}.repeat.delay_s", queue.repeat.delay_s
    for name, group in centre.groups.items():
        for queue_name, time in group.handle_s.items():
            yield f"groups.{name}.handle_s.{queue_name}", time
    for name, campaign in centre.campaigns.items():
        for key in ("handle_s", "ring_s", "drop_after_s", "handle_sale_s", "handle_machine_s", "wrap_up_s"):
            if getattr(campaign, key) is not None:
                yield f"campaigns.{name}.{key}", getattr(campaign, key)


def _piecewise(key: str, law: PiecewiseHazard) -> Iterator[tuple[str, Any, str]]:
    start, hazard = law.from_s, law.hazard_per_s
    if len(start) != len(hazard):
        yield f"{key}.hazard_per_s", hazard, f"has {len(hazard)} values; from_s has {len(start)}, they must be equal"
    if start[0] != 0.0 or any(b <= a for a, b in zip(start, start[1:], strict=False)):
        yield f"{key}.from_s", start, "must start with 0 and increase"
