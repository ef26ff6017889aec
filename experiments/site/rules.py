"""Pages of the rules, one for each registered rule, and their list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ccenv.rules import PACING_RULES, ROUTING_RULES, Param, RuleSpec
from ccenv.rules.spec import NEEDS, plain
from ccenv.sim.state.fields import FIELDS
from experiments.jobs.files import ROOT
from experiments.site.centre_results import Results
from experiments.site.formulas import inline
from experiments.site.rule_league import leagues, of_rule
from experiments.site.text import cell, code, estimate, listing, number, page, paragraph, section, table

ABOUT = ROOT / "docs" / "rules.yaml"
HALVES = {"routing": ROUTING_RULES, "pacing": PACING_RULES}
DIALS = {True: "reserved", False: "unreserved", None: "any"}


def about() -> dict[str, dict[str, Any]]:
    """Return, by half and rule, what no declaration holds: formula and names in production systems."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(ABOUT.read_text())
    return found


def pages(results: Results) -> dict[str, str]:
    """Return the page of each rule, and the list of all."""
    played = leagues()
    found = {
        f"rules/{half}-{rule.name}": _page(half, rule, results, of_rule(half, rule.name, played))
        for half, rules in HALVES.items()
        for rule in rules
    }
    return {"rules/index": _index(results)} | found


def _index(results: Results) -> str:
    blocks = []
    for half, rules in HALVES.items():
        rows = [
            [
                f"[`{rule.name}`]({half}-{rule.name}.md)",
                cell(rule.meaning),
                ", ".join(code(param.name) for param in rule.params) or "none",
                *([DIALS[rule.reserves]] if half == "pacing" else []),
                _best_in(half, rule, results),
            ]
            for rule in rules
        ]
        head = ["rule", "meaning", "parameters", *(["dials"] if half == "pacing" else []), "best or tied at"]
        blocks.append(section(half.capitalize(), table(head, rows)))
    return page(
        "Rules",
        "A rule is a compiled function of the snapshot. Rules act where no policy decides, are the opponents of every "
        "policy, and are the fallback of the service. A routing rule chooses who is served, a pacing rule how many "
        "lines are dialed. A rule of your own needs no change of the package: see "
        "[Your own rule](../howto/own_rule.md).",
        "What other systems call them: [rules of other systems](elsewhere.md).",
        *blocks,
        f"*Best or tied*: {results.how()}",
        listing(["elsewhere", *(f"{half}-{rule.name}" for half, rules in HALVES.items() for rule in rules)]),
    )


def _best_in(half: str, rule: RuleSpec, results: Results) -> str:
    return ", ".join(f"[`{name}`](../centres/{name}.md)" for name in results.leads(half, rule.name)) or "–"


def _page(half: str, rule: RuleSpec, results: Results, league: Sequence[str]) -> str:
    known = about()[half][rule.name]
    production = known.get("production", [])
    return page(
        rule.name,
        f"**{half.capitalize()} rule.** {paragraph(plain(rule.function).__doc__)}",
        f"Source: {inline(known['source'])}" if "source" in known else "",
        section("Formula", _formula(half, rule, known["formula"]), inline(known.get("where", ""))),
        section("Parameters", _parameters(rule)),
        section("In production systems", "\n".join(f"- {inline(name)}" for name in production)),
        section("When it wins", _wins(half, rule, results)),
        section("Measured beside the opponents", *league),
        section("What it reads and keeps", _reads(rule)),
        section("Use", _use(half, rule)),
    )


def _formula(half: str, rule: RuleSpec, formula: str) -> str:
    alt = " ".join(formula.split()).replace("\\", "\\\\")
    return f"```{{image}} ../formulas/{half}-{rule.name}.svg\n:class: formula\n:alt: {alt}\n```"


def _parameters(rule: RuleSpec) -> str:
    if not rule.params:
        return "None."
    rows = [
        [code(p.name), cell(p.meaning), _range(p), _default(p), p.per or "one value", _settable(p)] for p in rule.params
    ]
    return table(["name", "meaning", "values", "default", "one for each", "a supervisor may set"], rows)


def _range(param: Param) -> str:
    if param.order:
        return f"all names of a {param.per}"
    if param.words:
        return ", ".join(code(word) for word in param.words)
    low = "no lower bound" if param.low == -float("inf") else f"from {number(param.low)}"
    return low if param.high == float("inf") else f"{low} to {number(param.high)}"


def _default(param: Param) -> str:
    if param.computed:
        return "computed from the scenario"
    if param.own or param.of_centre:
        return "the scenario's"
    return "order of the scenario" if param.order else code(param.default)


def _settable(param: Param) -> str:
    if param.settable is None:
        return "no"
    return "yes" if param.words else f"{number(param.settable[0])} to {number(param.settable[1])}"


def _wins(half: str, rule: RuleSpec, results: Results) -> str:
    rows = []
    for name, row in results.of_rule(half, rule.name):
        link = f"[`{name}`](../centres/{name}.md)"
        rows.append([link, cell(f"`{row['label']}`"), estimate(row["behind_best"]), results.verdict(row)])
    if not rows:
        return "No centre of the library was measured with this rule."
    return table(["centre", "highest pair with this rule", "reward behind the best pair", "verdict"], rows) + (
        f"\n\n{results.how()}"
    )


def _reads(rule: RuleSpec) -> str:
    known = {field.name for field in FIELDS}
    names = [f"[`{n}`](../fields/index.md)" if n in known else code(n) for n in (*rule.reads, *rule.reads_if_legal)]
    remembers = (
        rule.state if isinstance(rule.state, int) else dict(rule.state) if isinstance(rule.state, Mapping) else 0
    )
    rows = [
        ["fields", ", ".join(dict.fromkeys(names)) or "none"],
        ["numbers that it remembers", str(remembers)],
        ["coin of the decision", "yes" if rule.tosses else "no"],
        ["order within a queue", "time since the contact entered the queue" if rule.order == "entry" else "total wait"],
        ["the centre must have", cell(", ".join(NEEDS[need] for need in rule.needs)) or "nothing more"],
        *([["dials", DIALS[rule.reserves]]] if rule in PACING_RULES else []),
    ]
    return table(["", ""], rows)


def _use(half: str, rule: RuleSpec) -> str:
    numbers = {p.name: p.default for p in rule.params if not p.order and not p.computed}
    choice = f'("{rule.name}", {numbers})' if numbers else f'"{rule.name}"'
    return f'```python\nccenv.simulate("tiny", {half}={choice}, seeds=range(8))\n```'
