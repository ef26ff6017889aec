"""A pacing rule on snapshots that are written by hand, called as a Python function, without the compiled dispatch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv import Scenario
from ccenv.rules import find_rule
from ccenv.rules.params import params_record, rule_rows, state_length
from ccenv.scenarios.check.rules import names_of
from ccenv.sim.kernel.jit import records
from ccenv.sim.state.codes import DIAL, DIAL_RESERVED
from ccenv.sim.state.layout import layout
from tests.rules.bench import centre


class Hand:
    """One rule with given parameters; it remembers what it has seen.

    Args:
        rule: Name of the rule.
        params: Its parameters.
        scenario: The centre; None: `centre` under the flag that the rule needs.
    """

    def __init__(self, rule: str, params: dict[str, Any] | None = None, scenario: Scenario | None = None) -> None:
        self.rule = find_rule("pacing", rule)
        chosen = centre(reserves=bool(self.rule.reserves)) if scenario is None else scenario
        self.size, self.names = chosen.size, [action.name for action in chosen.catalogue]
        table = rule_rows(self.rule, params or {}, names_of(chosen.centre), chosen.size).table[:1]
        self.params = table.copy().view(params_record(self.rule, chosen.size)).view(np.recarray)[0, 0]
        self.c: Any = records(chosen.config(days=1, order="entry").copy()).view(np.recarray)[0]
        self.state = np.zeros(state_length(self.rule, chosen.size))
        kinds = np.array([action.kind for action in chosen.catalogue])
        self.mask = np.isin(kinds, [DIAL, DIAL_RESERVED])
        self.mask[0] = True

    def act(self, u: float = 0.5, closed: tuple[int, ...] = (), **fields: Any) -> str:
        """Name of the action at a snapshot with these fields, the others 0; `closed`: campaigns that may not dial."""
        snaps = records(np.zeros(1, layout(self.size.name).snapshot))
        for name, value in fields.items():
            array = snaps[name][0]
            if np.ndim(value):
                at = tuple(slice(n) for n in np.shape(value))
                array[at] = value
            else:
                snaps[name] = value
        mask = self.mask.copy()
        for i in closed:
            mask[self.c.first_dial[i] : self.c.first_dial[i + 1]] = False
        snap = snaps.view(np.recarray)[0]
        return self.names[int(self.rule.function(snap, mask, self.c, self.params, self.state, u))]

    def target(self, **fields: Any) -> int:
        """Number of lines that ring once the rule holds, for campaign `first`, those given by `ringing` included."""
        lines = int(np.ravel(fields.pop("ringing", [0]))[0])
        ages = np.array(fields.pop("ringing_by_age", [[lines, 0, 0, 0]]), float)
        while True:
            action = self.act(closed=(1,), ringing=[lines], ringing_by_age=ages, **fields)
            if action == "hold":
                return lines
            n = int(action.partition("*")[2])
            lines += n
            ages[0, 0] += n
