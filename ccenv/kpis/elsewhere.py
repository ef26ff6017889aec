"""Service levels, abandonment and drop rates of other systems as formulas of our counters.

The same words mean different ratios elsewhere. Compare a figure of another system with the formula that is declared
here, not with a KPI of a similar name.
"""

from __future__ import annotations

from collections import Counter as Multiset
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import names, shown
from ccenv.kpis.kpi import LABELS, Kpi, add_up, column_of, ratio_of_totals
from ccenv.kpis.registry import KPIS


class Measure(NamedTuple):
    """A ratio that another system reports.

    Attributes:
        system: The system.
        name: Name of the ratio there.
        says: Its definition there, in our words.
        formula: The same over our counters, in the notation of `Kpi.formula`.
        condition: Keys of the scenario under which both agree, and what is our reading; empty if there is none.
        source: Document or source file that defines it.
    """

    system: str
    name: str
    says: str
    formula: str
    condition: str
    source: str

    @property
    def numerator(self) -> tuple[str, ...]:
        """Labels of the sum; a label with a leading "-" is subtracted."""
        return self._ratio.numerator

    @property
    def denominator(self) -> tuple[str, ...]:
        """Labels of the denominator, likewise."""
        return self._ratio.denominator

    @property
    def _ratio(self) -> Kpi:
        return Kpi(self.name, "share", self.formula, self.says)

    @property
    def kpi(self) -> str:
        """Name of the KPI with the same formula; empty if there is none."""
        mine = _expanded(self._ratio)
        return next((kpi.name for kpi in KPIS.values() if kpi.denominator and _expanded(kpi) == mine), "")


_ARRIVALS = "fresh + redials + repeats + returns"
_T = "`service_level_s` is the system's time limit."
_CONNECT = "Amazon Connect Administrator Guide, metric definitions"
_CALLBACK = (
    "`service_level_s` is X. A contact that asks for a callback leaves the queue at once and enters it again as a "
    "contact of its own; that it does so within X is our reading."
)
_GENESYS = "Genesys Cloud Resource Center, configure the service level calculation"
_ABANDONED_CALL = "Genesys Cloud Resource Center, abandoned call (outbound)"
_MEASURES = "ContactCenters, PerformanceMeasureType"
_SSJ = "SSJ, tutorial example CallCenter"
_VICIDIAL = "ViciDial, AST_VDadapt and table vicidial_campaign_stats"
_ASTERISK = "Asterisk, app_queue"
_NHS = "NHS England, NHS 111 Minimum Data Set"
_EXPECTED = (
    "SSJ divides by the expected number of calls, we by the number that came; over many days both agree. Nobody calls "
    "again there."
)
_DAYS = "`drop_after_s` is `drop_call_seconds`. The ratio is that of all days of the run."
_BALKED = "A contact that balks counts there as abandoned after 0 s."

MEASURES = (
    Measure(
        "ContactCenters",
        "SERVICELEVEL",
        "served within the acceptable waiting time, of all arrivals but those that abandoned within it",
        f"answered_in_time / ({_ARRIVALS} - abandoned_in_time - balked)",
        f"{_T} {_BALKED}",
        _MEASURES,
    ),
    Measure(
        "ContactCenters",
        "SERVICELEVEL2",
        "served or abandoned within the acceptable waiting time, of all arrivals",
        f"(answered_in_time + abandoned_in_time + balked) / ({_ARRIVALS})",
        f"{_T} {_BALKED}",
        _MEASURES,
    ),
    Measure(
        "ContactCenters",
        "ABANDONMENTRATIO",
        "left without service, of all arrivals",
        f"(abandoned + balked) / ({_ARRIVALS})",
        _BALKED,
        _MEASURES,
    ),
    Measure(
        "ContactCenters",
        "BLOCKRATIO",
        "blocked, of all arrivals",
        f"blocked / ({_ARRIVALS})",
        "",
        _MEASURES,
    ),
    Measure(
        "ContactCenters",
        "ABANDONMENTRATIO, outbound type",
        "right parties reached without a free agent (mismatches) that left without service, of right parties reached",
        "(dropped + hung_up) / connects",
        "A right party is a connect: a person who answers and is recognised as one.",
        _MEASURES,
    ),
    Measure(
        "SSJ",
        "Proportion of waiting times < s",
        "waits shorter than s, of the calls expected in a day; calls that abandoned or balked count with their wait",
        "(answered_in_time + abandoned_in_time + balked) / fresh",
        f"`service_level_s` is s. {_EXPECTED}",
        _SSJ,
    ),
    Measure(
        "SSJ",
        "Proportion of calls lost",
        "calls that abandoned, those that balked among them, of the calls expected in a day",
        "(abandoned + balked) / fresh",
        _EXPECTED,
        _SSJ,
    ),
    Measure(
        "Amazon Connect",
        "Service level X",
        "removed from the queue within X (answered, abandoned or callback requested), of contacts queued",
        "(answered_in_time + abandoned_in_time + callback_accepted) / (offered + callback_accepted)",
        _CALLBACK,
        _CONNECT,
    ),
    Measure(
        "Amazon Connect",
        "Abandonment rate",
        "disconnected by the customer while in the queue, of contacts queued; a requested callback is not abandoned",
        "abandoned / (offered + callback_accepted)",
        "A callback is queued as a contact of its own, which is our reading.",
        _CONNECT,
    ),
    Measure(
        "Amazon Connect",
        "Campaign contacts abandoned after X rate",
        "connected to a live customer but not to an agent within X, of those connected to a live customer",
        "own_over / own_base",
        "`compliance` of the campaign is `{threshold_s: X}`. Who hangs up within X is not counted as over.",
        f"{_CONNECT} (outbound campaigns)",
    ),
    Measure(
        "Genesys Cloud",
        "Service level, abandons and short abandons included",
        "answered within the target, of answered and abandoned interactions",
        "answered_in_time / (answered + abandoned)",
        _T,
        _GENESYS,
    ),
    Measure(
        "Genesys Cloud",
        "Service level, short abandons excluded",
        "answered within the target, of answered and abandoned interactions less short abandons",
        "answered_in_time / (answered + abandoned - abandoned_in_time)",
        f"{_T} The limit of a short abandon is the same.",
        _GENESYS,
    ),
    Measure(
        "Genesys Cloud",
        "Service level, abandons excluded",
        "answered within the target, of answered interactions",
        "answered_in_time / answered",
        _T,
        _GENESYS,
    ),
    Measure(
        "Genesys Cloud",
        "Service level, flow-outs included",
        "answered within the target, of answered and abandoned interactions and flow-outs",
        "answered_in_time / (answered + abandoned + unserved)",
        f"{_T} A flow-out leaves the queue neither answered nor abandoned; here it is a contact that is still waiting "
        "at the end of overtime.",
        _GENESYS,
    ),
    Measure(
        "Genesys Cloud",
        "Abandoned rate",
        "abandoned in assignment, of those offered to assignment",
        "abandoned / offered",
        "",
        "Genesys Cloud Resource Center, glossary: abandoned rate",
    ),
    Measure(
        "Genesys Cloud",
        "Compliance abandon, of calls that reached the queue",
        "not routed to an agent within the compliance abandon threshold, of calls that reached the queue",
        "genesys_queue_over / genesys_queue_base",
        "The threshold is 2 s, its default.",
        _ABANDONED_CALL,
    ),
    Measure(
        "Genesys Cloud",
        "Compliance abandon, of all calls",
        "not routed to an agent within the compliance abandon threshold, of all calls",
        "genesys_queue_over / attempts",
        'The threshold is 2 s, its default. "All calls" are all attempts, which is our reading.',
        _ABANDONED_CALL,
    ),
    Measure(
        "Genesys Cloud",
        "True abandon, of calls answered by a person",
        "the contact answers and hangs up before the call is routed to an agent",
        "hung_up / connects",
        "Genesys Cloud reports the number; the denominator is ours.",
        _ABANDONED_CALL,
    ),
    Measure(
        "ViciDial",
        "drops_answers_today_pct",
        "drops today, of answers today",
        "vicidial_today_over / vicidial_today_base",
        _DAYS,
        _VICIDIAL,
    ),
    Measure(
        "ViciDial",
        "drops_today_pct",
        "drops today, of calls today",
        "vicidial_today_over / attempts",
        _DAYS,
        _VICIDIAL,
    ),
    Measure(
        "Asterisk",
        "ServicelevelPerf",
        "completed calls that were answered within `servicelevel`, of completed calls",
        "answered_in_time / answered",
        "`service_level_s` is `servicelevel`.",
        _ASTERISK,
    ),
    Measure(
        "Asterisk",
        "ServicelevelPerf2",
        "calls answered or abandoned within `servicelevel`, of completed and abandoned calls",
        "(answered_in_time + abandoned_in_time) / (answered + abandoned)",
        "`service_level_s` is `servicelevel`.",
        _ASTERISK,
    ),
    Measure(
        "NHS 111",
        "Calls answered within 60 seconds",
        "answered within 60 s, of calls answered",
        "answered_in_time / answered",
        "`service_level_s` is 60.",
        _NHS,
    ),
    Measure(
        "NHS 111",
        "Calls abandoned after 30 seconds",
        "abandoned after waiting longer than 30 s, of calls offered",
        "(abandoned - abandoned_in_time) / offered",
        "`service_level_s` is 30, so this needs another run of the same seeds than the share answered within 60 s.",
        _NHS,
    ),
)


def measures(system: str | None = None) -> tuple[Measure, ...]:
    """Return the ratios of a system; None: of all.

    Args:
        system: `ContactCenters`, `SSJ`, `Amazon Connect`, `Genesys Cloud`, `ViciDial`, `Asterisk` or `NHS 111`.

    Raises:
        ValueError: If the system is unknown.

    Example:
        >>> [measure.name for measure in measures("Asterisk")]
        ['ServicelevelPerf', 'ServicelevelPerf2']
        >>> measures("Asterisk")[0].kpi
        'sl_of_served'
    """
    found = tuple(measure for measure in MEASURES if system in (None, measure.system))
    if not found:
        raise ValueError(f"system = {shown(system)}; allowed: {names(dict.fromkeys(each.system for each in MEASURES))}")
    return found


def figure(measure: Measure, table: npt.NDArray[Any], entity: str = "") -> float:
    """Return a ratio of another system over all rows of a KPI table; nan if its denominator is 0.

    Args:
        measure: The ratio.
        table: A KPI table with all columns, of any dimension.
        entity: A queue, or a campaign, whose counters are taken; empty: all.

    Raises:
        ValueError: If the table lacks a counter, or has no such queue or campaign.

    Example:
        ```
        table = ccenv.simulate("bank_inbound", seeds=range(8))
        for measure in ccenv.kpis.elsewhere.measures("Genesys Cloud"):
            print(measure.name, ccenv.kpis.elsewhere.figure(measure, table))
        ```
    """
    suffix = f":{entity}" if entity else ""
    labels = [label.removeprefix("-") for label in (*measure.numerator, *measure.denominator)]
    columns = [column_of(label) + suffix for label in labels]
    missing = [column for column in columns if column not in (table.dtype.names or ())]
    if missing:
        raise ValueError(f"{measure.system}, {measure.name}: the table has no column {missing[0]!r}")
    sums = {column: np.asarray(table[column], np.float64).sum() for column in columns}
    return float(ratio_of_totals(add_up(measure.numerator, sums, suffix), add_up(measure.denominator, sums, suffix)))


def _expanded(kpi: Kpi) -> tuple[Multiset[str], Multiset[str]]:
    """Return numerator and denominator as counters with their coefficients, declared sums resolved."""
    return _terms(kpi.numerator), _terms(kpi.denominator)


def _terms(labels: Iterable[str]) -> Multiset[str]:
    found: Multiset[str] = Multiset()
    for label in labels:
        name, sign = label.removeprefix("-"), -1 if label.startswith("-") else 1
        inner = Multiset({name: 1}) if name in LABELS else _terms(KPIS[name].numerator)
        for each, times in inner.items():
            found[each] += sign * times
    return Multiset({name: times for name, times in found.items() if times})
