"""Entry point of the service: mask and observation of snapshots that come from outside."""

from ccenv.loops.drive import PACING, ROUTING, restrict
from ccenv.sim.kernel.jit import entry
from ccenv.sim.shown.masks import mark_waiting, write_mask
from ccenv.sim.shown.observed import encoded


@entry
def look_rows(cfg, snaps, numbers, masks, obs):
    """Write the mask of the policy's half and the observation of each row.

    `numbers`: the observed values, unscaled, in the order of the observation.
    """
    c = cfg[0]
    for b in range(snaps.shape[0]):
        mark_waiting(snaps[b], c)
        write_mask(snaps[b], c, masks[b], snaps[b].ready)
        if c.own in (ROUTING, PACING):
            restrict(masks[b], c)
        for k in range(obs.shape[1]):
            obs[b, k] = encoded(c, numbers[b, k], k)
