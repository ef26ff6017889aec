"""Gymnasium wrappers. Each docstring says what the wrapper changes: observation, reward, horizon and objective.

| wrapper | changes |
|---|---|
| `FixedInterval` | one decision in a fixed time; rules, or nothing, decide in between |
| `SemiMarkovDiscount` | rewards scaled so that a discount per step is one by time |
| `AverageRewardCentring` | rewards less the average reward of the time that a step takes |
| `LastKpis` | KPIs in the last info of episodes that another wrapper ends |

`VectorSemiMarkovDiscount` and `VectorAverageRewardCentring` do the same for vector environments.
"""

from ccenv.wrappers.average_reward_centring import AverageRewardCentring, VectorAverageRewardCentring
from ccenv.wrappers.fixed_interval import FixedInterval
from ccenv.wrappers.last_kpis import LastKpis
from ccenv.wrappers.semi_markov_discount import SemiMarkovDiscount, VectorSemiMarkovDiscount, gamma_for

__all__ = [
    "AverageRewardCentring",
    "FixedInterval",
    "LastKpis",
    "SemiMarkovDiscount",
    "VectorAverageRewardCentring",
    "VectorSemiMarkovDiscount",
    "gamma_for",
]
