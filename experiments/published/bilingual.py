"""The rows Bilingual of ContactCenters: two languages, advisors for one or both, callers who call again."""

from __future__ import annotations

from typing import Any

from experiments.published.bank import RULE, SOURCES, WEEK
from experiments.published.library import rows_of
from experiments.published.row import Measure
from experiments.published.single_queue import HOUR_S, printed

ADVISORS = {"english_only": 7, "spanish_only": 7, "bilingual": 4}
DAYS, HOURS, EXPECTED = 5, 9, 2_500.0  # expected calls of a week and language, without those who call again

_QUEUE: dict[str, Any] = {
    "arrivals_per_hour": [100.0, *[50.0] * 8],
    "patience_s": 120.0,
    "service_level_s": 60.0,
    "redial": {"p": 0.75, "delay_s": 1_200.0, "max_times": 100},
}
CENTRE: dict[str, Any] = {
    "name": "bilingual",
    "description": "Two languages, advisors for one of them or both, 40 lines; most callers who abandon call again.",
    "clock": WEEK,
    "trunks": 40,
    "queues": {
        "english": {**_QUEUE, "handle_s": {"dist": "uniform", "low_s": 180.0, "high_s": 420.0}},
        "spanish": {**_QUEUE, "handle_s": {"dist": "uniform", "low_s": 240.0, "high_s": 360.0}},
    },
    "groups": {
        "english_only": {"skills": ["english"], "staffing": ADVISORS["english_only"]},
        "spanish_only": {"skills": ["spanish"], "staffing": ADVISORS["spanish_only"]},
        "bilingual": {"skills": ["english", "spanish"], "staffing": ADVISORS["bilingual"]},
    },
    "rules": {"routing": {"name": RULE, "params": {"uniform": 1}}},
    "sources": SOURCES,
}

_COLUMNS = {
    "arrivals": ("n_fresh", "n_redials"),
    "calls again": ("n_redials",),
    "served": ("n_answered",),
    "turned away at closing": ("n_unserved",),
    "abandoned": ("n_abandoned",),
    "in target": ("n_answered_in_time",),
}
_PRINTED: dict[str, tuple[tuple[str, float], ...]] = {  # average and deviation of a week: English, Spanish, all
    "arrivals": (("2555.811", 56.822), ("2554.350", 57.003), ("5110.161", 83.029)),
    "calls again": (("54.073", 13.495), ("53.095", 13.253), ("107.168", 21.377)),
    "served": (("2483.933", 48.612), ("2483.302", 49.449), ("4967.235", 69.111)),
    "turned away at closing": (("0.030", 0.222), ("0.028", 0.193), ("0.058", 0.291)),
    "abandoned": (("71.848", 16.652), ("71.020", 16.459), ("142.868", 26.740)),
    "in target": (("2448.662", 46.470), ("2448.223", 47.889), ("4896.885", 66.002)),
}
_SERVICE_LEVEL = (("97.946", 1.859), ("97.929", 1.916), ("97.938", 1.320))
_OCCUPANCY = (("47.624", 0.977), ("47.639", 0.962), ("63.254", 0.908))
_ALL_OCCUPANCY = ("51.103", 0.719)


def _measures() -> tuple[Measure, ...]:
    languages = {"english": ":english", "spanish": ":spanish", "all": ""}
    found = [
        printed(f"{name}, {language}", *figure, *(f"{column}{end}" for column in _COLUMNS[name]))
        for name, figures in _PRINTED.items()
        for (language, end), figure in zip(languages.items(), figures, strict=True)
    ]
    found += [
        printed(
            f"service level [%], {language}", *figure, f"n_answered_in_time{end}",
            scale=100.0 / (EXPECTED if end else 2.0 * EXPECTED),
        )
        for (language, end), figure in zip(languages.items(), _SERVICE_LEVEL, strict=True)
    ]  # fmt: skip
    advisor = 100.0 / (DAYS * HOURS * HOUR_S)
    found += [
        printed(f"occupancy [%], {group}", *figure, f"talking_s:{group}", scale=advisor / n)
        for (group, n), figure in zip(ADVISORS.items(), _OCCUPANCY, strict=True)
    ]
    all_groups = printed("occupancy [%], all", *_ALL_OCCUPANCY, "talking_s", scale=advisor / sum(ADVISORS.values()))
    return (*found, all_groups)


ROWS = rows_of(
    "Bilingual",
    "five days of nine hours; three of four callers who abandon call again 20 minutes later",
    _measures(),
    CENTRE,
    "same_caller",
    DAYS,
)
