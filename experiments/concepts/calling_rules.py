"""Concepts: the calling rules, and the definitions of the share of dropped connects."""

from __future__ import annotations

from typing import Any

from ccenv.sim.state.definitions import DEFINITIONS
from experiments.concepts.centres import BANK, COLLECTING, HYBRID, OUTREACH, SELLING, arrears, listed, policies
from experiments.concepts.concept import Concept, Direction, Experiment

DIST = "tests/semantics/test_by_hand_calling_rules.py"
COMPLIANCE = "tests/semantics/test_by_hand_compliance.py"
SHARES = f"{COMPLIANCE}::test_every_definition_gives_another_share"
SCRUBBED = f"{DIST}::test_leads_are_scrubbed_when_they_are_reached"
CAP_24H, CAP_7_DAYS = f"{DIST}::test_three_attempts_in_24_hours", f"{DIST}::test_seven_attempts_in_seven_days"
ZONE = f"{DIST}::test_leads_are_dialed_in_the_calling_hours_of_their_own_zone"
LOCKOUT = f"{DIST}::test_nobody_is_dialed_within_the_lockout_after_a_drop"
QUIET = f"{DIST}::test_a_person_is_left_in_peace_after_a_talk_unless_a_callback_was_agreed"
SOON = policies(
    retries__no_answer=1_800.0, retries__machine=1_800.0, calling_rules__max_per_24h=None, order__fresh_every=0
)

HARD = (
    Concept(
        "law as a preset",
        ("campaigns.*.calling_rules.preset",),
        "the preset's values hold where the campaign gives none itself",
        "47 CFR 64.1200; 16 CFR 310.4; Ofcom's policy of 2017",
        "tests/scenarios/test_presets.py::test_a_preset_gives_what_the_campaign_does_not_give_itself",
        SELLING,
        Experiment(
            SELLING,
            "n_without_consent",
            "up",
            off=policies(calling_rules__preset="none"),
            runs=60,
            why="the rules of 2012 ask for consent",
        ),
    ),
    Concept(
        "minimum ring time",
        ("campaigns.*.calling_rules.min_ring_s",),
        "refused if an unanswered dial may ring for less than `min_ring_s`",
        "15 s or four rings: 16 CFR 310.4(b)(4)(ii)",
        "tests/scenarios/test_presets.py::test_unanswered_rings_that_may_be_too_short_are_refused",
        SELLING,
        Experiment(
            SELLING,
            "line_s",
            "up",
            off=policies(
                calling_rules__min_ring_s=0.0, ring_s_by_outcome__no_answer={"dist": "constant", "value_s": 8.0}
            ),
            on=policies(ring_s_by_outcome__no_answer={"dist": "constant", "value_s": 15.0}),
            runs=60,
            why="lines are not given up early",
        ),
    ),
    Concept(
        "calling hours",
        ("campaigns.*.calling_rules.calling_from_s", "campaigns.*.calling_rules.calling_until_s"),
        "dialed while `calling_from_s <= local time < calling_until_s`",
        "8 am to 9 pm: FTC Telemarketing Sales Rule; TCPA",
        ZONE,
        SELLING,
        Experiment(
            COLLECTING,
            "n_attempts",
            "down",
            on=arrears(calling_rules__calling_from_s=36_000.0, calling_rules__calling_until_s=64_800.0),
            runs=60,
        ),
    ),
    Concept(
        "time zones",
        ("campaigns.*.segments.*.zone_s", "campaigns.*.segments.*.zone"),
        "local time = time of the centre `+ zone_s`, or that of the `zone`",
        "local time at the called party: FTC Telemarketing Sales Rule; TCPA",
        ZONE,
        SELLING,
        Experiment(
            SELLING,
            "n_attempts",
            "up",
            off=listed("zone_s", 0.0),
            runs=60,
            why="in the west it is not yet 9 pm when the east is asleep",
        ),
    ),
    Concept(
        "do-not-call list",
        ("campaigns.*.segments.*.p_do_not_call",),
        "passed over if `u < p_do_not_call`",
        "national and internal lists: FTC Telemarketing Sales Rule",
        SCRUBBED,
        SELLING,
        Experiment(SELLING, "n_do_not_call", "up", off=listed("p_do_not_call", 0.0), runs=60),
    ),
    Concept(
        "consent",
        ("campaigns.*.calling_rules.needs_consent", "campaigns.*.segments.*.p_consent"),
        "passed over unless `u < p_consent`",
        "written consent: TCPA",
        SCRUBBED,
        SELLING,
        Experiment(SELLING, "n_without_consent", "up", off=policies(calling_rules__needs_consent=False), runs=60),
    ),
    Concept(
        "cap per 24 hours",
        ("campaigns.*.calling_rules.max_per_24h",),
        "at most `max_per_24h` attempts in any 24 hours",
        "3 in 24 h: Florida, Oklahoma",
        CAP_24H,
        SELLING,
        Experiment(
            SELLING,
            "calls_per_account",
            "down",
            off=policies(calling_rules__max_per_24h=None),
            on=policies(calling_rules__max_per_24h=1),
            both={key: value for key, value in SOON.items() if not key.endswith("max_per_24h")},
            runs=30,
            days=2,
        ),
    ),
    Concept(
        "cap per seven days",
        ("campaigns.*.calling_rules.max_per_7_days",),
        "at most `max_per_7_days` attempts in seven local days",
        "7 in 7: Regulation F, 12 CFR 1006.14(b)(2)(i)",
        CAP_7_DAYS,
        COLLECTING,
        Experiment(
            COLLECTING,
            "calls_per_account",
            "down",
            off=arrears(calling_rules__max_per_7_days=None),
            on=arrears(calling_rules__max_per_7_days=2),
            both=arrears(order__fresh_every=0, retries__no_answer=3_600.0, retries__machine=3_600.0),
            runs=30,
            days=3,
        ),
    ),
    Concept(
        "lockout after a drop",
        ("campaigns.*.calling_rules.lockout_after_drop_s",),
        "not dialed for `lockout_after_drop_s` after a drop",
        "72 h: practice in the United Kingdom (ViciDial's help)",
        LOCKOUT,
        SELLING,
        Experiment(
            SELLING,
            "calls_per_account",
            "down",
            off=policies(calling_rules__lockout_after_drop_s=0.0),
            both={
                **SOON,
                **policies(retries__dropped=600.0, drop_after_s=0.0),
                "rules.pacing": {"name": "constant_lines", "params": {"n": 30}},
            },
            runs=40,
            days=2,
        ),
    ),
    Concept(
        "peace after a talk",
        ("campaigns.*.calling_rules.quiet_after_talk_s",),
        "not dialed for `quiet_after_talk_s` after a talk, but at an agreed time",
        "seven days: Regulation F, 12 CFR 1006.14(b)(2)(i)",
        QUIET,
        COLLECTING,
        Experiment(
            SELLING,
            "conversion",
            "up",
            off=policies(calling_rules__quiet_after_talk_s=0.0),
            both={**SOON, **policies(retries__talked=3_600.0)},
            runs=150,
            days=2,
            why="second talks sell less often than first ones, and come later",
        ),
    ),
)

# Definitions for the bank's campaign. For a key with a default, the off side has another value.
DROPS: dict[str, Any] = {"rules.pacing": {"name": "max0", "params": {"k": 3.0, "c": 2.0}}}
PLAIN = {"threshold_s": 1.0, "start": "connected", "base": "live", "hang_ups": "late", "false_positives": "ignored"}


def _counted(name: str, key: str, off: Any, on: Any, moves: Direction, equation: str, **plain: Any) -> Concept:
    why = plain.pop("why", "")
    return Concept(
        f"dropped share: {name}",
        (f"campaigns.*.compliance.{key}",),
        equation,
        "parameters of the definitions in use: domain facts 4.2, production rules",
        SHARES,
        COLLECTING,
        Experiment(
            BANK,
            "dropped_share_own",
            moves,
            off={"campaigns.deposits.compliance": {**PLAIN, **plain, key: off}},
            on={"campaigns.deposits.compliance": {**PLAIN, **plain, key: on}},
            both={**DROPS, "campaigns.deposits.detector.p_machine_passed": 0.2},
            runs=100,
            why=why,
        ),
    )


COUNTED = (
    _counted("threshold", "threshold_s", 1.9, 0.5, "up", "over if joined later than `threshold_s` after `start`"),
    _counted("start", "start", "connected", "greeting_end", "down", "from the answer, or from the end of the greeting"),
    _counted(
        "base",
        "base",
        "live",
        "queue",
        "up",
        "of persons, or of machines taken for persons as well",
        hang_ups="none",
        why="machines wait until they are dropped, where persons hang up before",
    ),
    _counted("hang-ups", "hang_ups", "none", "all", "up", "who hangs up counts never, if late, or always"),
    _counted(
        "silent ones",
        "false_positives",
        "ignored",
        "estimated",
        "up",
        "for each connect `p_false_positive / (1 - p_false_positive)` persons heard nothing",
    ),
    Concept(
        "dropped share: window",
        ("campaigns.*.compliance.window",),
        "counted by day, by 24 hours back, or by 30 days",
        "windows in use: domain facts 4.2, production rules",
        SHARES,
        COLLECTING,
        Experiment(
            BANK,
            "windows_above_own",
            "down",
            off={"campaigns.deposits.compliance": {"threshold_s": None, "hang_ups": "none"}},
            on={"campaigns.deposits.compliance": {"threshold_s": None, "hang_ups": "none", "window": "period_30d"}},
            runs=20,
            days=30,
            why="a bad day is made good by others",
        ),
    ),
    Concept(
        "greeting",
        ("campaigns.*.greeting_s",),
        "the greeting ends `greeting_s` after the answer",
        "16 CFR 310.4(b)(4): 2 s from the end of the greeting",
        SHARES,
        SELLING,
        Experiment(
            BANK,
            "dropped_share_own",
            "down",
            off={"campaigns.deposits.greeting_s": 0.0},
            both={**DROPS, "campaigns.deposits.compliance": {**PLAIN, "start": "greeting_end"}},
            runs=60,
        ),
    ),
    Concept(
        "cost, its base and the limit",
        ("campaigns.*.drop_limit",),
        "cost counts `over`, cost base `base` of the campaign's definition; above if `cost > drop_limit x cost base`",
        "3 %: FTC Telemarketing Sales Rule, Ofcom",
        "tests/env/test_reward.py::test_cost_summed_over_an_episode_is_what_the_definition_counts",
        COLLECTING,
        Experiment(
            BANK,
            "windows_above_own",
            "up",
            on={"campaigns.deposits.drop_limit": 0.01},
            both={"campaigns.deposits.compliance": "vicidial_today"},
            runs=100,
        ),
    ),
)

AGAINST = {  # the definition compared with, the direction of the share, the reason, a scenario that uses the definition
    "ftc_30d": ("ofcom_24h", "down", "silent ones do not count, nor who is joined late", SELLING),
    "ofcom_24h": ("run_total", "up", "silent ones count", OUTREACH),
    "vicidial_today": ("run_total", "up", "who hangs up counts", f"{SELLING}:newest_first"),
    "genesys_queue": ("vicidial_today", "down", "who hangs up in time does not count", "hybrid_large"),
    "connect_rolling_24h": ("vicidial_today", "down", "who hangs up in time does not count", HYBRID),
}


def _named(name: str, source: str, period: bool) -> Concept:
    against, moves, why, used_in = AGAINST[name]
    return Concept(
        f"definition: {name.replace('_', ' ')}",
        (f"campaigns.*.compliance={name}",),
        f"`over / base` as `{name}` counts them",
        source,
        SHARES,
        used_in,
        Experiment(
            BANK,
            "dropped_share_own",
            "up" if moves == "up" else "down",
            off={"campaigns.deposits.compliance": against},
            on={"campaigns.deposits.compliance": name},
            both=DROPS,
            runs=20 if period else 400,  # two definitions differ by a tenth of a percent point
            days=30 if period else 1,
            why=why,
        ),
    )


NAMED = tuple(_named(d.name, d.source, d.window == "period_30d") for d in DEFINITIONS)

CONCEPTS = (*HARD, *COUNTED, *NAMED)
