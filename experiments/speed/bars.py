"""Requirements on the speed, declared once. The command, the page, the result files and the tests use these bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ccenv.kpis.numbers import as_text
from ccenv.sim.state.sizes import SIZES
from experiments.speed.clock import Figure


class Bar(NamedTuple):
    """One figure and its requirement.

    Attributes:
        what: Description of the figure.
        part: The part that measures it.
        figure: Name of the figure among those of the part.
        at: Whether the bar is the least or the most that is allowed; None if there is no bar.
        bound: The bar.
        aim: A better value to aim for.
        unit: Unit of figure and bar.
        note: Format string of other figures of the part by name, for orientation.
    """

    what: str
    part: str
    figure: str
    at: Literal["least", "most"] | None = None
    bound: float | None = None
    aim: float | None = None
    unit: str = "x"
    note: str = ""


class Verdict(NamedTuple):
    """A bar and its measured figure. `measured` and `passed` are None if it was not measured."""

    bar: Bar
    measured: Figure | None
    passed: bool | None
    note: str


_PEERS = (("simpy", "SimPy, a process for each contact", 60, 100), ("ciw", "Ciw", 120, 200), ("heapq", "heapq", 6, 10))
COMPILE_S = {"XL": 60.0}  # CPU seconds of a cold compile, where the bar is not the ordinary one
BARS: tuple[Bar, ...] = (
    *(
        Bar(f"M/M/100+M with wrap-up, contacts a CPU second, against {name}", "peers", f"over_{peer}", "least",
            bound, aim, note=f"{{ccenv_per_s:,.0f}} against {{{peer}_per_s:,.0f}} contacts/s")
        for peer, name, bound, aim in _PEERS
    ),
    Bar("the same, largest error of a result, over what chance allows", "peers", "worst_error", "most", 1.0),
    Bar("`bank_blended`, every feature on, rules in the kernel: an event, over one of M/M/100+M", "centre",
        "over_plain", "most", 2.5,
        note="{bank_ns:.0f} against {plain_ns:.0f} ns; {events_per_s:,.0f} events/s, a day {day_ms:.2f} ms"),
    Bar("native batch of 64, NumPy policy: a decision, over the same rule in the kernel plus the policy alone", "batch",
        "over_kernel", "most", 2.0,
        note="{native_ns:.0f} against {kernel_ns:.0f} + {policy_ns:.0f} ns; {decisions_per_s:,.0f} decisions/s"),
    Bar("one environment by `gymnasium.make`: Python over the kernel call", "single", "python_us", "most", 3.0,
        unit="us a step", note="{env_step_us:.2f} against {kernel_step_us:.2f} us a step"),
    Bar("native batch against `SyncVectorEnv`, 64 environments", "vectors", "over_sync",
        note="{batch_per_s:,.0f} against {sync_per_s:,.0f} decisions/s"),
    Bar("native batch against `DummyVecEnv`, 64 environments", "vectors", "over_dummy",
        note="{batch_per_s:,.0f} against {dummy_per_s:,.0f} decisions/s"),
    Bar("growth: an event at 1,000 advisors and 50 queues, over 100 and 5", "growth", "inbound_growth", "most", 2.0,
        note="{inbound_ns_last:.0f} against {inbound_ns_base:.0f} ns"),
    Bar("the same with lists of leads dialed by every fifth group", "growth", "blended_growth", "most", 2.0,
        note="{blended_ns_last:.0f} against {blended_ns_base:.0f} ns"),
    Bar("growth to the largest size class: an event at 10,000 advisors and 500 queues, over 100 and 5", "growth",
        "wide_growth", "most", 3.0, note="{wide_ns_last:.0f} against {wide_ns_base:.0f} ns"),
    Bar("memory of an environment of `bank_blended` without the table of leads", "memory", "without_leads_kib", "most",
        128.0, unit="KiB", note="record {record_kib:,.0f} KiB, what it shows {arrays_kib:.1f} KiB"),
    Bar("memory of a pending lead", "memory", "lead_bytes", "most", 32.0, unit="bytes",
        note="room for {lead_capacity:,.0f} leads"),
    Bar("training: environment, masks and transfers, of PPO's time", "training", "env_percent", "most", 15.0, unit="%",
        note="{decisions_per_s:,.0f} decisions/s learned from, {env_ns:.0f} ns each in the environment"),
    Bar("a decision of a 64x64 network in the kernel, with its observation, `bank_blended`", "policies", "decision_us",
        "most", 3.0, unit="us", note="an event under the rules {event_ns:.0f} ns"),
    Bar("`simulate(policy=bundle)` of it, over its events under the rules plus its decisions", "policies",
        "bundle_over_sum", "most", 1.2, note="a day {bundle_day_ms:.1f} ms"),
    Bar("futures of 500 s on `bank_blended`, by `advantages`", "policies", "futures_per_s", "least", 100_000.0,
        unit="a CPU second", note="{future_us:.1f} us each"),
    Bar("a future: copy and start, of its time", "policies", "copy_percent", "most", 20.0, unit="%",
        note="{copy_us:.1f} us; the rest is the simulation of 500 s"),
    Bar("start: cold compile of the entry of policies and futures", "policies", "compile_s", "most", 60.0,
        unit="CPU s"),
    Bar("evaluation: 1,000 days of `bank_blended` by `simulate`", "evaluation", "cpu_s", unit="CPU s",
        note="{days:,.0f} days in {one_wall_s:.2f} s of wall time"),
    Bar("evaluation: two processes against one", "evaluation", "two_processes", "least", 1.8,
        note="{one_wall_s:.2f} against {two_wall_s:.2f} s of wall time"),
    Bar("`clone` and `restore`, over two plain copies of the record", "copies", "over_plain", "most", 3.0,
        note="{clone_us:.0f} against {plain_us:.0f} us"),
    Bar("`fork`", "copies", "fork_us", unit="us", note="{forks_us:.0f} us each where 16 are made at once"),
    Bar("start: `import ccenv`", "start", "import_s", "most", 0.5, unit="CPU s"),
    Bar("start: files compiled by it", "start", "files_compiled", "most", 0.0, unit="files"),
    Bar("start: first step of a fresh process, from a warm cache", "start", "first_step_s", "most", 2.0, unit="CPU s"),
    *(
        Bar(f"start: cold compile of size class {size}", "cold", f"compile_{size}_s", "most", COMPILE_S.get(size, 45.0),
            unit="CPU s",
            note=f"{{cache_{size}_mb:.1f}} MB in the cache")
        for size in SIZES
    ),
    *(
        Bar(f"start: compiles size class {size} without saying so", "cold", f"silent_{size}", "most", 0.0, unit="times")
        for size in SIZES
    ),
    Bar("editing a kernel file: runs of old code", "stale", "stale_runs", "most", 0.0, unit="times",
        note="{compiled_again:.0f} functions compiled again when the edit is taken back"),
)  # fmt: skip


def judge(figures: Mapping[str, Mapping[str, Figure]], bars: Sequence[Bar] = BARS) -> list[Verdict]:
    """Compare the figures of all parts with the bars.

    Args:
        figures: Figures by name, for each measured part.
        bars: The bars.
    """
    return [_judged(bar, figures.get(bar.part, {})) for bar in bars]


def _judged(bar: Bar, figures: Mapping[str, Figure]) -> Verdict:
    if bar.figure not in figures:
        return Verdict(bar, None, None, "")
    measured = figures[bar.figure]
    note = bar.note.format(**{name: each["value"] for name, each in figures.items()})
    if bar.at is None or bar.bound is None:
        return Verdict(bar, measured, None, note)
    value = measured["value"]
    return Verdict(bar, measured, value >= bar.bound if bar.at == "least" else value <= bar.bound, note)


def missed(verdicts: Sequence[Verdict]) -> list[str]:
    """One line for each missed bar."""
    return [
        f"{verdict.bar.what}: {three_digits(verdict.measured['value'])} {verdict.bar.unit}; "
        f"bar: {bound_text(verdict.bar)}"
        for verdict in verdicts
        if verdict.passed is False and verdict.measured is not None
    ]


def bound_text(bar: Bar) -> str:
    """The bar in words, with its aim."""
    if bar.at is None or bar.bound is None:
        return "reported"
    aim = "" if bar.aim is None else f" (aim {bar.aim:g})"
    return f"at {bar.at} {bar.bound:g} {bar.unit}{aim}"


def three_digits(value: float) -> str:
    """The figure with three significant digits."""
    return as_text(value, digits=3)
