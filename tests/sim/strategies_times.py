"""Numbers, distributions of time and profiles made by hypothesis."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

Plain = dict[str, Any]


class Frame(NamedTuple):
    """When the centre is open; a steady one has no slots."""

    open_s: float
    span_s: float
    n_slots: int
    slot_s: float

    @classmethod
    def of(cls, clock: Plain) -> Frame:
        """That of a clock."""
        if clock["kind"] == "steady":
            return cls(0.0, clock["warm_up_s"] + clock["horizon_s"], 0, 0.0)
        span_s = clock["close_s"] - clock["open_s"]
        return cls(clock["open_s"], span_s, int(-(-span_s // clock["slot_s"])), clock["slot_s"])


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None, or one of these."""
    return st.none() | strategy


def optional(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Plain]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=keys)


def number(low: float, high: float) -> st.SearchStrategy[float]:
    """A number with three decimals."""
    return st.integers(round(1000 * low), round(1000 * high)).map(lambda n: n / 1000)


def probability() -> st.SearchStrategy[float]:
    """0, 1, or between."""
    return st.sampled_from([0.0, 0.3, 0.7, 1.0])


def profile(low: float, high: float, frame: Frame) -> st.SearchStrategy[Any]:
    """A plain number, or one value for each slot."""
    if frame.n_slots == 0:
        return number(low, high)
    by_slot = st.lists(st.just(0.0) | number(low, high), min_size=frame.n_slots, max_size=frame.n_slots)
    return number(low, high) | by_slot


@st.composite
def times(draw: st.DrawFn, mean_s: float, at_once: bool = False, endless: bool = False) -> Any:
    """A distribution of time of about this mean."""
    m = draw(number(0.3 * mean_s, 1.7 * mean_s))
    third = round(m / 3, 3)
    dists: list[Any] = [
        m,
        {"dist": "constant", "value_s": m},
        {"dist": "uniform", "low_s": third, "high_s": 2 * m},
        {"dist": "lognormal", "mu": round(m**0.25, 3), "sigma": 0.6},
        {"dist": "erlang", "k": 3, "mean_s": m},
        {"dist": "gamma", "shape": 0.7, "mean_s": m},
        {"dist": "weibull", "shape": 1.6, "scale_s": m},
        {"dist": "hyper_exponential", "p": [0.8, 0.2], "mean_s": [third, 3 * m]},
        {"dist": "empirical", "quantiles_s": [0.0, third, m, 2 * m]},
        {"dist": "piecewise_hazard", "from_s": [0.0, third, m], "hazard_per_s": [0.01, 0.0, 0.05]},
    ]
    if endless:
        stops = {"dist": "piecewise_hazard", "from_s": [0.0, third], "hazard_per_s": [round(0.5 / m, 5), 0.0]}
        dists += [{"dist": "never"}, stops]
    return draw(st.sampled_from([*dists, 0.0] if at_once else dists))
