"""Learners by name."""

from __future__ import annotations

import importlib

from agents.base import LearnerKind

#: Address of each learner's `LearnerKind`. A learner and its libraries are imported when it is asked for.
LEARNERS = {
    "ppo": "agents.ppo.kind:PPO",
    "search": "agents.search.kind:SEARCH",
    "set_network": "agents.search.kind:SET_NETWORK",
    "clones": "agents.clones.kind:CLONES",
    "evolution": "agents.evolution.kind:EVOLUTION",
    "vine": "agents.vine.kind:VINE",
}


def find_learner(name: str) -> LearnerKind:
    """The learner of a name.

    Args:
        name: A name of `LEARNERS`, or the address `package.module:KIND` of a `LearnerKind`.

    Raises:
        ValueError: If there is none; the message lists the names.
    """
    package, colon, attribute = LEARNERS.get(name, name).partition(":")
    if not colon:
        raise ValueError(f"learner {name!r}; allowed: {', '.join(LEARNERS)}, or an address package.module:KIND")
    try:
        kind = getattr(importlib.import_module(package), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"learner {name!r}: {error}") from error
    if not isinstance(kind, LearnerKind):
        raise ValueError(f"learner {name!r}: {type(kind).__name__} found there; allowed: an agents.base.LearnerKind")
    return kind
