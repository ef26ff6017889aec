"""The variants of centres as centres of the league."""

from __future__ import annotations

from ccenv.scenarios import Scenario
from experiments.calibrate.write_yaml import dump
from experiments.transfer.variants import SAME, plain, variants

CENTRES = ("x_design", "surge_day", "hybrid_small")
#: End of the name of a variant's file, by the name of the variant.
ENDS = {
    "half the advisors": "half",
    "twice the advisors": "twice",
    "one queue more": "more",
    "one queue fewer": "fewer",
}
WRITTEN = "Written by `python -m experiments.league` from a centre of the library; do not edit."


def centre_files() -> dict[str, str]:
    """Return the texts of the variants' files by name, `x_design-half` for instance."""
    return {
        f"{name}-{ENDS[variant]}": dump(document(scenario, f"{name}-{ENDS[variant]}", variant), {"": WRITTEN})
        for name in CENTRES
        for variant, scenario in variants(name).items()
        if variant != SAME
    }


def document(scenario: Scenario, name: str, variant: str) -> dict[str, object]:
    """Return a variant of a centre as plain values."""
    made = plain(scenario)
    about = f"The centre `{made['name']}` of the library with {variant}, at the same load for an advisor."
    kept = {key: value for key, value in made.items() if key not in ("name", "description", "variants", "sources")}
    return {"name": name, "description": about, **kept}
