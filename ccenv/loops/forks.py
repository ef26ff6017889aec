"""Entry point that turns records into forks."""

from ccenv.sim.decide import coin
from ccenv.sim.forks.fork import redraw
from ccenv.sim.kernel.jit import entry


@entry
def fork_rows(envs, cfg, keys, u):
    """Turn each record into a fork under its key, and write the coin of its next decision to `u`."""
    for b in range(envs.shape[0]):
        redraw(envs[b], cfg[0], keys[b])
        u[b] = coin(envs[b])
