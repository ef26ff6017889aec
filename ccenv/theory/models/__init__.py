"""Models of a contact centre that are solved exactly. The same object serves the solver and the simulator.

Each model takes its parameters under the names of the reference tables. ``solve(limit)`` gives the optimum with bounds,
multipliers and the policy as a table. ``evaluate(rule)`` gives the measures of a rule or of a tabulated policy.
``scenario()`` gives the scenario of the same centre. Five models have no scenario: Harrison's N-model, the criss-cross
network, the slow server, blending in which inbound may be held back, and blending with a hidden mode, which has that of
the model with the mode observed.
"""

from ccenv.theory.models._policy_map import PolicyMap
from ccenv.theory.models.blended_pacing import BlendedPacing
from ccenv.theory.models.blending import Blending
from ccenv.theory.models.criss_cross import CrissCross
from ccenv.theory.models.harrison import HarrisonN
from ccenv.theory.models.hidden_blending import HiddenBlending
from ccenv.theory.models.holding_blending import HoldingBlending
from ccenv.theory.models.n_design import NDesign
from ccenv.theory.models.pacing import Pacing
from ccenv.theory.models.slow_server import SlowServer
from ccenv.theory.models.switching import SwitchingBlending, SwitchingPacing

__all__ = [
    "BlendedPacing",
    "Blending",
    "CrissCross",
    "HarrisonN",
    "HiddenBlending",
    "HoldingBlending",
    "NDesign",
    "Pacing",
    "PolicyMap",
    "SlowServer",
    "SwitchingBlending",
    "SwitchingPacing",
]
