"""Rules of users: named by module where it can be imported, bound to their process where not, compiled alone."""

from __future__ import annotations

import doctest
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ccenv.rules
from ccenv import Batch, RulePolicy, load_scenario, simulate
from ccenv.rules import RuleError, find_rule, register
from ccenv.rules.linking import _digest
from ccenv.run.config import RunConfig, run_config
from ccenv.run.engine import Engine
from ccenv.sim.state.layout import layout
from tests.env.short import short_day
from tests.rules.of_users import dialing

HOME = "tests.rules.of_users.dialing"
ROOT = Path(__file__).parents[2]


def test_the_example_of_the_page_runs() -> None:
    found = doctest.testmod(ccenv.rules)
    assert found.attempted >= 5 and found.failed == 0


def test_a_rule_is_given_by_name_or_as_the_function() -> None:
    tables = [
        simulate(short_day(), pacing=rule, seeds=range(3))
        for rule in (f"{HOME}:queue_gate", dialing.queue_gate, (dialing.queue_gate, {}), (f"{HOME}:queue_gate", {}))
    ]
    for table in tables[1:]:
        np.testing.assert_array_equal(table["line_s"], tables[0]["line_s"])


@pytest.mark.parametrize(
    "name, message",
    [
        ("tests.rules.nowhere:rule", "module tests.rules.nowhere cannot be imported"),
        (f"{HOME}:missing", f"module {HOME} registers no such pacing rule; allowed: .*{HOME}:queue_gate"),
        (f"{HOME}:pair_index", "registers no such pacing rule"),
        ("queue_gate", "pacing rule 'queue_gate' is not registered; allowed: no_dial"),
        ("__main__:mine", "belongs to the notebook or script that defines it"),
    ],
)
def test_a_rule_that_is_not_there_is_refused(name: str, message: str) -> None:
    for call in (lambda: simulate("tiny", pacing=name, seeds=[1]), lambda: Batch("tiny", 1, pacing=name)):
        with pytest.raises(RuleError, match=message):
            call()


def test_a_function_that_is_not_registered_is_refused() -> None:
    with pytest.raises(RuleError, match="not registered as a pacing rule"):
        simulate("tiny", pacing=lambda snap, mask, c, params, state, u: 0, seeds=[1])

    def inner(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
        return 0

    with pytest.raises(RuleError, match="at the top of its module"):
        register(inner, "pacing")
    with pytest.raises(RuleError, match="kind = 'dialing'"):
        register(inner, "dialing")


def local(pid: int | None = None) -> str:
    """Register a rule as a notebook does, and return its name."""

    def mine(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
        """Dial one line while none rings."""
        return int(c.first_dial[0]) if mask[c.first_dial[0]] and snap.ringing[0] == 0.0 else 0

    mine.__module__, mine.__qualname__ = "__main__", "mine"
    return register(mine, "pacing", reads=("ringing",), reserves=False).name


def test_a_rule_of_a_notebook_runs_in_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    name = local()
    assert name == "__main__:mine"
    one = simulate(short_day(), pacing=name, seeds=range(3))
    other = simulate(short_day(), policy=RulePolicy(short_day(), pacing=name), seeds=range(3))
    assert one["line_s"].sum() > 0
    np.testing.assert_array_equal(one["line_s"], other["line_s"])
    with pytest.raises(ValueError, match="rules.pacing.name.*unknown elsewhere"):
        short_day(**{"rules.pacing": {"name": name}})
    saved = pickle.dumps(run_config(short_day(), owns="rules", pacing=name))
    monkeypatch.setattr("ccenv.rules.registry.os.getpid", lambda: 0)  # a worker
    with pytest.raises(RuleError, match="belongs to the notebook or script"):
        pickle.loads(saved)


def test_another_process_finds_the_rules_of_a_run_at_their_own_addresses(tmp_path: Path) -> None:
    scenario = short_day()
    runs = [run_config(scenario, owns="rules", pacing=p) for p in (f"{HOME}:queue_gate", "max0")]
    (tmp_path / "runs").write_bytes(pickle.dumps(runs))
    code = f"""
import pickle
from tests.rules.test_of_users import attempts
for run in pickle.loads(open({str(tmp_path / "runs")!r}, "rb").read()):
    print(attempts(run))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    found = [float(n) for n in done.stdout.split()]
    assert found == [attempts(run) for run in runs] and min(found) > 0


def attempts(run: RunConfig) -> float:
    """Dials of eight days."""
    engine = Engine(run, 8)
    engine.start(np.arange(8).astype(np.uint64), np.ones(8, np.bool_))
    return float(engine.envs["campaign_count"]["attempts"].sum())


LEVEL = 1


def counted(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
    """Dial up to a number of lines that is a global constant."""
    return int(ccenv.rules.dial_up_to(snap, mask, c, 0, LEVEL))


def test_an_edit_of_a_rule_or_of_what_it_uses_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = register(counted, "pacing", reads=("ringing",), reserves=False)
    kinds = layout("S")
    digests = [_digest(rule, kinds), _digest(rule, layout("M"))]
    few = simulate(short_day(), pacing=counted, seeds=range(3))["line_s"]
    monkeypatch.setattr(f"{__name__}.LEVEL", 4)
    digests.append(_digest(rule, kinds))
    again = register(counted, "pacing", reads=("ringing",), reserves=False)
    many = simulate(short_day(), pacing=counted, seeds=range(3))["line_s"]
    assert (many > few).all()
    digests.append(_digest(again._replace(state=1), kinds))
    digests.append(_digest(find_rule("pacing", f"{HOME}:queue_gate"), kinds))
    before = digests[-1]
    monkeypatch.setattr(dialing.somebody_waits.py_func, "__code__", (lambda snap, c: False).__code__)
    digests.append(_digest(find_rule("pacing", f"{HOME}:queue_gate"), kinds))
    assert len(set(digests)) == len(digests) and digests[-1] != before


def test_what_does_not_compile_says_so_in_the_rules_name() -> None:
    rule = register(allocates, "pacing")
    with pytest.raises(RuleError, match=f"rule {rule.name} does not compile"):
        simulate(load_scenario("tiny"), pacing=allocates, seeds=[1])


def allocates(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
    """Use what no kernel can."""
    return len({"a": snap})
