"""What a centre is: the typed schema of a scenario file.

A plain number where a law of time is expected is the mean of an exponential law in seconds, zero meaning "at once". A
plain number where a profile is expected holds in every slot. Every class forbids unknown keys.
"""

from ccenv.scenarios.schema.advisors import Break, Fatigue, Group, Learning, Monitoring, Quality, Script, Shift
from ccenv.scenarios.schema.base import Node
from ccenv.scenarios.schema.centre import Centre, Clock, History, Rule, Rules, SlotLevel, Surge, Switching
from ccenv.scenarios.schema.inbound import (
    Announcement,
    Callback,
    Customer,
    Ivr,
    Priority,
    Queue,
    Return,
    Sale,
    Satisfaction,
    Transfer,
    ValueClass,
)
from ccenv.scenarios.schema.laws import (
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    HyperExponential,
    Law,
    Lognormal,
    Never,
    PiecewiseHazard,
    Time,
    Uniform,
    Weibull,
)
from ccenv.scenarios.schema.outbound import Campaign, Detector

__all__ = [
    "Announcement",
    "Break",
    "Callback",
    "Campaign",
    "Centre",
    "Clock",
    "Constant",
    "Customer",
    "Detector",
    "Empirical",
    "Erlang",
    "Exponential",
    "Fatigue",
    "Gamma",
    "Group",
    "History",
    "HyperExponential",
    "Ivr",
    "Law",
    "Learning",
    "Lognormal",
    "Monitoring",
    "Never",
    "Node",
    "PiecewiseHazard",
    "Priority",
    "Quality",
    "Queue",
    "Return",
    "Rule",
    "Rules",
    "Sale",
    "Satisfaction",
    "Script",
    "Shift",
    "SlotLevel",
    "Surge",
    "Switching",
    "Time",
    "Transfer",
    "Uniform",
    "ValueClass",
    "Weibull",
]
