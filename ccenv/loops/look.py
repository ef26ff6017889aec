"""The entry point of the service: what a policy is shown of a snapshot that came from outside."""

from ccenv.loops.drive import PACING, ROUTING, restrict
from ccenv.sim.jit import entry
from ccenv.sim.masks import write_mask
from ccenv.sim.observed import encode


@entry
def look_rows(cfg, snaps, masks, obs):
    """Legal actions of the policy's half, and the observation, of each row, whose `observed` has been filled."""
    c = cfg[0]
    for b in range(snaps.shape[0]):
        write_mask(snaps[b], c, masks[b])
        if c.own in (ROUTING, PACING):
            restrict(masks[b], c)
        encode(snaps[b], c, obs[b])
