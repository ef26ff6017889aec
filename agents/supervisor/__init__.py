"""Direct policy search over policies that set the parameters of rules through `ccenv/Supervisor-v0`.

It stands beside the registry: learners there act at each event, by index, in a batch of copies. This one acts at fixed
times, by real numbers, and trains by `train_supervisor`.
"""

from agents.supervisor.search import SupervisorSearch, SupervisorSettings
from agents.supervisor.training import train_supervisor

__all__ = ["SupervisorSearch", "SupervisorSettings", "train_supervisor"]
