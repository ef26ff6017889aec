"""Entry point of the configured rules as a policy."""

from ccenv.rules.dispatch import choose
from ccenv.sim.kernel.jit import entry


@entry
def choose_rows(cfg, snaps, masks, state, u, starts, actions):
    """Write the rules' action of each row; rows marked in `starts` clear their rule state first. `u`: coins.

    `BAD_ROUTING` or `BAD_PACING` stands in place of an action that a rule may not take.
    """
    c = cfg[0]
    for b in range(snaps.shape[0]):
        if starts[b]:
            for k in range(state.shape[1]):
                state[b, k] = 0.0
        actions[b] = choose(snaps[b], masks[b], c, state[b], u[b])
