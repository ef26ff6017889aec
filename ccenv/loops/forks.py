"""Entry point of forks."""

from ccenv.sim.decide import coin
from ccenv.sim.forks.fork import redraw
from ccenv.sim.kernel.jit import entry


@entry
def fork_rows(envs, cfg, keys, u):
    """Make each record a fork under its key; `u` becomes the coin of its coming decision."""
    for b in range(envs.shape[0]):
        redraw(envs[b], cfg[0], keys[b])
        u[b] = coin(envs[b])
