"""What a centre is: typed schema, validation, compilation for the kernel, and the library of centres."""

from ccenv.files.errors import ScenarioError
from ccenv.scenarios.catalogue import Action, Pair
from ccenv.scenarios.files.library import list_scenarios
from ccenv.scenarios.load import load_scenario
from ccenv.scenarios.scenario import Scenario

__all__ = ["Action", "Pair", "Scenario", "ScenarioError", "list_scenarios", "load_scenario"]
