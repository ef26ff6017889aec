"""How many lines may ring at most, where the model itself sets no bound."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ccenv.theory.models._model import Model

__all__ = ["Dialing", "ringing_cap"]

TOUCHED = 1e-12  # share of the time at the cap that counts as none
DOUBLINGS = 4


class Dialing(Model):
    """A model that cuts off the number of lines ringing, and takes a larger cap where a policy comes to it.

    Its dataclass has the field `max_ringing`, None for a cap found here, and the measure `p_max_ringing`.
    """

    max_ringing: int | None

    def evaluate(self, rule: Any) -> Any:
        """As `Model.evaluate`; without a given `max_ringing` the cap is raised until the policy does not come to it."""
        model, result = self, super().evaluate(rule)
        if self.max_ringing is not None or any(isinstance(part, np.ndarray) for part in _parts(rule)):
            return result
        for _ in range(DOUBLINGS):
            if result.p_max_ringing <= TOUCHED:
                break
            model = model._raised()
            result = Model.evaluate(model, rule)
        return result

    def _best(self, reward: str, limit: float | Mapping[str, float] | None) -> dict[str, Any]:
        """The fields of `Optimum` for the largest `reward`, a measure, within limits; the cap is raised as above."""
        model, fields = self, self._fields(reward, limit)
        for _ in range(DOUBLINGS):
            if self.max_ringing is not None or limit is None or fields["result"].p_max_ringing <= TOUCHED:
                break
            model = model._raised()
            fields = model._fields(reward, limit)
        return fields

    def _fields(self, reward: str, limit: float | Mapping[str, float] | None) -> dict[str, Any]:
        return self._optimum(self.built.ratios[reward].numerator, limit)

    def _raised(self) -> "Dialing":
        cap = int(self.built.space["ringing"].max())
        return replace(self, max_ringing=2 * cap)  # type: ignore[type-var]


def ringing_cap(n: int, answer_prob: float, ring_s: float, talk_s: float) -> int:
    """More lines than the best policy has under a tight drop limit: what occupies all advisors, and a margin."""
    return math.ceil(1.25 * n * (1 + ring_s / talk_s) / answer_prob) + 8


def _parts(rule: Any) -> list[Any]:
    return rule if isinstance(rule, list) else [rule]
