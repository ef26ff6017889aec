"""Planted faults in the scores of routing rules: a hand-drawn case catches each of them."""

from __future__ import annotations

import ast
import copy
import functools
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from ccenv.rules import find_rule
from ccenv.rules.params import params_record, rule_rows, state_length
from ccenv.rules.spec import plain
from ccenv.scenarios.check.rules import names_of
from tests.rules.bench import Bench, whole_centre
from tests.rules.routing_twin import SCORES
from tests.rules.scored_cases import BUSY, CASES, NO_C, ORDER, THREE, TWO

BUSY_GROUP = "snap.idle[g] <= 0.0 and finishes > 0.0 and (rate > 0.0) and (c.group[g].service == 0)"
OPPOSITE: dict[type, type] = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}
BOUNDARY: dict[type, type] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


# Faults that change no decision, and why.
HARMLESS = {
    "own_team_first: first alone: own + snap.head_entry_wait_s[c.action[a].index]": "of equal scores the longest wait",
    "overflow_at_length: second alone: snap.head_entry_wait_s[q] + (FIRST if own else 0.0)": "the same",
    "preferred_advisor: second alone: snap.head_entry_wait_s[q] + FIRST": "the same",
    f"_busy_finish_s: condition 1 missing: {BUSY_GROUP}": "60 s over 0 finishes are for ever",
    "_busy_finish_s: boundary: finishes > 0.0": "the same",
    f"_busy_finish_s: condition 2 missing: {BUSY_GROUP}": "an hour over a rate of 0 is for ever",
    "_busy_finish_s: boundary: rate > 0.0": "the same",
}


class Case(NamedTuple):
    """A hand-drawn case as arguments of the rule's function, and the action that is right."""

    arguments: tuple[Any, ...]
    names: list[str]
    expected: str

    def action(self, function: Any) -> str:
        """Name of the action of a rule."""
        snap, mask, c, params, state, u = self.arguments
        with np.errstate(divide="ignore", invalid="ignore"):  # as in compiled code
            return self.names[int(function(snap, mask, c, params, state.copy(), u))]


def answered_by_a_service(case: Case) -> None:
    """Make the first group an answering service."""
    case.arguments[2].group[0].service = 1


def second_chat(case: Case) -> None:
    """Let `two` take contacts of b as a further chat."""
    case.arguments[2].action[case.names.index("assign:b>two")].n = 2


def one_kept(case: Case) -> None:
    """Let the rule remember that it keeps one advisor."""
    case.arguments[4][0] = 1.0


WORK = {"queue_length": [0, 0, 0, 1]}
# Cases with what the centre lacks, or with a memory: rule, parameters, changes, action, change of the case.
SPECIAL: list[tuple[str, dict[str, Any], dict[str, Any], str, Callable[[Case], None]]] = [
    ("shortest_expected_delay", {}, THREE | NO_C | {"finishes": [[0, 0, 3]]}, "assign:a>three", answered_by_a_service),
    ("idle_thresholds", ORDER | {"step": 1}, NO_C | TWO, "assign:b>two", second_chat),
    ("adaptive_threshold", {}, WORK | {"idle": [1, 0, 0]}, "hold", one_kept),
    ("adaptive_threshold", {}, WORK | {"idle": [2, 0, 0]}, "assign:d>one", one_kept),
    ("adaptive_threshold", {}, TWO, "assign:c>two", one_kept),
]


@functools.cache
def cases(rule: str) -> list[Case]:
    """The hand-drawn cases of a rule."""
    found = [_case(*each) for each in CASES if each[0] == rule]
    for name, params, changes, expected, change in SPECIAL:
        if name == rule:
            found.append(_case(name, params, changes, expected))
            change(found[-1])
    return found


def _case(rule: str, params: dict[str, Any], changes: dict[str, Any], expected: str) -> Case:
    scenario, spec = whole_centre(), find_rule("routing", rule)
    bench = Bench((rule, params), scenario=scenario)
    snaps = bench.snapshot(**{**BUSY, **changes})
    mask = bench.mask(snaps)[0]
    table = rule_rows(spec, params, names_of(scenario.centre), bench.scenario.size).table[:1]
    record = table.copy().view(params_record(spec, bench.scenario.size)).view(np.recarray)[0, 0]
    c = bench.run.config.view(np.recarray)[0]
    state = np.zeros(state_length(spec, bench.scenario.size))
    return Case((snaps.view(np.recarray)[0], mask, c, record, state, 0.5), bench.names, expected)


def swapped(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Faulty versions of an expression: a term or factor less, another sign, a wrong index, another comparison."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            yield "first alone", left
            if isinstance(op, ast.Add | ast.Mult):
                yield "second alone", right
            if type(op) in OTHER:
                yield "other operation", ast.BinOp(left, OTHER[type(op)](), right)
        case ast.Attribute(value=value, attr="index" | "group" as name):
            yield "wrong index", ast.Attribute(value, "group" if name == "index" else "index", node.ctx)
        case ast.Call(func=ast.Name(id="pair_of"), args=[_, a]):
            yield "index of the action", a
        case ast.Compare(left=left, ops=[op], comparators=right):
            for word, others in (("opposite", OPPOSITE), ("boundary", BOUNDARY)):
                if type(op) in others:
                    yield word, ast.Compare(left, [others[type(op)]()], right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not negated", operand
        case ast.BoolOp(values=values):
            for k in range(len(values)):
                left = [value for j, value in enumerate(values) if j != k]
                yield f"condition {k} missing", left[0] if len(left) == 1 else ast.BoolOp(node.op, left)


def faulty(function: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Copies of a function with one fault each, with what is wrong."""
    for k, node in enumerate(ast.walk(function)):
        if isinstance(node, ast.arguments):
            continue
        for field, value in ast.iter_fields(node):
            many = value if isinstance(value, list) else [value]
            for place, each in enumerate(many):
                if not isinstance(each, ast.expr):
                    continue
                for word, other in swapped(each):
                    copied = copy.deepcopy(function)
                    there = list(ast.walk(copied))[k]
                    if isinstance(value, list):
                        getattr(there, field)[place] = other
                    else:
                        setattr(there, field, other)
                    yield f"{function.name}: {word}: {ast.unparse(each)}", copied
        if isinstance(node, ast.Return) and node.value is not None:
            copied = copy.deepcopy(function)
            there = list(ast.walk(copied))[k]
            assert isinstance(there, ast.Return) and there.value is not None
            there.value = ast.UnaryOp(ast.USub(), there.value)
            yield f"{function.name}: sign: {ast.unparse(node.value)}", copied


def functions_of(rule: str) -> tuple[Path, list[str]]:
    """The file of a rule's score, and the score with the functions of the same file that it calls."""
    spec = plain(find_rule("routing", rule).function)
    path = Path(importlib.import_module(module_of(rule)).__file__ or "")
    tree = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
    found = [spec.__name__]
    for name in found:
        names = {node.id for part in tree[name].body for node in ast.walk(part) if isinstance(node, ast.Name)}
        found += [other for other in tree if other in names and other not in found]
    return path, found


def module_of(rule: str) -> str:
    """The module that declares a rule."""
    rooms = ("index", "waits", "teams", "ratios", "holding")
    modules = [importlib.import_module(f"ccenv.rules.routing.{room}") for room in rooms]
    return next(module.__name__ for module in modules if rule in [spec.name for spec in module.RULES])


def planted(rule: str) -> Iterator[tuple[str, ast.Module]]:
    """Each fault of a rule's score, with the module that has it."""
    path, names = functions_of(rule)
    module = ast.parse(path.read_text())
    for place, node in enumerate(module.body):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            for word, other in faulty(node):
                body = [*module.body[:place], other, *module.body[place + 1 :]]
                yield word, ast.fix_missing_locations(ast.Module(body, []))


def is_caught(rule: str, tree: ast.Module) -> bool:
    """Whether a case has another action, or an error, under the rule of a module."""
    names: dict[str, Any] = {"__name__": "planted"}
    exec(compile(tree, "planted", "exec"), names)
    for case in cases(rule):
        try:
            if case.action(names[rule]) != case.expected:
                return True
        except (AttributeError, IndexError, ZeroDivisionError):
            return True
    return False


@pytest.mark.parametrize("rule", SCORES)
def test_the_interpreted_rule_takes_the_action_of_each_case(rule: str) -> None:
    function = find_rule("routing", rule).function
    assert [case.action(function) for case in cases(rule)] == [case.expected for case in cases(rule)]


@pytest.mark.parametrize("rule", SCORES)
def test_a_hand_drawn_case_catches_each_fault(rule: str) -> None:
    faults = list(planted(rule))
    assert len(faults) >= 3
    assert [word for word, tree in faults if word not in HARMLESS and not is_caught(rule, tree)] == []


def test_harmless_faults_are_faults_of_today() -> None:
    assert set(HARMLESS) <= {word for rule in SCORES for word, _ in planted(rule)}
