"""Learners with parts that can be switched off, where they have no setting for it.

With their defaults they learn as `search` and `clones` do, bit by bit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from agents.base import Iteration
from agents.clones.kind import CLONES as WHOLE_CLONES
from agents.clones.learner import Clones, ClonesSettings
from agents.common.days import generation_days
from agents.common.demonstration import Demonstration
from agents.common.imitation import standardise
from agents.common.tried import Paired
from agents.common.warm_start import CloneSettings
from agents.search.kind import SEARCH as WHOLE_SEARCH
from agents.search.learner import Search, SearchSettings
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy.exploring import Explorer, Kept, Sampling
from ccenv.policy.index_form import CAMPAIGN_FEATURES, FIXED, GROUP_FEATURES, QUEUE_FEATURES, IndexForm, index_form
from ccenv.scenarios import Scenario

#: Names of the features of an index policy, without those of pairs and the constants of campaigns.
FEATURES = tuple(
    dict.fromkeys(
        name
        for name in [
            *(feature[0] for feature in (*QUEUE_FEATURES, *GROUP_FEATURES)),
            *(feature[1] for feature in CAMPAIGN_FEATURES),
        ]
        if name != "one"
    )
)
FIRST_KEY = 2**62  # of futures that are drawn anew: no day has such a seed


@dataclasses.dataclass(frozen=True)
class PartialSearchSettings(SearchSettings):
    """How the search goes, beside what `SearchSettings` says.

    Attributes:
        imitates: Whether a warm start imitates the rule; if not, the search starts at the defaults of the index policy.
        without: Features that the index policy does not have, each by the last part of the names of its weights.
        own_days: Whether each candidate of a generation runs training days of its own, as many as the common ones.
    """

    imitates: bool = True
    without: tuple[str, ...] = ()
    own_days: bool = False


def form_without(form: IndexForm, features: Sequence[str]) -> IndexForm:
    """Return what an index policy computes without some features.

    Args:
        form: With all features.
        features: The last parts of the names of their weights; a centre need not have all of them.

    Raises:
        ValueError: If there is no such feature.
    """
    for feature in features:
        if feature not in FEATURES:
            raise ValueError(f"without: {feature!r}; allowed: {', '.join(FEATURES)}")
    last = [name.rpartition(":")[2] for name in form.names]
    kept = np.array([name not in features for name in last])
    place = np.cumsum(kept) - 1
    rows, columns, factors, which = form.entries
    stay = (which == FIXED) | kept[which]
    moved = np.where(which == FIXED, FIXED, place[which])
    return form._replace(
        names=tuple(name for name, stays in zip(form.names, kept, strict=True) if stays),
        defaults=form.defaults[kept], spreads=form.spreads[kept],
        entries=(rows[stay], columns[stay], factors[stay], moved[stay]),
        halves=tuple(half for half, stays in zip(form.halves, kept, strict=True) if stays),
    )  # fmt: skip


class PartialSearch(Search):
    """The search with parts switched off; arguments as those of `Search`."""

    settings: PartialSearchSettings

    def __init__(self, batch: Any, scales: TimeScales, settings: PartialSearchSettings, seed: int) -> None:
        super().__init__(batch, scales, settings, seed)
        self.common, self.asked = np.zeros(0, np.uint64), 0  # common days of the generation; own days given out

    def _form(self, scenario: Scenario) -> IndexForm:
        return form_without(index_form(scenario), self.settings.without)

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Start from the rule, or stay at the defaults."""
        return super().warm_start(demonstration, settings, seed) if self.settings.imitates else {}

    def iterate(self, done: float) -> Iteration:
        """Run one generation."""
        self.common, self.asked = generation_days(self.seed, self.generation, self.settings.days), 0
        return super().iterate(done)

    def _paid(self, weights: np.ndarray, days: np.ndarray) -> np.ndarray:
        if not self.settings.own_days or not np.isin(days, self.common).all():
            return super()._paid(weights, days)
        n, candidates = self.settings.days, self.settings.candidates
        calls = candidates + (candidates + 1) // 2  # of a generation: all candidates, then the better half
        own = generation_days(self.seed, self.generation * calls + self.asked, n)
        self.asked += 1
        return super()._paid(weights, own[: len(days)])


@dataclasses.dataclass(frozen=True)
class PartialClonesSettings(ClonesSettings):
    """How the iteration goes, beside what `ClonesSettings` says.

    Attributes:
        imitates: Whether the first base is the rules; if not, it is a network of random weights, whose first layer is
            scaled to what the rules see.
        futures: Hidden futures of a decision. 1: all actions share the one that happens. More: futures are drawn anew,
            and the legal actions take turns in them; all actions run in all of them, so the time grows with them.
    """

    imitates: bool = True
    futures: int = 1


class PartialClones(Clones):
    """Rollout policy iteration with parts switched off; arguments as those of `Clones`."""

    settings: PartialClonesSettings

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Start from the rules, or from a network of random weights."""
        if self.settings.imitates:
            return super().warm_start(demonstration, settings, seed)
        standardise(self.actor).fit(demonstration.obs)
        self.from_rules = False
        return {}

    def tried(self, explorer: Explorer, most: int) -> Paired:
        """Return about `most` decisions with all actions tried, under one hidden future or under several."""
        if self.settings.futures == 1:
            return super().tried(explorer, most)
        apart = FuturesApart(explorer, self.settings.futures, self.iteration_seed)
        found = super().tried(apart, most)
        explorer.decisions += apart.decisions
        return found


class FuturesApart(Explorer):
    """An explorer whose tried actions do not share a future: futures are drawn anew for each decision.

    Drawn futures follow what is seen at the decision, except that a hidden mode and levels of the day are drawn without
    regard to it. So this stands for other futures of the same state only in a centre without them.

    Args:
        like: The explorer whose run, actor and arrays it takes.
        n_futures: Futures of a decision.
        seed: Of the futures.
    """

    def __init__(self, like: Explorer, n_futures: int, seed: int) -> None:
        super().__init__(like.run, like.rules, like.actor, like.n, like.engine)
        self.n_futures, self.key = n_futures, FIRST_KEY + seed * 2**24

    def sample(self, keys: np.ndarray, sampling: Sampling, room: int = 1) -> Iterator[Kept]:
        """Run one episode for each seed and try all actions at decisions; yields one decision at a time."""
        return super().sample(keys, sampling, 1)

    def call(
        self, job: np.ndarray, seeds: np.ndarray, rows: int, keys: np.ndarray, allowed: np.ndarray, store: Kept
    ) -> int:
        """Call the kernel once for the first rows, up to the next decision that is kept."""
        if not job["tries"][0]:
            return super().call(job, seeds, rows, keys, allowed, store)
        n = self.n_futures
        several = self._store(1, n)
        job["n_futures"] = n
        drawn = np.uint64(self.key) + np.arange(n, dtype=np.uint64)
        self.key += n
        found = super().call(job, seeds, rows, drawn, allowed, several)
        if job["n"][0]:
            for target, source in zip(store[:5], several[:5], strict=True):
                target[:] = source
            legal = np.flatnonzero(several.mask[0])
            store.gain[:] = np.nan
            store.gain[0, 0, legal] = several.gain[0, np.arange(len(legal)) % n, legal]
        return found


def _kind(whole: Any, settings: type, make: Any) -> Any:
    return dataclasses.replace(whole, name=f"partial_{whole.name}", settings=settings, make=make)


SEARCH = _kind(WHOLE_SEARCH, PartialSearchSettings, PartialSearch)
CLONES = _kind(WHOLE_CLONES, PartialClonesSettings, PartialClones)
