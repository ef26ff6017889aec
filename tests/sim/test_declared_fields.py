"""The declared fields of the snapshot are those of the source: one writer per group, which writes all of its fields."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator

import pytest

from ccenv.sim.shown import core, for_rules, observe
from ccenv.sim.state.fields import FIELDS, OBSERVED, Field, encoded_as, together
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES

MOMENTS = ("look", "event", "slot")
NOT_DECLARED = {"ready", "observed"}  # what the mask and the encoders keep beside the fields
GROUPS = list(dict.fromkeys(field.group for field in FIELDS))


def written(function: ast.AST) -> set[str]:
    """The fields that a function assigns to: `snap.name = ...`, `snap.name[i] += ...`."""
    found = set()
    for node in ast.walk(function):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        for target in targets:
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == "snap":
                found.add(target.attr)
    return found - NOT_DECLARED


def functions(module: object) -> Iterator[ast.FunctionDef]:
    """The functions of a module."""
    for node in ast.parse(inspect.getsource(module)).body:  # type: ignore[arg-type]
        if isinstance(node, ast.FunctionDef):
            yield node


def members(group: str) -> list[Field]:
    """The fields of a group."""
    return [field for field in FIELDS if field.group == group]


@pytest.mark.parametrize("group", GROUPS)
def test_the_writer_of_a_group_writes_its_fields_and_no_others(group: str) -> None:
    (writer,) = {field.writer for field in members(group)}
    module, name = writer.split(".")
    (function,) = [f for f in functions(importlib.import_module(f"ccenv.sim.shown.{module}")) if f.name == name]
    assert written(function) == {field.name for field in members(group)}


def test_no_field_is_written_elsewhere() -> None:
    """The fast path of rules alone writes some core fields again, those that it shows."""
    declared = {field.writer: field.group for field in FIELDS}
    for module in (core, observe):
        for function in functions(module):
            if written(function):
                assert f"{module.__name__.rpartition('.')[2]}.{function.name}" in declared, function.name
    core_fields = {field.name for field in FIELDS if field.core}
    assert set().union(*(written(function) for function in functions(for_rules))) <= core_fields


@pytest.mark.parametrize("group", GROUPS)
def test_a_mark_is_a_set_of_the_record_or_a_moment(group: str) -> None:
    (mark,) = {field.mark for field in members(group)}
    assert mark in MOMENTS or mark in layout("S").env.names


def test_every_observed_field_has_an_encoder() -> None:
    assert {field for encoder in {f.encoder for f in OBSERVED} for field in encoded_as(encoder)} == set(OBSERVED)
    with pytest.raises(ValueError, match="no field is encoded by 'queues'"):
        encoded_as("queues")


def test_a_group_gives_its_fields_what_they_share() -> None:
    (field,) = together("g", "Q", Field("a", "s", "advisors", 0.5, "x"), writer="core.w", mark="look")
    assert (field.axis, field.group, field.writer, field.mark, field.encoder) == ("Q", "g", "core.w", "look", "g")
    assert [field.highest(size) for size in SIZES.values()] == [size.advisors for size in SIZES.values()]


def test_bounds_are_numbers_or_tables_of_the_size_class() -> None:
    assert all(field.highest(SIZES["S"]) > 0 for field in FIELDS)
