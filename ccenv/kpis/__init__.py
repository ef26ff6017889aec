"""KPIs: their registry, tables with a row for each run, and summaries with bootstrap intervals."""

from ccenv.kpis.bootstrap import Estimate
from ccenv.kpis.kpi import LABELS, Kpi, ratio_of_totals
from ccenv.kpis.registry import KPIS
from ccenv.kpis.replicates import crossed, crossed_interval
from ccenv.kpis.suite import Verdict, holm, score, verdicts
from ccenv.kpis.summary import Summary, differences, paired_difference
from ccenv.kpis.table import KpiTable, interval_table, kpi_table, with_column

__all__ = [
    "KPIS",
    "LABELS",
    "Estimate",
    "Kpi",
    "KpiTable",
    "Summary",
    "Verdict",
    "crossed",
    "crossed_interval",
    "differences",
    "holm",
    "interval_table",
    "kpi_table",
    "paired_difference",
    "ratio_of_totals",
    "score",
    "verdicts",
    "with_column",
]
