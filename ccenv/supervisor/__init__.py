"""The environments of a supervisor: rules run the centre, and a policy sets their parameters now and then."""

from ccenv.supervisor.days import SupervisedDays, SupervisorPolicy, supervise
from ccenv.supervisor.linear import LinearSupervisor
from ccenv.supervisor.single import SupervisorEnv
from ccenv.supervisor.vector import SupervisorVectorEnv

__all__ = [
    "LinearSupervisor",
    "SupervisedDays",
    "SupervisorEnv",
    "SupervisorPolicy",
    "SupervisorVectorEnv",
    "supervise",
]
