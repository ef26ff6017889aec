"""Page of the validation: verdicts, sections of the parts, and where each of them ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.jobs.markdown import table

WORDS = {True: "passed", False: "NOT PASSED", None: "not done here"}
SOFTWARE = ("python", "numpy", "numba", "ccenv")


def page(titles: Mapping[str, str], kept: Mapping[str, Mapping[str, Any]]) -> str:
    """Page in Markdown.

    Args:
        titles: Titles of the parts by name.
        kept: Records of the parts by name, in the order of the page (`command.record`).
    """
    passed = {name: all(each["bars"].values()) if each["bars"] else None for name, each in kept.items()}
    verdicts = [[titles[name], WORDS[passed[name]], "; ".join(each["verdict"])] for name, each in kept.items()]
    done = [verdict for verdict in passed.values() if verdict is not None]
    commands = " and ".join(f"`{command}`" for command in dict.fromkeys(each["command"] for each in kept.values()))
    return (
        "\n\n".join(
            [
                "# Validation",
                f"Written by {commands}; do not edit. **{'Passed' if all(done) else 'NOT PASSED'}**: "
                f"{sum(done)} of {len(done)} parts.",
                table(["part", "verdict", "why"], verdicts),
                *(each["body"] for each in kept.values()),
                _environment(titles, kept),
            ]
        )
        + "\n"
    )


def _environment(titles: Mapping[str, str], kept: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        [
            titles[name],
            each["commit"],
            ", ".join(f"{word} {each['software'][word]}" for word in SOFTWARE if word in each["software"]),
            each["machine"],
            "not kept" if each["seconds"] is None else f"{each['seconds'] / 60:.1f} min",
        ]
        for name, each in kept.items()
    ]
    return f"## Environment\n\n{table(['part', 'commit', 'software', 'machine', 'computing time'], rows)}"
