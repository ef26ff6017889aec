"""Set networks: one small tanh network scores each pair, each campaign's lines and `hold`, in centres of any size.

The method is that of Zaheer et al. 2017, "Deep Sets": one function acts on every element of a set, and sees the others
through means alone. So other orders of queues, groups and campaigns give the same actions.

The network has two hidden layers and two outputs, each beside a linear part. The inputs of a pair are features of its
queue, its group and itself; those of a campaign are features of its lines and advisors; `hold` has none of these. All
have features of the centre (see `set_form`). The first output is the score. The second is a level, in square roots of
the advisors of the campaign: the policy scores each dial up to that many lines by its lines and the first output, and
refuses the others. All scores count beside that of `hold`. A pair above it goes before all dials, and the others after.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from ccenv.policy import index
from ccenv.policy.in_kernel import Evaluator, KernelPolicy, address_of
from ccenv.policy.index import ASSIGNED, MOST_DIAL, REFUSED, SLACK
from ccenv.policy.net import N_MEMORY, array_of
from ccenv.policy.set_form import N_CENTRE, N_DIAL, N_GROUP, N_QUEUE, SetTables
from ccenv.scenarios.schema import Reserves
from ccenv.sim.kernel.jit import bounded
from ccenv.sim.state.codes import ASSIGN, DIAL_RESERVED, HOLD
from ccenv.sim.state.layout import Layout

PER_LINE = 8.0  # lines that raise the score of a dial by 1
SATURATED = 19.0  # tanh(19) is 1 in float64


class Places(NamedTuple):
    """Where things stand: numbers of entities and actions, all hashable.

    Attributes:
        n_queues, n_groups, n_campaigns: Of the centre.
        n_actions: Number of actions.
        n_assign: Number of assignments, which follow `hold`.
        hidden: Width of the hidden layers.
    """

    n_queues: int
    n_groups: int
    n_campaigns: int
    n_actions: int
    n_assign: int
    hidden: int

    @property
    def first_row(self) -> tuple[int, int, int, int]:
        """First rows of groups, plain dials, reserved dials and the centre among the rows of features."""
        groups = self.n_queues * N_QUEUE
        plain = groups + self.n_groups * N_GROUP
        reserved = plain + self.n_campaigns * N_DIAL
        return groups, plain, reserved, reserved + self.n_campaigns * N_DIAL


def places(tables: SetTables) -> Places:
    """Return where things stand in a network's tables."""
    n_queues, n_groups, n_campaigns = tables.sizes.tolist()
    return Places(n_queues, n_groups, n_campaigns, len(tables.actions), len(tables.pair), tables.hidden)


class SetPolicy(KernelPolicy):
    """A set network of a centre (see the module).

    It is deterministic, computes in float64 and compares scores in float32, in kernel, `act` and exported graph alike.
    Of equal scores the first action is taken; levels have a slack of 0.001 lines.

    Args:
        tables: The policy as numbers, `set_form(scenario).tables(weights)`.
        owns: The half that the policy decides.
        reserves: The campaigns' flag for which it is made; None: any.
        actions: Dials that it may use.
    """

    def __init__(
        self,
        tables: SetTables,
        *,
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
    ) -> None:
        self.tables, self.places = tables, places(tables)
        self.owns, self.reserves, self.actions = owns, reserves, actions
        self.n_obs, self.n_actions = tables.shared.shape[2], self.places.n_actions

    def evaluator(self, kinds: Layout) -> Evaluator:
        """Return the policy as the kernel of a size class calls it; compiles it if it must."""
        record = _filled(self.tables)
        make = functools.partial(_make, self.places)
        name = " ".join(map(str, ("set", *self.places)))
        memory = np.full(N_MEMORY, -1.0)
        memory[0] = N_MEMORY
        address = address_of(make, record.dtype, kinds, __file__, name, (index.__file__,))
        return Evaluator(address, np.frombuffer(record.tobytes(), np.float64).copy(), memory)


def _filled(tables: SetTables) -> np.ndarray:
    """Return the record of numbers that the kernel reads: the features' matrix by rows without its zeros, and weights.

    Fields of the features have the names that `index._features` reads.
    """
    at, parts = places(tables), {**tables.parts(), "pair": tables.pair, "unit": tables.unit}
    rows, columns = np.nonzero(tables.entities.T)
    around = [np.nonzero(part) for part in tables.shared]
    n_columns, n_rows = tables.entities.shape
    n_shared, n_items = len(around[0][0]), at.n_queues + at.n_groups + 2 * at.n_campaigns + 1
    lists = {"start": n_rows + 1, "column": len(rows), "campaign": n_shared, "recent": n_shared, "expected": n_shared}
    owners = {name: at.n_actions for name in ("of", "group", "lines", "reserved")}
    fields: list[Any] = [(name, "i8", (max(1, n),)) for name, n in {**lists, **owners}.items()]
    fields += [(name, "f8", tuple(max(1, n) for n in part.shape)) for name, part in parts.items()]
    fields += [(name, "i8") for name in ("time_at", "n_obs", "n_shared")] + [("time_0", "f8"), ("time_1", "f8")]
    fields += [("value", "f8", (len(rows),)), ("phi", "f8", (n_columns,)), ("x", "f8", (n_rows,)),
               ("ahead", "f8", (n_items, at.hidden)), ("linear", "f8", (n_items,)), ("y", "f8", (at.hidden,)),
               ("z", "f8", (at.hidden,)), ("out", "f8", (2,))]  # fmt: skip
    record = np.zeros(1, np.dtype(fields))
    one = record[0]
    for name, part in parts.items():
        one[name][tuple(slice(n) for n in part.shape)] = part
    one["start"][:] = np.searchsorted(rows, np.arange(n_rows + 1))
    one["column"][:], one["value"][:] = columns, tables.entities.T[rows, columns]
    for name, found in (("campaign", around[0][0]), ("recent", around[0][1]), ("expected", around[1][1])):
        one[name][:n_shared] = found
    record["time_at"], record["time_0"], record["time_1"] = tables.time
    record["n_obs"], record["n_shared"] = tables.shared.shape[2], n_shared
    kinds, one["of"][:], one["lines"][:], one["group"][:] = tables.actions.T
    one["reserved"][:] = kinds == DIAL_RESERVED
    assert np.count_nonzero(kinds == ASSIGN) == at.n_assign
    return record


@bounded
def _tanh(y):
    """Replace y by tanh(y), to 1e-10; without a branch or a call, so that it is vectorised.

    Lambert's continued fraction of tanh(y / 16), and four times tanh(2x) = 2 tanh(x) / (1 + tanh(x)^2).
    """
    for j in range(y.shape[0]):
        x = min(max(y[j], -SATURATED), SATURATED) * 0.0625
        s = x * x
        t = x * (135135.0 + s * (17325.0 + s * (378.0 + s))) / (135135.0 + s * (62370.0 + s * (3150.0 + s * 28.0)))
        for _ in range(4):
            t = (t + t) / (1.0 + t * t)
        y[j] = t


@bounded
def _rows(params):
    """Write the features of all entities to `params.x`."""
    for row in range(params.x.shape[0]):
        total = 0.0
        for k in range(params.start[row], params.start[row + 1]):
            total += params.value[k] * params.phi[params.column[k]]
        params.x[row] = total


@bounded
def _prepare(params, item, first, w, u):
    """Add up what the features of an entity, from a row on, give to the first layer and to the linear part."""
    for j in range(params.ahead.shape[1]):
        params.ahead[item, j] = 0.0
    params.linear[item] = 0.0
    for k in range(w.shape[0]):
        v = params.x[first + k]
        if v != 0.0:
            params.linear[item] += v * u[k, 0]
            for j in range(params.ahead.shape[1]):
                params.ahead[item, j] += v * w[k, j]


@bounded
def _outputs(params):
    """Write both outputs for the first layer's sums in `params.y`."""
    _tanh(params.y)
    for j in range(params.z.shape[0]):
        params.z[j] = params.b_second[j]
    for i in range(params.y.shape[0]):
        for j in range(params.z.shape[0]):
            params.z[j] += params.y[i] * params.w_second[i, j]
    _tanh(params.z)
    score = 0.0
    level = 0.0
    for j in range(params.z.shape[0]):
        score += params.z[j] * params.w_out[j, 0]
        level += params.z[j] * params.w_out[j, 1]
    params.out[0] = score
    params.out[1] = level


def _make(at: Places) -> Any:
    n_queues, n_groups, n_campaigns, n_assign = at.n_queues, at.n_groups, at.n_campaigns, at.n_assign
    first_group, first_plain, _, first_centre = at.first_row
    n_dials = 2 * n_campaigns
    centre = n_queues + n_groups + n_dials
    n_actions, hidden = at.n_actions, at.hidden

    @bounded
    def everything(params):
        """Prepare all entities; the centre's part, with the biases, is added to each action."""
        for q in range(n_queues):
            _prepare(params, q, q * N_QUEUE, params.w_queue, params.u_queue)
        for g in range(n_groups):
            _prepare(params, n_queues + g, first_group + g * N_GROUP, params.w_group, params.u_group)
        for i in range(n_dials):
            _prepare(params, n_queues + n_groups + i, first_plain + i * N_DIAL, params.w_dial, params.u_dial)
        for j in range(hidden):
            total = params.b_first[j]
            for k in range(N_CENTRE):
                total += params.x[first_centre + k] * params.w_centre[k, j]
            params.ahead[centre, j] = total
            params.y[j] = total
        _outputs(params)

    @bounded
    def pair_score(params, a):
        q, g, row = params.of[a], n_queues + params.group[a], a - 1
        total = params.linear[q] + params.linear[g]
        for j in range(hidden):
            params.y[j] = params.ahead[centre, j] + params.ahead[q, j] + params.ahead[g, j]
        for k in range(params.pair.shape[1]):
            total += params.pair[row, k] * params.u_pair[k, 0]
            for j in range(hidden):
                params.y[j] += params.pair[row, k] * params.w_pair[k, j]
        _outputs(params)
        return total + params.out[0]

    @bounded
    def dial_outputs(params, item):
        for j in range(hidden):
            params.y[j] = params.ahead[centre, j] + params.ahead[item, j]
        _outputs(params)

    def decide(snap, mask, c, params, state, u):
        legal = array_of(mask, n_actions)
        index._features(snap.observed, params, n_campaigns)
        _rows(params)
        everything(params)
        hold = params.out[0]
        best = -1
        top = np.float32(0.0)
        if legal[HOLD]:
            best = HOLD
        for a in range(1, n_assign + 1):
            if legal[a]:
                z = pair_score(params, a) - hold
                z += ASSIGNED if z > 0.0 else -ASSIGNED
                if best < 0 or np.float32(z) > top:
                    best, top = a, np.float32(z)
        last = -1
        score = 0.0
        level = 0.0
        for a in range(n_assign + 1, n_actions):
            if legal[a]:
                i, reserved = params.of[a], params.reserved[a]
                item = n_queues + n_groups + reserved * n_campaigns + i
                if item != last:
                    dial_outputs(params, item)
                    last, score = item, params.out[0] - hold
                    level = params.unit[i] * (params.linear[item] + params.out[1])
                rank = params.reserved_order[0] if reserved else float(params.lines[a])
                z = min(max(1.0 + (rank + score) / PER_LINE, -MOST_DIAL), MOST_DIAL)
                z = z if params.lines[a] <= level + SLACK else REFUSED
                if best < 0 or np.float32(z) > top:
                    best, top = a, np.float32(z)
        return np.int64(best)

    return decide
