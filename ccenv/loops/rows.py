"""Entry points over rows: the config's rules as a policy and what it sees."""

from ccenv.rules.dispatch import choose
from ccenv.sim.kernel.jit import entry


@entry
def choose_rows(cfg, snaps, masks, state, u, starts, actions):
    """The rules' action in each row; marked rows forget their state first."""
    c = cfg[0]
    for b in range(snaps.shape[0]):
        if starts[b]:
            for k in range(state.shape[1]):
                state[b, k] = 0.0
        actions[b] = choose(snaps[b], masks[b], c, state[b], u[b])
