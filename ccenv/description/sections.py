"""The sections of a centre's description, made from its facts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccenv.description.answers import who_answers
from ccenv.description.plain import Facts
from ccenv.description.tables import Section, Table
from ccenv.description.words import number, plural, share, time_of_day
from ccenv.scenarios.offered import FULL

MOST_TIMES = 36  # most columns of a table by time; more slots are averaged
APOSTROPHE = "'"
NONE = "."  # a group without the skill


def sections_of(facts: Facts, times: int | None = MOST_TIMES) -> list[Section]:
    """Return the sections of a description.

    Args:
        facts: What `facts_of` returns.
        times: Most columns of the tables by time: neighbouring slots are averaged until they fit. None: all slots.
    """
    span = _span(facts, times)
    made = [
        _head(facts),
        _warnings(facts),
        _skills(facts),
        _queues(facts),
        _by_time(facts, span),
        _campaigns(facts),
        _lists(facts),
        _calling_rules(facts),
        _reward(facts),
    ]
    return [section for section in made if section.lines or section.tables]


def _head(facts: Facts) -> Section:
    clock = facts["clock"]
    hours = {
        "steady": f"steady: {clock['horizon_s']:g} s after a warm-up of {clock['warm_up_s']:g} s",
        "continuous": f"never closes; profiles of a {'week' if clock['weekly'] else 'day'} in {clock['slots']} slots",
        "day": f"{time_of_day(clock['open_s'])}-{time_of_day(clock['close_s'])}, overtime {clock['overtime_s']:g} s, "
        f"{clock['slots']} slots of {clock['slot_s']:g} s",
    }
    sizes = ", ".join(
        plural(n, what)
        for n, what in (
            (len(facts["queues"]), "queue"),
            (len(facts["groups"]), "group"),
            (sum(group["advisors"] for group in facts["groups"]), "advisor"),
            (len(facts["campaigns"]), "campaign"),
        )
    )
    days = facts["episode_days"]
    lines = [
        facts["description"],
        "",
        f"centre    {sizes}" + (f", {facts['trunks']} trunks" if facts["trunks"] else ""),
        f"hours     {hours[clock['kind']]}"
        + ("" if clock["kind"] == "steady" else f"; an episode is {plural(days, 'day')}"),
        f"policy    {facts['observation']} numbers seen, {facts['actions']} actions; size class {facts['size_class']}",
        f"rules     routing {_rule(facts['rules']['routing'])}, pacing {_rule(facts['rules']['pacing'])}",
        *(f"random    {line}" for line in facts["level"]),
    ]
    if facts["variants"]:
        lines.append(f"variants  {', '.join(facts['name'] + ':' + variant for variant in facts['variants'])}")
    return Section(facts["name"], tuple(lines))


def _warnings(facts: Facts) -> Section:
    return Section("Warnings", tuple(f"- {warning}" for warning in facts["warnings"]))


def _skills(facts: Facts) -> Section:
    columns = [each["name"] for each in (*facts["queues"], *facts["campaigns"])]
    rows = tuple(
        (group["name"], str(group["advisors"]), *(_handle(group["skills"], column) for column in columns))
        for group in facts["groups"]
    )
    line = f"Mean time of an advisor for a contact [s], talk and wrap-up; `{NONE}`: no skill."
    said = tuple(_chats(group) for group in facts["groups"] if group["chats"] is not None)
    return Section("Skills", (line, *said), (Table(("group", "advisors", *columns), rows),))


def _chats(group: Facts) -> str:
    beside = group["chats_beside_voice"]
    calls = f", and at most {beside} beside a call" if beside else ""
    return f"- {group['name']}: an advisor has at most {plural(group['chats'], 'chat')} at once{calls}"


def _handle(skills: dict[str, float], column: str) -> str:
    return number(skills[column]) if column in skills else NONE


def _queues(facts: Facts) -> Section:
    rows = tuple(
        (
            queue["name"],
            number(float(np.mean(queue["forecast_per_hour"]))),
            number(queue["handle_s"]),
            number(queue["wrap_up_s"]),
            "never" if queue["patience_s"] is None else number(queue["patience_s"]),
            "–" if queue["service_level_s"] is None else number(queue["service_level_s"]),
        )
        for queue in facts["queues"]
    )
    heads = ("queue", "arrivals/h", "handle s", "wrap-up s", "patience s", "answered within s")
    has = [(queue["name"], [_concept(queue, each) for each in queue["has"]]) for queue in facts["queues"]]
    lines = tuple(f"- {name}: {', '.join(concepts)}" for name, concepts in has if concepts)
    return Section("Queues", lines, (Table(heads, rows),) if rows else ())


def _concept(queue: Facts, name: str) -> str:
    if name in ("redial", "repeat", "priority"):
        return f"{name} {share(queue[name])}"
    if name == "transfer":
        return f"{share(queue['transfer']['p'])} {queue['transfer']['kind']} to {queue['transfer']['to']}"
    if name == "order":
        return f"order {share(queue['order']['p'])}, worth {number(queue['order']['value'])}"
    return name


def _by_time(facts: Facts, span: int) -> Section:
    queues, groups, campaigns = facts["queues"], facts["groups"], facts["campaigns"]
    heads = tuple(facts["slots"][::span])
    each = "each slot" if span == 1 else f"means of {span} slots"
    tables = [
        _profiles(f"Forecast: arrivals per hour, {each}", heads, queues, "forecast_per_hour", span, decimals=1),
        _profiles(
            f"Staff: advisors on duty, breaks and absences subtracted, {each}", heads, groups, "staff", span, decimals=1
        ),
        _profiles(f"Offered load [erlangs], {each}", heads, groups, "load", span),
        _rho(f"Load per advisor (rho), {each}; marked from 1 on", heads, groups, span),
        _profiles(f"Advisors left for campaigns, {each}", heads, campaigns, "spare_advisors", span, total=False),
        _profiles(f"Probability of an answer, {each}", heads, campaigns, "p_answer", span, total=False),
    ]
    if not queues:
        tables = [tables[1], tables[5]]
    by = "" if len(heads) == 1 else " by half hour" if facts["clock"]["slot_s"] == 1800.0 else " by slot"
    return Section(
        f"{'Load' if queues else 'Staff'}{by}",
        (facts["load"]["assumption"],) if queues else (),
        tuple(table for table in tables if table.rows),
    )


def _profiles(
    title: str,
    heads: tuple[str, ...],
    of: Sequence[Facts],
    key: str,
    span: int,
    *,
    decimals: int = 2,
    total: bool = True,
) -> Table:
    lists = [averaged(each[key], span) for each in of]
    if all(value == int(value) for values in lists for value in values):
        decimals = 0
    rows = [
        (each["name"], *(f"{value:.{decimals}f}" for value in values)) for each, values in zip(of, lists, strict=True)
    ]
    if total and len(rows) > 1:
        rows.append(("all", *(f"{value:.{decimals}f}" for value in np.sum(lists, axis=0).tolist())))
    return Table(("", *heads), tuple(rows), title=title)


def _rho(title: str, heads: tuple[str, ...], groups: Sequence[Facts], span: int) -> Table:
    rows, marked = [], set()
    for i, group in enumerate(groups):
        work, staff = averaged(group["load"], span), averaged(group["staff"], span)
        rhos = [load / n if n > 0.0 else None for load, n in zip(work, staff, strict=True)]
        rows.append((group["name"], *("-" if rho is None else f"{rho:.2f}" for rho in rhos)))
        marked |= {(i, j + 1) for j, rho in enumerate(rhos) if rho is not None and rho >= FULL}
    return Table(("", *heads), tuple(rows), frozenset(marked), title)


def averaged(values: Sequence[float | None], span: int) -> list[float]:
    """Return the means of `span` neighbouring values; None counts as 0."""
    filled = np.array([0.0 if value is None else value for value in values])
    return [float(filled[k : k + span].mean()) for k in range(0, len(filled), span)]


def _campaigns(facts: Facts) -> Section:
    rows = tuple(
        (
            campaign["name"],
            campaign["goal"],
            _range(campaign["p_answer"]),
            number(campaign["ring_s"]),
            number(campaign["joined_s"]),
            _range(campaign["p_goal"]),
            {True: "an advisor", False: "nobody", "either": "either"}[campaign["reserves"]],
            str(campaign["max_lines"]),
            " ".join(map(str, campaign["dial_ladder"])) if campaign["reserves"] is not True else "1",
            f"{time_of_day(campaign['hours'][0])}-{time_of_day(campaign['hours'][1])}",
        )
        for campaign in facts["campaigns"]
    )
    heads = ("campaign", "goal", "p answer", "ring s", "joined s", "p goal", "reserves", "lines", "dials of", "hours")
    said = tuple(f"{campaign['name']}: {who_answers(campaign)}" for campaign in facts["campaigns"])
    return Section("Campaigns", said, (Table(heads, rows),) if rows else ())


def _lists(facts: Facts) -> Section:
    rows = tuple(
        (
            f"{campaign['name']} {part['name']}".rstrip(),
            f"{part['leads']:,}" if isinstance(part["leads"], int) else str(part["leads"]),
            _range(part["p_answer"]),
            number(part["p_goal"]),
            number(part["value"]),
            "once" if campaign["retries"] is None else f"{campaign['retries']} times",
            _zone(part["zone"]),
            share(part["p_consent"]),
            share(part["p_do_not_call"]),
        )
        for campaign in facts["campaigns"]
        for part in campaign["lists"]
    )
    heads = ("list", "leads", "p answer", "p goal", "value", "dialed at most", "zone", "consent", "do not call")
    return Section("Lists", tables=(Table(heads, rows),) if rows else ())


def _zone(zone: str | float) -> str:
    return zone if isinstance(zone, str) else f"{zone / 3600.0:+g} h" if zone else "centre"


def _calling_rules(facts: Facts) -> Section:
    lines = []
    for campaign in facts["campaigns"]:
        rules, dropped = campaign["calling_rules"], campaign["dropped_share"]
        said = [] if rules["preset"] == "none" else [f"preset {rules['preset']}"]
        said += [f"calls {time_of_day(rules['calling_from_s'])}-{time_of_day(rules['calling_until_s'])} local time"]
        if rules["max_per_24h"]:
            said.append(f"at most {rules['max_per_24h']} in 24 h")
        if rules["max_per_7_days"]:
            said.append(f"at most {rules['max_per_7_days']} in 7 days")
        if rules["lockout_after_drop_s"]:
            said.append(f"none within {rules['lockout_after_drop_s'] / 3600.0:g} h of a drop")
        if rules["quiet_after_talk_s"]:
            said.append(f"none within {rules['quiet_after_talk_s'] / 3600.0:g} h of a talk")
        if rules["needs_consent"]:
            said.append("consent needed")
        if rules["min_ring_s"]:
            said.append(f"an unanswered dial rings for at least {rules['min_ring_s']:g} s")
        lines += [
            f"{campaign['name']}: {', '.join(said)}.",
            f"  {_dropping(campaign['drop_after_s'], campaign['hang_up_s'])}",
            f"  Dropped share, definition {dropped['definition']}: {dropped['text']}; limit {share(dropped['limit'])}.",
        ]
    return Section("Calling rules and dropped share", tuple(lines))


def _dropping(drop_s: float, hang_s: float | None) -> str:
    """Say what becomes of a connect that no advisor takes, from mean times."""
    if drop_s == 0.0:
        return "A connect that no advisor takes at once is dropped."
    hangs = "it does not hang up" if hang_s is None else f"it hangs up after {number(hang_s)} s on average"
    return f"A connect that no advisor takes is dropped after {number(drop_s)} s on average; {hangs}."


def _reward(facts: Facts) -> Section:
    reward = facts["reward"]
    unit = "" if reward["value_unit"] == 1.0 else f"; a value of {number(reward['value_unit'])} counts as 1"
    rows = tuple(
        (
            term,
            ", ".join(f"{name} {w:.4g}" for name, w in weight.items()) if isinstance(weight, dict) else f"{weight:.4g}",
        )
        for term, weight in reward["weights"].items()
    )
    return Section("Reward", (f"Preset {reward['name']}{unit}.",), (Table(("term", "weight"), rows),))


def _span(facts: Facts, times: int | None) -> int:
    """Return the smallest number of slots to average, so that the columns fit and days divide evenly."""
    n = facts["clock"]["slots"]
    day = n // 7 if facts["clock"]["weekly"] else n
    if times is None or n <= times:
        return 1
    return next(span for span in range(2, n + 1) if n / span <= times and (day % span == 0 or span > day))


def _range(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return number(low) if low == high else f"{number(low)}-{number(high)}"


def _rule(rule: Facts) -> str:
    params = ", ".join(f"{name} {str(value).replace(APOSTROPHE, '')}" for name, value in rule["params"].items())
    return f"{rule['name']} ({params})" if params else str(rule["name"])
