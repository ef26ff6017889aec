"""Compile a run: owner of the decisions, rules, flags, observation and reward, with the scenario's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import numpy as np

from ccenv.files.errors import shown
from ccenv.loops.drive import BOTH, NOTHING, PACING, ROUTING
from ccenv.rules.registry import find_rule
from ccenv.rules.spec import MisfitError, RuleError, RuleSpec
from ccenv.run.payment import set_observation, set_reward
from ccenv.run.rule_record import link, set_rules, specs_of
from ccenv.scenarios import Scenario, ScenarioError
from ccenv.scenarios.check.dialing import endless_dialing
from ccenv.scenarios.check.rules import misfit
from ccenv.scenarios.check.warn import warn_of_reward
from ccenv.scenarios.compile.attempt_times import most_days
from ccenv.scenarios.compile.dials import BOTH_DIALS, dials_of, fill_dials
from ccenv.scenarios.compile.segments import keeps
from ccenv.scenarios.compile.slots import checked_days
from ccenv.scenarios.schema import Reserves
from ccenv.sim.kernel.jit import records
from ccenv.sim.state.codes import DAY_S, RESERVED_DIALS, UNRESERVED_DIALS
from ccenv.sim.state.layout import HELD, Layout, layout
from ccenv.sim.state.sizes import Size
from ccenv.spaces.observation import places

Named = str | Callable[..., Any]
RuleChoice = Named | tuple[Named, Mapping[str, Any]] | None
OWNERS = {"rules": NOTHING, "routing": ROUTING, "pacing": PACING, "blended": BOTH}
ACTIONS = {"all": BOTH_DIALS, "reserved": RESERVED_DIALS, "unreserved": UNRESERVED_DIALS}  # dials a policy may use
DIALS = {0: "none", UNRESERVED_DIALS: "unreserved", RESERVED_DIALS: "reserved", BOTH_DIALS: "both"}


@dataclass(frozen=True)
class RunConfig:
    """A compiled run: the scenario with the run's flag `reserves`, and the kernel's record `config`, shape (1,).

    `actions` is the argument of `run_config`. `dials` says which kinds of dials the run uses, in a word for tables:
    `reserved`, `unreserved`, `both` or `none`. `draws`: runs of the scenarios among which each episode's is drawn (see
    `ccenv.run.draws`); none: all episodes are of `scenario`.
    """

    scenario: Scenario
    layout: Layout
    config: np.ndarray
    owns: str
    routing: tuple[str, dict[str, Any]]
    pacing: tuple[str, dict[str, Any]]
    actions: str
    dials: str
    days: int
    reward: str | Mapping[str, Any] | None
    on_illegal: str
    places: np.ndarray = field(repr=False)  # indices of the public snapshot's numbers in the kernel's record
    draws: tuple[RunConfig, ...] = field(default=(), repr=False)

    @property
    def memory(self) -> int:
        """Numbers that the rules remember, their flag included."""
        row = self.config[0]
        return HELD + 1 + int(row["routing_state"]) + int(row["pacing_state"])

    @property
    def n_slots(self) -> int:
        """Slots of an episode: the intervals by which counters can be noted."""
        return self.days * int(self.config["day_slots"][0])

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle: the rules have other addresses in another process."""
        self.__dict__.update(state)
        object.__setattr__(self, "layout", layout(self.scenario.size.name))
        object.__setattr__(self, "config", records(np.array(self.config).view(self.layout.config)))
        link(self.config[0], *specs_of(self.routing, self.pacing), self.layout)


def rule_choice(kind: str, choice: RuleChoice, default: Any) -> tuple[str, dict[str, Any]]:
    """Return a rule's name and given parameters; None takes the scenario's own. `kind`: `routing` or `pacing`.

    Raises:
        RuleError: If there is no such rule, or the choice is none.
    """
    if choice is None:
        return default.name, dict(default.params)
    rule, params = choice if isinstance(choice, tuple) and len(choice) == 2 else (choice, {})
    if not (callable(rule) or isinstance(rule, str)) or not isinstance(params, Mapping):
        raise RuleError(f"{kind} = {shown(choice)}; allowed: a rule's name, or (name, parameters), or None")
    return find_rule(kind, rule).name, dict(params)


def _with_flag(scenario: Scenario, rule: RuleSpec, owned: bool, reserves: Reserves | None) -> Scenario:
    """Return the scenario with the run's flag `reserves`: the requested one, else the pacing rule's, else its own.

    A scenario whose flag is `either` keeps it, because a rule of any flag finds its dials there.

    Raises:
        RuleError: If the pacing rule needs the other flag.
    """
    flag = reserves
    if flag is None and not owned and scenario.reserves != "either":
        flag = rule.reserves
    if flag is not None:
        scenario = scenario.with_reserves(flag)
    for name, campaign in scenario.centre.campaigns.items():
        if rule.reserves is not None and campaign.reserves not in (rule.reserves, "either"):
            need = str(rule.reserves).lower()
            raise RuleError(
                f"pacing rule {rule.name} needs campaigns.{name}.reserves = {need}, "
                f"it is {str(campaign.reserves).lower()}"
            )
    return scenario


def _check_needs(scenario: Scenario, *rules: RuleSpec) -> None:
    for rule in rules:
        missing = misfit(scenario.centre, rule)
        if missing is not None:
            raise MisfitError(missing)


def _kinds(actions: str, rule: RuleSpec, owned: bool) -> int:
    """Return the kinds of dials in use, as bits: those of the policy if it paces, else those of the pacing rule.

    A rule finds under `either` what it finds under its own flag: the same epochs, and so the same coins.

    Raises:
        RuleError: If the rule's dials are not among those of the policy that it stands in for.
        ValueError: If `actions` is unknown, or limits dials that the policy does not own.
    """
    if actions not in ACTIONS:
        raise ValueError(f"actions = {actions!r}; allowed: {', '.join(ACTIONS)}")
    own = BOTH_DIALS if rule.reserves is None else dials_of(rule.reserves)
    if not owned:
        if actions != "all":
            raise ValueError(f"actions = {actions!r}; allowed where the policy does not own pacing: all")
        return own
    if not own & ACTIONS[actions]:
        raise RuleError(f"pacing rule {rule.name} has {DIALS[own]} dials alone; actions = {actions!r} has none of them")
    return ACTIONS[actions]


def run_config(
    scenario: Scenario,
    *,
    owns: str,
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    reserves: Reserves | None = None,
    actions: str = "all",
    days: int | None = None,
    reward: str | Mapping[str, Any] | None = None,
    on_illegal: str = "rules",
) -> RunConfig:
    """Compile a run.

    Args:
        scenario: The centre.
        owns: Decisions that the policy takes: `routing`, `pacing`, `blended`, or `rules` (none).
        routing: Rule for routing not owned by the policy, and fallback of illegal actions; None: the scenario's.
        pacing: The same for pacing.
        reserves: Flag of all campaigns: True, False or "either". None: the scenario's own; but where rules pace and
            the scenario's is not `either`, what the pacing rule needs.
        actions: Dials that a policy which owns pacing may use: `all`, `reserved` (each with an advisor reserved) or
            `unreserved`. The others are illegal. A pacing rule uses its own kind of dials.
        days: Days of an episode, at least 1; None: the scenario's `episode_days`.
        reward: Preset, or weights by reward term; None: the scenario's. A `RewardTrapWarning` says if a given reward
            pays for starving inbound contacts.
        on_illegal: `rules`: the rules act in place of an illegal action. Any other word: the first legal action.

    Raises:
        RuleError: If a rule, parameter or flag is not allowed.
        ScenarioError: If the pacing rule would dial without end at one instant, because dials take no time.
        ValueError: If another argument is not allowed.
    """
    if owns not in OWNERS:
        raise ValueError(f"owns = {owns!r}; allowed: {', '.join(OWNERS)}")
    if days is None:
        days = scenario.centre.episode_days
    days = checked_days(scenario.centre.clock, days)
    clock = scenario.centre.clock
    if clock.kind == "continuous" and clock.warm_up_s >= days * DAY_S:
        raise ValueError(f"days = {days!r}; allowed: more than clock.warm_up_s = {clock.warm_up_s:g} lasts")
    routed = rule_choice("routing", routing, scenario.centre.rules.routing)
    paced = rule_choice("pacing", pacing, scenario.centre.rules.pacing)
    routing_rule, pacing_rule = specs_of(routed, paced)
    _check_needs(scenario, routing_rule, pacing_rule)
    owned = owns in ("pacing", "blended")
    size = scenario.size
    given = scenario  # a reward's faults are the same under every flag, and told by the name of the file as given
    scenario = _with_flag(scenario, pacing_rule, owned, reserves)
    scenario = scenario.in_size(max(size, scenario.size, key=attrgetter("contacts")))
    _check_leads(scenario, days)
    for problem in () if owned else endless_dialing(scenario.centre, pacing_rule):
        raise ScenarioError(scenario.file, *problem)
    run = _compiled(scenario, owns, routed, paced, actions, days, reward, on_illegal)
    if reward is not None and reward != scenario.reward:  # its own is checked when it is loaded
        warn_of_reward(given, reward)
    return run


def why_not(scenario: Scenario, *, routing: RuleChoice = None, pacing: RuleChoice = None) -> str | None:
    """Return why rules cannot run on a centre, None if they can.

    They cannot if the centre lacks what they need, or if they would dial without end. The flag of the campaigns becomes
    that of the pacing rule, as in `run_config`.

    Raises:
        RuleError: If a rule does not exist or a parameter is not allowed.
    """
    try:
        run_config(scenario, owns="rules", routing=routing, pacing=pacing)
    except (MisfitError, ScenarioError) as error:
        return str(error)
    return None


def in_size(run: RunConfig, size: Size) -> RunConfig:
    """Return the same run in another size class.

    Observations keep the bounds of the class that it was made in, and the weights of the reward stay.
    """
    if size.name == run.scenario.size.name:
        return run
    other = _compiled(
        run.scenario.in_size(size),
        run.owns,
        run.routing,
        run.pacing,
        run.actions,
        run.days,
        run.reward,
        run.on_illegal,
    )
    n = int(run.config["n_observed"][0])
    other.config["observed_high"][0, :n] = run.config["observed_high"][0, :n]
    terms = int(run.config["n_terms"][0])
    other.config["term_reward"][0, :terms] = run.config["term_reward"][0, :terms]
    return replace(other, draws=tuple(in_size(each, size) for each in run.draws))


def _compiled(
    scenario: Scenario,
    owns: str,
    routed: tuple[str, dict[str, Any]],
    paced: tuple[str, dict[str, Any]],
    actions: str,
    days: int,
    reward: str | Mapping[str, Any] | None,
    on_illegal: str,
) -> RunConfig:
    """Compile a run whose other arguments have been checked.

    Raises:
        RuleError: If a rule, parameter or kind of dial is not allowed.
        ValueError: If no campaign has dials of the kind `actions`.
    """
    routing_rule, pacing_rule = specs_of(routed, paced)
    kinds_of_dials = _kinds(actions, pacing_rule, owns in ("pacing", "blended"))
    kinds = layout(scenario.size.name)
    config = scenario.config(days=days, order=routing_rule.order).copy()
    record = config[0]
    record["own"] = OWNERS[owns]
    fill_dials(record, scenario.centre, kinds_of_dials)
    dials = int(np.bitwise_or.reduce(record["campaign"]["dials"]))
    if scenario.campaigns and not dials:
        raise ValueError(f"actions = {actions!r}: no campaign has such dials; its flag `reserves` decides which it has")
    set_rules(record, scenario, {"routing": (routing_rule, routed[1]), "pacing": (pacing_rule, paced[1])})
    record["illegal_holds"] = on_illegal != "rules"
    set_observation(record, scenario)
    set_reward(record, scenario, scenario.reward if reward is None else reward)
    compiled = records(config.view(kinds.config))
    at = places(scenario, kinds)
    return RunConfig(
        scenario, kinds, compiled, owns, routed, paced, actions, DIALS[dials], days, reward, on_illegal, at
    )


def _check_leads(scenario: Scenario, days: int) -> None:
    """Refuse more days than the integer type that stores the times of a lead's attempts can hold."""
    centre = scenario.centre
    behind = centre.history.days if centre.history.kind == "steady" else 0
    kept = [name for name, campaign in centre.campaigns.items() if keeps(campaign)]
    most = most_days(centre.clock)
    if kept and centre.clock.kind != "steady" and behind + days > most:
        past = f" after history.days = {behind}" if behind else ""
        raise ValueError(
            f"days = {days!r}: allowed{past}: at most {max(0, most - behind)}, because campaigns.{kept[0]} dials its "
            f"leads again, and remembers the times of attempts for {most} days"
        )
