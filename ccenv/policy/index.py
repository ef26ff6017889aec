"""Index policies: a score for each pair, a level of lines for each campaign, both linear in declared features.

The score of an assignment adds a constant of the pair, weights of the queue times features of the queue, and weights of
the group times features of the group. The assignment with the highest positive score is taken. Else campaign i has the
target k (available - reserve)^+ - less of ringing lines, and the policy takes the largest dial that does not exceed it,
or a reserved dial while more are available than the reserve. Each of these is linear in features of the campaign.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ccenv.policy.in_kernel import Evaluator, KernelPolicy, address_of
from ccenv.policy.index_form import AVAILABLE, FORMS, LESS, ORDER, RESERVE, RESERVED_ORDER, IndexTables, K
from ccenv.policy.net import N_MEMORY, array_of
from ccenv.scenarios.schema import Reserves
from ccenv.sim.kernel.jit import bounded
from ccenv.sim.state.codes import ASSIGN, DIAL_RESERVED, HOLD
from ccenv.sim.state.layout import Layout

SLACK = 1e-3  # a level is met within it, so that sums of whole numbers do not depend on rounding
ASSIGNED, LEAST_DIAL, MOST_DIAL, REFUSED = 64.0, 0.5, 60.0, -1e6
MOST = 1e9
N_FORMS = len(FORMS)


def features(form: Any, obs: Any, cat: Any) -> Any:
    """Return the features of observations: the columns of the matrix, (B, columns).

    Args:
        form: Layout with arrays of the library of `obs`.
        obs: Observations, (B, K), of NumPy or torch.
        cat: Joins arrays along axis 1.
    """
    x = form.time[1] + form.time[2] * obs[:, form.time[0] : form.time[0] + 1]
    recent, expected = obs @ form.shared[0].T, obs @ form.shared[1].T
    excess = (expected > 0.0) * (recent / expected.clip(1e-9, MOST) - 1.0)
    return cat([obs, x * x, excess, x * 0.0 + 1.0])


def scores(form: Any, z: Any, cat: Any) -> Any:
    """Return a number for each action, (B, A), of which the highest is taken, from the values z of the forms.

    Args:
        form: Layout with arrays of the library of `z`.
        z: Values of the forms, (B, rows), of NumPy or torch.
        cat: Joins arrays along axis 1.
    """
    pairs = z[:, : form.n_assign]
    assigned = pairs + ASSIGNED * ((pairs > 0.0) * 2.0 - 1.0)
    hold = z[:, :1] * 0.0
    campaign, lines, reserved = form.dials
    if not form.n_campaigns:
        return cat([hold, assigned])
    by_campaign = [z[:, form.n_assign + j :: N_FORMS][:, campaign] for j in range(N_FORMS)]
    k, available, reserve, less, order, reserved_order = by_campaign
    above = available - reserve.clip(0.0, MOST)
    target = k * above.clip(0.0, MOST) - less
    plain = (lines <= target + SLACK) * 1.0
    # of available advisors only those who are idle now can be reserved: the mask sees to it
    kept = (above > SLACK) * 1.0
    allowed = reserved * kept + (1.0 - reserved) * plain
    value = (1.0 + (order + reserved * reserved_order + (1.0 - reserved) * lines) / 8.0).clip(LEAST_DIAL, MOST_DIAL)
    dial = allowed * value + (1.0 - allowed) * REFUSED
    return cat([hold, assigned, dial])


class IndexLayout:
    """What the formulas know of an index policy apart from its matrix: arrays of NumPy, or of torch by `convert`."""

    def __init__(self, tables: IndexTables, convert: Any = np.asarray) -> None:
        kinds = tables.actions[:, 0]
        rows = tables.actions[(kinds != ASSIGN) & (kinds != HOLD)]
        self.n_actions, self.n_assign = len(kinds), int(np.count_nonzero(kinds == ASSIGN))
        self.n_campaigns = tables.shared.shape[1]
        self.time = int(tables.time[0]), float(tables.time[1]), float(tables.time[2])
        self.shared = convert(tables.shared)
        lines, reserved = rows[:, 2].astype(float), (rows[:, 0] == DIAL_RESERVED).astype(float)
        self.dials = convert(rows[:, 1]), convert(lines), convert(reserved)


class IndexPolicy(KernelPolicy):
    """An index policy of a centre (see the module).

    It is deterministic. Kernel and `act` compute in float64, the exported graph (`features` and `scores`) in float32:
    two scores that are equal up to rounding may change places. Of equal scores the first action is taken; levels have
    a slack of 0.001 lines.

    Args:
        tables: The policy as numbers, `index_form(scenario).tables(weights)`.
        owns: The half that the policy decides.
        reserves: The campaigns' flag for which it is made; None: any.
        actions: Dials that it may use.
    """

    def __init__(
        self,
        tables: IndexTables,
        *,
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
    ) -> None:
        self.tables = tables
        self.owns, self.reserves, self.actions = owns, reserves, actions
        self.layout = IndexLayout(tables)
        self.n_obs, self.n_actions = tables.shared.shape[2], self.layout.n_actions

    def evaluator(self, kinds: Layout) -> Evaluator:
        """Return the policy as the kernel of a size class calls it; compiles it if it must."""
        at, record = self.layout, _filled(self.tables)
        make = functools.partial(_make, at.n_actions, at.n_assign, at.n_campaigns)
        name = f"index {at.n_actions} {at.n_assign} {at.n_campaigns}"
        memory = np.full(N_MEMORY, -1.0)
        memory[0] = N_MEMORY
        address = address_of(make, record.dtype, kinds, __file__, name)
        return Evaluator(address, np.frombuffer(record.tobytes(), np.float64).copy(), memory)


def _filled(form: IndexTables) -> np.ndarray:
    """Return the record of numbers that the kernel reads: the matrix by rows, without its zeros."""
    n_rows, n_columns = form.matrix.shape
    rows, columns = np.nonzero(form.pattern)
    around = [np.nonzero(part) for part in form.shared]
    n_obs, n = form.shared.shape[2], max(1, len(around[0][0]))
    campaign, lines, reserved = IndexLayout(form).dials
    first = len(form.actions) - len(lines)  # actions of campaigns stand at the end, campaign after campaign
    kind = np.dtype(
        [("start", "i8", (n_rows + 1,)), ("column", "i8", (len(rows),)), ("value", "f8", (len(rows),)),
         ("phi", "f8", (n_columns,)), ("time_at", "i8"), ("time_0", "f8"), ("time_1", "f8"), ("n_obs", "i8"),
         ("n_shared", "i8"), ("campaign", "i8", (n,)), ("recent", "i8", (n,)), ("expected", "i8", (n,)),
         ("first_dial", "i8", (form.shared.shape[1] + 1,)), ("lines", "f8", (len(form.actions),)),
         ("reserved", "f8", (len(form.actions),))]
    )  # fmt: skip
    record = np.zeros(1, kind)
    record["start"][0] = np.searchsorted(rows, np.arange(n_rows + 1))
    record["column"][0], record["value"][0] = columns, form.matrix[rows, columns]
    record["time_at"], record["time_0"], record["time_1"] = form.time
    record["n_obs"], record["n_shared"] = n_obs, len(around[0][0])
    record["campaign"][0, : len(around[0][0])] = around[0][0]
    record["recent"][0, : len(around[0][0])] = around[0][1]
    record["expected"][0, : len(around[1][0])] = around[1][1]
    record["first_dial"] = first + np.searchsorted(campaign, np.arange(form.shared.shape[1] + 1))
    record["lines"][0, first:], record["reserved"][0, first:] = lines, reserved
    return record


@bounded
def _features(observed, params, n_campaigns):
    """Write the features of the observation to `params.phi`."""
    n = params.n_obs
    for k in range(n):
        params.phi[k] = observed[k]
    x = params.time_0 + params.time_1 * observed[params.time_at]
    params.phi[n] = x * x
    first = 0
    for i in range(n_campaigns):
        recent = 0.0
        expected = 0.0
        while first < params.n_shared and params.campaign[first] == i:
            recent += observed[params.recent[first]]
            expected += observed[params.expected[first]]
            first += 1
        params.phi[n + 1 + i] = recent / expected - 1.0 if expected > 0.0 else 0.0
    params.phi[n + 1 + n_campaigns] = 1.0


@bounded
def _value(params, row):
    """Return the value of a form."""
    total = 0.0
    for k in range(params.start[row], params.start[row + 1]):
        total += params.value[k] * params.phi[params.column[k]]
    return total


@bounded
def _dial_value(params, a, row, above, target):
    """Return the number of a dial of the campaign whose forms begin at a row."""
    reserved = params.reserved[a] != 0.0
    if (reserved and above <= SLACK) or (not reserved and params.lines[a] > target + SLACK):
        return REFUSED
    rank = _value(params, row + ORDER)
    rank += _value(params, row + RESERVED_ORDER) if reserved else params.lines[a]
    return min(max(1.0 + rank / 8.0, LEAST_DIAL), MOST_DIAL)


def _make(n_actions: int, n_assign: int, n_campaigns: int) -> Any:
    def decide(snap, mask, c, params, state, u):
        legal = array_of(mask, n_actions)
        _features(snap.observed, params, n_campaigns)
        best = -1
        top = 0.0
        if legal[HOLD]:
            best = HOLD
        for a in range(1, n_assign + 1):
            if legal[a]:
                z = _value(params, a - 1)
                z += ASSIGNED if z > 0.0 else -ASSIGNED
                if best < 0 or z > top:
                    best, top = a, z
        for i in range(n_campaigns):
            row = n_assign + N_FORMS * i
            above = MOST
            target = MOST
            for a in range(params.first_dial[i], params.first_dial[i + 1]):
                if legal[a]:
                    if above == MOST:
                        above = _value(params, row + AVAILABLE) - max(_value(params, row + RESERVE), 0.0)
                        target = _value(params, row + K) * max(above, 0.0) - _value(params, row + LESS)
                    z = _dial_value(params, a, row, above, target)
                    if best < 0 or z > top:
                        best, top = a, z
        return np.int64(best)

    return decide
