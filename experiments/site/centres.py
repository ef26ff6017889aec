"""Pages of the centres, one for each scenario of the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

import ccenv
from ccenv.kpis import KPIS
from ccenv.kpis.declared import definition_of
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Campaign
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.site.centre_results import TIE, Results
from experiments.site.text import cell, code, estimate, listing, number, page, section, table
from experiments.tuning.page import of_centre
from experiments.tuning.settings import TUNED

HEADS = {
    "value": ("reward", 1.0), "mean_wait_s": ("mean wait [s]", 1.0), "abandonment": ("abandoned [%]", 100.0),
    "served_within_T_of_offered": ("in time [%]", 100.0), "occupancy": ("occupancy [%]", 100.0),
    "n_attempts": ("dials", 1.0), "n_sales": ("goals", 1.0),
}  # fmt: skip
OPPONENTS = ROOT / RESULTS / TUNED
MOST_COLUMNS = 10  # of a matrix of skills


def pages(results: Results) -> dict[str, str]:
    """Return the page of each centre, and the list of all."""
    found = {f"centres/{name}": _page(load_scenario(name), results) for name in list_scenarios()}
    return {"centres/index": _index(results)} | found


def _index(results: Results) -> str:
    rows = []
    for name in list_scenarios():
        scenario = load_scenario(name)
        leaders = results.leaders(name)
        tied = f", tied with {len(leaders) - 1}" if len(leaders) > 1 else ""
        rows.append(
            [
                f"[`{name}`]({name}.md)",
                cell(scenario.centre.description.split(". ")[0].rstrip(".") + "."),
                str(len(scenario.queues)),
                str(len(scenario.groups)),
                str(len(scenario.campaigns)),
                f"`{cell(leaders[0]['label'])}`{tied}",
            ]
        )
    return page(
        "Centres",
        "The library of scenarios. Every figure of a centre names its source. A page shows a mean day, the load, the "
        "sources, and the KPIs under the centre's own rules and under tuned rules.",
        table(["centre", "what it is", "queues", "groups", "campaigns", "best rules"], rows),
        f"*Best rules*: {results.how()}",
        listing(list_scenarios()),
    )


def _page(scenario: Scenario, results: Results) -> str:
    name, centre = scenario.name, scenario.centre
    measured, facts = results.centres[name], ccenv.describe(scenario).as_dict()
    variants = table(
        ["variant", "keys that differ"],
        [[code(f"{name}:{variant}"), _changes(changes)] for variant, changes in centre.variants.items()],
    )
    return page(
        name,
        centre.description,
        _facts(scenario),
        section("A day", _picture(name, measured)),
        section("Queues", _queues(facts["queues"])),
        section("Groups", _groups(facts["groups"], [*centre.queues, *centre.campaigns])),
        section("Load by group and slot", _load(name, facts)),
        section("Campaigns", _campaigns(centre.campaigns)),
        section("Rules and KPIs", _kpis(name, results)),
        section("Opponents", *_opponents(name)),
        section("Exact solution", _solved(measured["solved"])),
        section("Variants", variants if centre.variants else ""),
        section("Sources", table(["keys", "source"], [[code(k), cell(v)] for k, v in centre.sources.items()])),
        section("Use", _use(scenario)),
    )


def _changes(changes: Mapping[str, Any]) -> str:
    texts = [f"`{key}`" for key in changes]
    return cell(", ".join(texts[:6]) + (f" and {len(texts) - 6} more" if len(texts) > 6 else ""))


def _facts(scenario: Scenario) -> str:
    centre, clock = scenario.centre, scenario.centre.clock
    hours = {
        "day": f"{_time(clock.open_s)} to {_time(clock.close_s)}, overtime at most {clock.overtime_s / 60:g} min",
        "steady": f"one span of {clock.horizon_s / 3600:g} h, after {clock.warm_up_s / 3600:g} h of warm-up",
        "continuous": "never closes",
    }[clock.kind]
    episode = "the span" if clock.kind == "steady" else f"{centre.episode_days} day{'s' * (centre.episode_days > 1)}"
    rules = centre.rules
    rows = [
        ["opening hours", hours],
        ["episode", episode],
        ["slot", f"{clock.slot_s / 60:g} min"],
        ["trunks", str(centre.trunks or "unlimited")],
        ["reward", f"[`{scenario.reward}`](../rewards/{scenario.reward}.md)"],
        ["own rules", f"[`{rules.routing.name}`](../rules/routing-{rules.routing.name}.md), "
                      f"[`{rules.pacing.name}`](../rules/pacing-{rules.pacing.name}.md)"],
        ["actions", str(len(scenario.catalogue))],
        ["size class", scenario.size.name],
    ]  # fmt: skip
    return table(["", ""], rows)


def _time(seconds: float) -> str:
    return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}"


def _picture(name: str, measured: Mapping[str, Any]) -> str:
    if measured["day"] is None:
        return "Steady state: rates and staffing do not change over the span."
    return (
        f"```{{figure}} ../pictures/{name}.svg\n:width: 100%\n:alt: Mean day of {name}\n\n"
        f"Means of {measured['episodes']} evaluation days under the centre's own rules, by slot.\n```"
    )


def _queues(queues: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            code(queue["name"]),
            _span(queue["forecast_per_hour"]),
            number(round(queue["handle_s"], 1)),
            "never abandon" if np.isinf(queue["patience_s"] or np.inf) else f"{queue['patience_s']:.0f}",
            "–" if queue["service_level_s"] is None else number(queue["service_level_s"]),
            _span(queue["load"]),
            ", ".join(queue["has"]) or "–",
        ]
        for queue in queues
    ]
    head = ["queue", "arrivals [1/h]", "handle time [s]", "patience [s]", "in time within [s]", "load [erlang]", "with"]
    return table(head, rows) + "\n\nFrom the lowest to the highest slot." if rows else ""


def _span(values: Sequence[float]) -> str:
    low, high = (f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _groups(groups: Sequence[Mapping[str, Any]], served: Sequence[str]) -> str:
    """Return the skills as a matrix of mean handle times; a list for a large centre."""
    matrix = len(served) <= MOST_COLUMNS
    rows = []
    for group in groups:
        skills = group["skills"]
        cells = [f"{skills[one]:.0f}" if one in skills else "" for one in served]
        listed = [", ".join(map(code, skills))]
        rows.append([code(group["name"]), _span(group["staff"]), _busy(group["rho"]), *(cells if matrix else listed)])
    head = ["group", "advisors", "load per advisor", *(map(code, served) if matrix else ["skills"])]
    about = "Below a queue or campaign: mean time of an advisor for a contact [s]." if matrix else ""
    return "\n\n".join([table(head, rows), about])


def _busy(rho: Sequence[float | None]) -> str:
    known = [value for value in rho if value is not None]
    return _span([round(value, 2) for value in known]) if known else "–"


def _load(name: str, facts: Mapping[str, Any]) -> str:
    """Return pictures of the offered load against the advisors, and of the load of each group by slot."""
    if not facts["queues"] or len(facts["slots"]) < 2:
        return ""
    drawn = [f"![Offered load and advisors of {name}](../pictures/{name}-load.svg)",
             f"![Load per advisor of {name} by group and slot](../pictures/{name}-busy.svg)"]  # fmt: skip
    return "\n\n".join([facts["load"]["assumption"], *drawn])


def _campaigns(campaigns: Mapping[str, Campaign]) -> str:
    rows = [[code(name), *_campaign(campaign)] for name, campaign in campaigns.items()]
    head = ["campaign", "goal", "leads", "answered", "talk [s]", "lines", "drop limit", "defined by"]
    return table(head, rows) if rows else ""


def _campaign(campaign: Campaign) -> Sequence[str]:
    lists = [segment.size for segment in campaign.segments.values()] or [campaign.leads]
    unlimited = any(not isinstance(size, int) for size in lists)
    leads = "unlimited" if unlimited else f"{sum(size for size in lists if isinstance(size, int)):,}"
    answered = campaign.p_answer if isinstance(campaign.p_answer, list) else [campaign.p_answer]
    return [
        campaign.goal,
        leads,
        _span([100 * p for p in answered]) + " %",
        f"{mean_s(campaign.handle_s):.0f}",
        {True: "reserved advisor", False: "not reserved", "either": "both kinds"}[campaign.reserves],
        f"{100 * campaign.drop_limit:g} %",
        f"[`{definition_of(campaign)}`](../kpis/dropped_share.md)",
    ]


def _kpis(name: str, results: Results) -> str:
    measured, rows = results.centres[name], results.rows(name)
    columns = in_order(column for column in rows[0]["kpis"] if any(row["kpis"][column] for row in rows))
    labels = [HEADS.get(column, (KPIS[column].name if column in KPIS else column, 1.0)) for column in columns]
    labels = [
        ("dropped [%]", 100.0) if c.startswith("dropped_share") else h for c, h in zip(columns, labels, strict=True)
    ]
    lines = []
    for row in rows:
        verdict = f"**{results.verdict(row)}**" if row["best"] else results.verdict(row)
        own = " (own)" if row["to_own"] is None else ""
        figures = [estimate(row["kpis"][column], scale) for column, (_, scale) in zip(columns, labels, strict=True)]
        behind = "–" if row["best"] else estimate(row["behind_best"])
        lines.append([f"`{cell(row['label'])}`{own}", verdict, behind, *figures])
    head = ["rules", "verdict", "reward behind the best", *(label for label, _ in labels)]
    return "\n\n".join([_how(measured), table(head, lines)])


def _opponents(name: str) -> list[str]:
    """Return the strongest tuned rules of a centre; nothing if they are not tuned yet."""
    path = OPPONENTS / f"{name}.json"
    return [*of_centre(read_json(path)), "[How they are tuned](../results/opponents.md)."] if path.exists() else []


def in_order(columns: Iterable[str]) -> list[str]:
    """Return columns with the reward first and the dropped share right behind it."""
    return sorted(columns, key=lambda column: (column != "value", not column.startswith("dropped_share")))


def _how(measured: Mapping[str, Any]) -> str:
    days = measured["episode_days"]
    runs = f"{measured['episodes']} episodes" + (f" of {days} days" if days > 1 else "")
    tuned = (
        f" Pacing rules are tuned on {measured['tuning_episodes'][-1]} training episodes over the grid of "
        "`configs/rules/standard.yaml`."
        if measured["tuning_episodes"]
        else ""
    )
    limit = (
        f" *Above the limit*: the 95 % interval of the dropped share does not lie below {100 * measured['limit']:g} %."
        if measured["limit"] is not None
        else ""
    )
    return (
        f"{runs} on the same contacts, per episode, with 95 % bootstrap intervals.{tuned} The best pair is chosen on "
        f"validation days. {TIE}{limit} Measured by `python -m experiments.site.measure`."
    )


def _solved(solved: Mapping[str, Any] | None) -> str:
    if solved is None:
        return ""
    limited = f" at the rule's own `{solved['limited']}` of {100 * solved['limit']:.3g} %" if solved["limited"] else ""
    return (
        f"`ccenv.theory.models.{solved['model']}` solves this centre. The best policy reaches {solved['best']:.4g} "
        f"{solved['unit']}{limited}; the centre's own rules reach {solved['rule']:.4g}. "
        f"**Exact gap of the own rules: {100 * solved['lost']:.2g} %.** See [Theory](../theory.md)."
    )


def _use(scenario: Scenario) -> str:
    kind = "Blended" if scenario.queues and scenario.campaigns else "Routing" if scenario.queues else "Pacing"
    return "\n".join(
        [
            "```python",
            f'ccenv.simulate("{scenario.name}", seeds=range(8)).summary()',
            f'gymnasium.make("ccenv/{kind}-v0", scenario="{scenario.name}")',
            "```",
        ]
    )
