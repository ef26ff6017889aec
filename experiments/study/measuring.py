"""Figures of one case of a study: paired runs of all variants, and their estimates with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ccenv.kpis import Estimate
from ccenv.kpis.bootstrap import CONFIDENCE, NONE, Bound, estimate, resampled_sums
from ccenv.kpis.rare import ROUNDING, Apart
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.files import ROOT
from experiments.study import waits
from experiments.study.declared import RUNS, Floats, Headline, Setting, Study, Sums, Values

PURPOSE = "evaluation"  # range of seeds
SUFFIX = ".yaml"


def scenario_of(setting: Setting) -> Scenario:
    """Return the scenario of a setting."""
    source = str(ROOT / setting.scenario) if setting.scenario.endswith(SUFFIX) else setting.scenario
    return load_scenario(source, **setting.changes)


def runs_of(study: Study, values: Values, share: float) -> int:
    """Return the number of runs of a case: at least 8."""
    return max(8, round(share * study.runs(values)))


def measured(study: Study, values: Values, share: float) -> dict[str, Any]:
    """Return the estimates of a case: measures of each variant, and headlines.

    Args:
        study: The study.
        values: Values of its assumptions.
        share: Share of its runs.
    """
    n = runs_of(study, values, share)
    settings = study.settings(values)
    tables = {variant: run_columns(study, setting, n) for variant, setting in settings.items()}
    figures = Figures(tables)
    variants = {
        variant: {each.name: plain(figures.of(variant, each.form)) for each in study.measures} for variant in settings
    }
    headlines = {each.name: plain(headline_of(study, each, figures)) for each in study.headlines}
    return {"values": dict(values), "runs": n, "variants": variants, "headlines": headlines}


def run_columns(study: Study, setting: Setting, n: int) -> dict[str, Floats]:
    """Return the columns that the study needs, one entry for each run."""
    scenario = scenario_of(setting)
    needed = {column for each in study.measures for column in each.columns}
    needed |= {column for each in study.headlines for column in each.columns}
    kpis = sorted(needed - {RUNS, *waits.COLUMNS})
    found: dict[str, Floats] = {RUNS: np.ones(n)}
    if kpis:
        table = simulate(scenario, routing=setting.routing, pacing=setting.pacing, seeds=seeds(PURPOSE, n), kpis=kpis)
        found |= {column: np.asarray(table[column], np.float64) for column in kpis}
    if study.waits:
        rows = [waits.wait_columns(scenario, setting.routing, int(seed)) for seed in seeds(PURPOSE, n)]
        found |= {column: np.array([row[column] for row in rows]) for column in waits.COLUMNS}
    return found


class Figures:
    """Figures of several tables of the same seeds, with bootstrap intervals that resample whole runs.

    Args:
        tables: Columns by variant, one entry for each run.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Floats]]) -> None:
        self._by_run = tables
        names = [(variant, column) for variant, table in tables.items() for column in table]
        resampled = resampled_sums(np.stack([tables[variant][column] for variant, column in names], axis=1))
        self._resampled: dict[str, dict[str, Floats]] = {variant: {} for variant in tables}
        for place, (variant, column) in enumerate(names):
            self._resampled[variant][column] = resampled[:, place]

    def of(self, variant: str, form: Callable[[Sums], Floats]) -> Estimate:
        """Return a figure of one variant with its interval."""
        return self.paired(variant, variant, lambda sums, _: form(sums))

    def paired(self, variant: str, against: str, form: Callable[[Sums, Sums], Floats]) -> Estimate:
        """Return a figure of two variants on the same seeds with its interval."""
        first, second = self._by_run[variant], self._by_run[against]
        totals = [{column: each.sum(keepdims=True) for column, each in table.items()} for table in (first, second)]
        without = [
            {column: total[column] - table[column] for column in table}
            for table, total in zip((first, second), totals, strict=True)
        ]
        value = float(form(*totals)[0])
        if math.isnan(value):
            return NONE
        samples = form(self._resampled[variant], self._resampled[against])
        return estimate(value, samples, _apart(value, form(*without)), CONFIDENCE)


def _apart(value: float, without: Floats) -> Apart:
    """Return the runs that move a figure, by the jackknife: how it changes if the run is left out."""
    n = len(without)
    sizes = (n - 1) * (value - without[~np.isnan(without)])
    return Apart(n, sizes[np.abs(sizes) > ROUNDING * max(abs(value), ROUNDING)], np.nan)


def headline_of(study: Study, headline: Headline, figures: Figures) -> Estimate:
    """Return a headline with its paired interval."""
    if headline.form is not None:
        return figures.paired(headline.variant, headline.against, headline.form)
    form = study.measure(headline.measure).form
    if headline.kind == "change":

        def change(first: Sums, second: Sums) -> Floats:
            with np.errstate(divide="ignore", invalid="ignore"):
                return form(first) / form(second) - 1.0

        return figures.paired(headline.variant, headline.against, change)
    return figures.paired(headline.variant, headline.against, lambda first, second: form(first) - form(second))


def plain(found: Estimate) -> dict[str, Any]:
    """Return an estimate for a result file, to six digits; the key `bound` is there if all runs are equal."""
    rounded = {name: _rounded(value) for name, value in found._asdict().items()}
    return {**rounded, "bound": True} if isinstance(found, Bound) else rounded


def _rounded(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
