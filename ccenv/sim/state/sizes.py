"""Size classes: capacities for which the kernel is compiled. Loops run to the scenario's own counts, not to these."""

from __future__ import annotations

from typing import NamedTuple

from ccenv.sim.state.codes import FIRST_STREAM

WORD = 64  # bits in a word of a set


def n_words(n: int) -> int:
    """Return the number of words in a set of up to n members (see `kernel/bits.py`)."""
    return -(-n // WORD)


class Size(NamedTuple):
    """Capacities of one size class: rows of each table.

    `pairs`: compatible pairs (queue or campaign, group). `actions`: the catalogue. `contacts`: contact records in use
    at once. `dists`: distributions. `roster`: entries of a day. `trace`: recorded arrivals of all queues. `leads`: rows
    of the table of touched leads, shared by all segments.
    """

    name: str
    queues: int
    groups: int
    campaigns: int
    pairs: int
    actions: int
    advisors: int
    contacts: int
    slots: int
    dists: int
    roster: int
    trace: int
    segments: int
    leads: int

    @property
    def heap(self) -> int:
        """Number of timers: the fixed ones, then one per arrival stream, campaign, advisor and contact record."""
        return FIRST_STREAM + self.queues + self.campaigns + self.advisors + self.contacts

    @property
    def rule_numbers(self) -> int:
        """Room for a rule's parameters: by slot two a queue, one a group and campaign; and some by pair."""
        return self.slots * (2 * self.queues + self.groups + self.campaigns + 16) + 4 * self.pairs

    @property
    def rule_state(self) -> int:
        """Room for the memory of both rules, twice, because `CCENV_DEBUG=1` asks them twice.

        Each half: four numbers for each queue, group and campaign, two for each pair.
        """
        return 2 * (64 + 4 * (self.queues + self.groups + self.campaigns) + 2 * self.pairs)


SIZES = {
    "S": Size(
        "S", queues=8, groups=8, campaigns=4, pairs=64, actions=96, advisors=64, contacts=512, slots=48, dists=64,
        roster=2048, trace=8192, segments=16, leads=4096,
    ),
    "M": Size(
        "M", queues=16, groups=16, campaigns=8, pairs=128, actions=192, advisors=256, contacts=2048, slots=96,
        dists=160, roster=8192, trace=32_768, segments=32, leads=32_768,
    ),
    "L": Size(
        "L", queues=64, groups=64, campaigns=16, pairs=512, actions=640, advisors=1024, contacts=8192, slots=288,
        dists=640, roster=32_768, trace=131_072, segments=64, leads=131_072,
    ),
    "XL": Size(
        "XL", queues=512, groups=128, campaigns=16, pairs=4096, actions=6144, advisors=10_000, contacts=65_536,
        slots=288, dists=6144, roster=131_072, trace=1_048_576, segments=64, leads=131_072,
    ),
}  # fmt: skip
