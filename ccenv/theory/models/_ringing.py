"""Cap on the number of ringing lines, for models that set no bound themselves."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ccenv.theory.models._model import Model

__all__ = ["Dialing", "ringing_cap"]

TOUCHED = 1e-12  # a smaller share of the time at the cap counts as none
DOUBLINGS = 4  # largest number of times that the cap is doubled


class Dialing(Model):
    """A model that truncates the number of ringing lines and doubles the cap while a policy reaches it.

    A subclass is a dataclass with the field `max_ringing` (None: choose the cap here) and the measure `p_max_ringing`.
    """

    max_ringing: int | None

    def evaluate(self, rule: Any) -> Any:
        """As `Model.evaluate`; without a given `max_ringing`, double the cap while the policy reaches it.

        The cap is doubled at most 4 times. Steps given as an array fit one cap only, so for them the cap stays.
        """
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
        """The fields of `Optimum` for the largest `reward`, a measure, within limits.

        The cap is doubled as in `evaluate`. An optimum that still reaches it is none of the model without the cap.

        Raises:
            ValueError: If a limit is not allowed, or if no cap holds the optimum and `max_ringing` gives none.
        """
        if self.max_ringing is not None:
            return self._fields(reward, limit)
        if limit is None or limit == {}:
            raise ValueError(
                f"limit={limit!r} is not allowed without max_ringing: nothing bounds the lines, and more lines always "
                f"give more {reward}; no policy reaches its supremum"
            )
        model, fields = self, self._fields(reward, limit)
        for _ in range(DOUBLINGS):
            if fields["result"].p_max_ringing <= TOUCHED:
                return fields
            model = model._raised()
            fields = model._fields(reward, limit)
        if fields["result"].p_max_ringing <= TOUCHED:
            return fields
        raise ValueError(
            f"limit={limit!r} is not allowed without max_ringing: the optimum still reaches the cap of "
            f"{int(model.built.space['ringing'].max())} ringing lines, with {reward} "
            f"{getattr(fields['result'], reward):.6g}, so that more lines may give more; give a lower limit or "
            "max_ringing"
        )

    def _fields(self, reward: str, limit: float | Mapping[str, float] | None) -> dict[str, Any]:
        return self._optimum(self.built.ratios[reward].numerator, limit)

    def _raised(self) -> "Dialing":
        cap = int(self.built.space["ringing"].max())
        return replace(self, max_ringing=2 * cap)  # type: ignore[type-var]


def ringing_cap(n: int, answer_prob: float, ring_s: float, talk_s: float) -> int:
    """First cap on the ringing lines, above the number of the best policy under a tight drop limit.

    It is 1.25 times the number of lines that keeps all advisors occupied, plus 8.
    """
    return math.ceil(1.25 * n * (1 + ring_s / talk_s) / answer_prob) + 8


def _parts(rule: Any) -> list[Any]:
    return rule if isinstance(rule, list) else [rule]
