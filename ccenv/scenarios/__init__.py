"""Contact centres: the schema of scenario files, the library, checks, and compilation for the kernel."""

from ccenv.files.errors import ScenarioError
from ccenv.scenarios.catalogue import Action, Pair
from ccenv.scenarios.files.library import list_scenarios
from ccenv.scenarios.load import load_scenario
from ccenv.scenarios.scenario import Scenario

__all__ = ["Action", "Pair", "Scenario", "ScenarioError", "list_scenarios", "load_scenario"]
