"""Page of the speed, made from the results of all parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from experiments.jobs.markdown import table, text
from experiments.jobs.provenance import commit, machine, versions
from experiments.speed.bars import Verdict, bound_text, three_digits
from experiments.speed.settings import Settings

WORDS = {True: "passed", False: "**MISSED**", None: ""}
SHOWN = ("python", "numpy", "numba", "gymnasium", "torch", "stable-baselines3")
PEERS = ("simpy", "ciw")
HOW = """Times are CPU times of one thread. The candidates of a comparison take turns in one process, round after round;
a ratio is formed in each round, and the table shows the median of the rounds, and in brackets their quartiles. Training
and two processes are measured in wall time. Only ratios mean something on another machine."""
FOUND = {"p_wait": "P(wait)", "p_abandon": "P(abandon)", "e_wait_s": "mean wait of all [s]"}
NAMES = {"ccenv": "ccenv", "simpy": "SimPy", "ciw": "Ciw", "heapq": "heapq"}
ABOUT = {
    "growth.svg": "Time of an event as the centre grows, at the same load; bands are quartiles of the rounds.",
    "throughput.svg": "Decisions a CPU second against the number of environments, under the same policy in NumPy; both "
    "axes are logarithmic.",
}


def page(
    results: Mapping[str, Mapping[str, Any]],
    verdicts: Sequence[Verdict],
    settings: Settings,
    command: str,
    drawn: Sequence[str],
) -> str:
    """Page in Markdown.

    Args:
        results: Result of each part.
        verdicts: The bars and their figures.
        settings: All settings.
        command: The command line.
        drawn: Paths of the figures, relative to the page.
    """
    sections = {"peers": _peers, "growth": _growth, "vectors": _vectors, "memory": _memory}
    return (
        "\n\n".join(
            [
                "# Speed",
                f"Written by `{command}`; do not edit. {_head(verdicts)} Measured on {machine()}.",
                text(HOW, f"There are {settings.rounds} rounds." + _share(settings) + _alone(results)),
                _bars(verdicts),
                *(f"![{ABOUT[name.rpartition('/')[2]]}]({name})" for name in drawn),
                *(section(results[name]) for name, section in sections.items() if name in results),
                _environment(),
            ]
        )
        + "\n"
    )


def _head(verdicts: Sequence[Verdict]) -> str:
    held = [verdict.passed for verdict in verdicts if verdict.passed is not None]
    word = "Passed" if all(held) else "NOT PASSED"
    left_out = sum(verdict.measured is None for verdict in verdicts)
    rest = f", {left_out} figures not measured" if left_out else ""
    return f"**{word}**: {sum(held)} of {len(held)} bars{rest}."


def _share(settings: Settings) -> str:
    return "" if settings.share == 1.0 else f" Only {settings.share:g} of the usual work is done in each."


def _alone(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Say which parts were measured apart from the others, and at which commit."""
    found = [f"`{name}` (commit {result['alone']})" for name, result in results.items() if "alone" in result]
    return f" Measured alone, beside earlier figures of the others: {', '.join(found)}." if found else ""


def _bars(verdicts: Sequence[Verdict]) -> str:
    lines = [
        [
            verdict.bar.what,
            "not measured" if verdict.measured is None else _measured(verdict.measured, verdict.bar.unit),
            bound_text(verdict.bar),
            WORDS[verdict.passed],
            verdict.note,
        ]
        for verdict in verdicts
    ]
    return table(["what", "measured", "bar", "", "for orientation"], lines)


def _measured(figure: Mapping[str, float], unit: str) -> str:
    value, low, high = (three_digits(figure[name]) for name in ("value", "low", "high"))
    return f"{value} {unit}" if low == high else f"{value} {unit} [{low}, {high}]"


def _peers(result: Mapping[str, Any]) -> str:
    model, figures = result["model"], result["figures"]
    by_engine: dict[str, list[Mapping[str, Any]]] = {}
    for row in result["results"]:
        by_engine.setdefault(row["engine"], []).append(row)
    truth = {row["measure"]: row["exact"] for row in result["results"]}
    lines = [["exact", "", "", *(three_digits(truth[name]) for name in FOUND), ""]]
    for engine, rows in by_engine.items():
        found = {row["measure"]: row for row in rows}
        speed = [three_digits(figures[f"{engine}_{name}"]["value"]) for name in ("per_s", "events")]
        shown = [_interval(found[name]) for name in FOUND]
        lines.append([NAMES[engine], *speed, *shown, str(rows[0]["replications"])])
    about = f"""All four simulate {model["rate_per_hour"]:g} contacts an hour, exponential talk ({model["talk_s"]:g} s),
    wrap-up ({model["wrap_up_s"]:g} s) and patience ({model["patience_s"]:g} s), first come first served, in runs of
    {model["warm_up_s"] / 3600:g} h that are not counted and {model["counted_s"] / 3600:g} h that are. Events are what
    each engine counts itself; Ciw has one for talk and wrap-up together, SimPy and heapq also one for a patience that
    nobody waits for any more. Brackets are 95 % intervals; the exact values solve the balance equations of those who
    talk, wrap up and wait."""
    head = ["engine", "contacts a CPU second", "events a contact", *FOUND.values(), "runs"]
    return f"## {model['name']} with wrap-up\n\n{text(about)}\n\n{table(head, lines)}"


def _interval(row: Mapping[str, float]) -> str:
    value, low, high = (three_digits(row[name]) for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _growth(result: Mapping[str, Any]) -> str:
    about = """A group of 20 for each queue, which also takes contacts of the next queue; in the blended centre every
    fifth group dials a list again and again. The rules are `fifo` and `progressive_unreserved`."""
    rows = [
        [row["kind"], *(f"{row[name]:,}" for name in ("advisors", "queues", "pairs")), row["size_class"],
         _measured(row["ns"], "ns")]
        for row in result["sizes"]
    ]  # fmt: skip
    head = ["centre", "advisors", "queues", "pairs", "size class", "an event"]
    return f"## Growth\n\n{text(about)}\n\n{table(head, rows)}"


def _vectors(result: Mapping[str, Any]) -> str:
    about = """Decisions a CPU second on `bank_blended`, with observation, mask and reward, the policy's own time
    included. The vector environment copies what it returns and builds Gymnasium's infos."""
    rows: dict[int, dict[str, str]] = {}
    for row in result["throughput"]:
        rows.setdefault(row["n"], {})[row["kind"]] = three_digits(row["decisions_per_s"]["value"])
    kinds = list(dict.fromkeys(row["kind"] for row in result["throughput"]))
    lines = [[f"{n:,}", *(found.get(kind, "") for kind in kinds)] for n, found in sorted(rows.items())]
    head = ["environments", *kinds]
    return f"## Throughput\n\n{text(about)}\n\n{table(head, lines)}"


def _memory(result: Mapping[str, Any]) -> str:
    head = ["size class", "advisors", "contacts at once", "leads pending", "record", "of it leads"]
    rows = [
        [row["size_class"], *(f"{row[name]:,}" for name in ("advisors", "contacts", "leads")),
         *(f"{row[name] / 1024:,.0f} KiB" for name in ("bytes", "lead_bytes"))]
        for row in result["classes"]
    ]  # fmt: skip
    return f"## Memory\n\n{table(head, rows)}"


def _environment() -> str:
    used = versions()
    software = [f"{name} {used[name]}" for name in SHOWN if name in used] + [
        f"{name} {version(name)}" for name in PEERS
    ]
    lines = [["commit", commit()], ["machine", machine()], ["software", ", ".join(software)]]
    return f"## Environment\n\n{table(['', ''], lines)}"
