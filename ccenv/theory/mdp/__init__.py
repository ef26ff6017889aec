"""Solver for small Markov decision processes in continuous time. It is independent of contact centres.

A process has *stable* states, in which time passes, and *decision* states, which take no time. An event leads from a
stable state to a decision state; a choice leads from there to a stable state. Rewards are earned at a rate in stable
states. A reward paid at events is entered as its expected rate. All long-run averages are per unit of time.
"""

from ccenv.theory.mdp.constrained import Constraint, InfeasibleError, Mixture, solve_constrained
from ccenv.theory.mdp.evaluation import Values, relative_values, stationary_dist
from ccenv.theory.mdp.events import Events, steps
from ccenv.theory.mdp.linear_programme import linear_programme
from ccenv.theory.mdp.policy_iteration import Solution, policy_iteration
from ccenv.theory.mdp.process import DecisionProcess
from ccenv.theory.mdp.space import Space
from ccenv.theory.mdp.value_iteration import gain_bounds, value_iteration

__all__ = [
    "Constraint",
    "DecisionProcess",
    "Events",
    "InfeasibleError",
    "Mixture",
    "Solution",
    "Space",
    "Values",
    "gain_bounds",
    "linear_programme",
    "policy_iteration",
    "relative_values",
    "solve_constrained",
    "stationary_dist",
    "steps",
    "value_iteration",
]
