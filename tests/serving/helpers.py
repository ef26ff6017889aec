"""The golden bundle in variants, stand-ins for its graph, and a caller of the service."""

from __future__ import annotations

import msgspec
import numpy as np
from starlette.testclient import TestClient

from ccenv.serving import BundlePolicy, Decider, load_bundle, snapshot_values
from ccenv.serving.manifest import Fallback, FallbackRule
from ccenv.serving.service import make_app
from ccenv.spaces.observation import snapshot_dtype
from tests.serving.make_golden_bundle import FOLDER

PATIENT_S = 60.0  # no test but those of the deadline hangs on how busy the machine is


class StandIn:
    """A graph made of a function from (obs, mask) to numbers, which nothing masks."""

    def __init__(self, function):
        self.probabilities = function


def golden(graph=None, routing=None, pacing=None, **changes):
    """The golden bundle's policy, with another graph, other fallback rules or other values in its manifest."""
    policy = load_bundle(FOLDER)
    rules = policy.manifest.fallback
    fallback = Fallback(
        rules.routing if routing is None else FallbackRule(*routing),
        rules.pacing if pacing is None else FallbackRule(*pacing),
    )
    manifest = msgspec.structs.replace(policy.manifest, fallback=fallback, **changes)
    return BundlePolicy(manifest, policy.scenario, policy.graph if graph is None else graph)


def client_of(policy, deadline_s=PATIENT_S):
    """A client of the policy's service; to be used as a context, so that all requests share one event loop."""
    return TestClient(make_app(Decider(policy, deadline_s)))


def first_state(policy):
    """The `state` of a client's first request."""
    decider = Decider(policy)
    decider.close()
    return decider.interface["first_state"]


def asked(policy, **changes):
    """A request about an open, idle centre: `opening`, a coin, and the state of a first request."""
    return {"snapshot": opening(policy), "u": 0.3, "state": first_state(policy), **changes}


def opening(policy):
    """The snapshot of an open, idle centre: dialing is legal, and there is nobody to assign."""
    scenario = policy.scenario
    axes = {"Q": scenario.queues, "G": scenario.groups, "C": scenario.campaigns}
    values = snapshot_values(scenario, blank(policy))
    values["idle"] = dict.fromkeys(axes["G"], 2)
    values["lines_free"] = dict.fromkeys(axes["C"], 12)
    values["leads_left"] = dict.fromkeys(axes["C"], 400)
    values["leads_dialable"] = dict.fromkeys(axes["C"], 400)
    values["dialing_open"] = dict.fromkeys(axes["C"], 1)
    values["time_of_day_s"] = 34_000
    values["epoch_kind"] = 1
    return values


def blank(policy):
    """A snapshot of zeros."""
    return np.zeros((), snapshot_dtype(policy.scenario))
