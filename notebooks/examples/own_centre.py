"""A centre of your own, from a YAML file to a first comparison of rules.

    python notebooks/examples/own_centre.py        # 20 days
    python notebooks/examples/own_centre.py 200

Change `own_centre.yaml`: a value that is not allowed is refused with its key and what is allowed.
"""

import sys
from pathlib import Path

import ccenv

FILE = Path(__file__).with_suffix(".yaml")
KPIS = ["reward", "mean_wait_s", "abandonment", "occupancy", "n_sales", "dropped_share"]


def main(days: int = 20) -> dict[str, ccenv.KpiTable]:
    """Compare combinations of rules, then ask what one more technician would change."""
    scenario = ccenv.load_scenario(FILE)
    print(scenario.name, "size class", scenario.size.name, "actions", [action.name for action in scenario.catalogue])
    more = scenario.replace(**{"groups.technicians.staffing": 5})
    tables = {}
    for name, centre, routing, pacing in (
        ("serve only", scenario, "lwt", "no_dial"),
        ("dial when idle", scenario, "lwt", "progressive"),
        ("keep one back", scenario, "lwt", ("reserve_threshold", {"reserve": 1})),
        ("one technician more", more, "lwt", "progressive"),
    ):
        tables[name] = ccenv.simulate(centre, routing=routing, pacing=pacing, seeds=range(days), reward=centre.reward)
        figures = tables[name].summary()
        print(f"{name:>20}:", *(f"{kpi} {figures[kpi].value:.3g}" for kpi in KPIS if kpi in figures))
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
