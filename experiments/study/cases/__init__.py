"""Declarations of the studies, by name."""

from experiments.study.cases import cost, dialer, hybrid, ivr, queue_order, tiers
from experiments.study.declared import Study

STUDIES: dict[str, Study] = {
    each.name: each for each in (ivr.STUDY, dialer.STUDY, queue_order.STUDY, hybrid.STUDY, cost.STUDY, tiers.STUDY)
}
