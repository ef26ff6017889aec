"""The command `ccenv`: what it prints, and its exit status."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

import ccenv
from ccenv.cli import main, shown, simulating
from ccenv.cli.app import app
from ccenv.cli.asked import complete_pair, complete_scenario, pair_of, rule_of, seed_range
from ccenv.cli.listing import complete_kind
from ccenv.description import declared
from ccenv.description.declared import KINDS
from ccenv.files.cache import wanted_folder
from ccenv.rules import PACING_RULES, ROUTING_RULES

ROOT = Path(__file__).parents[2]
BAD = {"queues": {"a": {"arrivals_per_hour": -1}}, "grops": {}, "clock": {"kind": "dai"}}


def run(*words, status=0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == status, result.output + str(result.exception)
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("kind", KINDS)
def test_list_has_one_line_for_each_declaration(kind):
    lines = run("list", kind).stdout.splitlines()[1:]

    assert [line.split()[0] for line in lines] == [row["name"] for row in declared(kind)]
    assert all(row["meaning"] in line for row, line in zip(declared(kind), lines, strict=True))


@pytest.mark.parametrize(("width", "words", "wide"), [(80, (), False), (80, ("--wide",), True), (120, (), True)])
def test_scenarios_are_listed_by_name_and_meaning_first(monkeypatch, width, words, wide):
    monkeypatch.setenv("COLUMNS", str(width))
    heads = run("list", "scenarios", *words).stdout.splitlines()[0].split()

    assert heads == ["name", "meaning", *(["queues", "groups", "campaigns", "advisors", "days"] if wide else [])]
    assert json.loads(run("list", "scenarios", "--json").stdout) == declared("scenarios")


def test_list_as_json_is_what_is_declared():
    assert json.loads(run("list", "rules", "--json").stdout) == declared("rules")


def test_list_of_a_centre_and_a_match():
    assert "dial:survey*4" in run("list", "actions", "--scenario", "tiny").stdout
    assert "\ntrunks " in run("list", "keys", "--match", "no limit").stdout
    assert run("list", "kpis", "--match", "speed of answer").stdout.splitlines()[1].startswith("asa_s")
    run("list", "kpis", "--match", "zzz", status=1)
    assert "a number at least 0 or a distribution " in run("list", "keys", "--match", "patience_s").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "kpi"), "did you mean 'kpis'"),
        (("list", "kpis", "--scenario", "tiny"), "--scenario"),
        (("describe",), "Missing argument"),
        (("simulate", "tiny", "--seeds", "0"), "'0'; allowed: a number of runs"),
        (("simulate", "tiny", "--seeds", "9:3"), "first:end"),
        (("simulate", "tiny", "--pacing", "max0,k"), "parameter=value"),
        (("simulate", "tiny", "--kpis", ","), "names of KPIs"),
        (("check", "none.yaml"), "there is no such file"),
        (("compare", "tiny", "--rules", "fifo+no_dial"), "two or more"),
        (("compare", "tiny", "--rules", "fifo", "--rules", "lwt"), "name=routing+pacing"),
        (("compare", "tiny", "--rules", "a=lwt+no_dial", "--rules", "a=fifo+no_dial"), "different names"),
        (("compare", "tiny", "--policy", "a=/nowhere"), "there is no such folder"),
        (("compare", "tiny", "--rules", "lwt+no_dial", "--by", "day"), "run, entity, interval"),
        (("compare", "tiny", "--rules", "lwt+no_dial", "--plot", "day.txt"), "ends with .png, .svg, .pdf"),
        (("simulate", "tiny", "--csv", "/dev/null/runs.csv"), "there is no folder /dev/null"),
        (("describe", "tiny", "--html", "/nowhere/tiny.html"), "there is no folder /nowhere"),
        (("replay", "tiny", "--out", "/dev/null/day.html"), "there is no folder /dev/null"),
        (("new", "/nowhere/mine.yaml"), "there is no folder /nowhere"),
        (("simulate", "tiny", "--kpis", "seed"), "names of KPIs"),
        (("simulate", "tiny", "--kpis", "reward"), "reward needs --reward"),
        (("nothing",), "No such command"),
    ],
)
def test_a_command_that_is_not_understood_exits_with_2(words, said):
    result = run(*words, status=2)

    assert said in " ".join(result.output.replace("│", " ").split())
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("describe", "tony"), "for a file, give its path, with .yaml at the end; did you mean 'tiny'?"),
        (("simulate", "tiny", "--pacing", "max9"), "pacing rule 'max9' is not registered"),
        (("simulate", "tiny", "--reward", "servce"), "did you mean 'service'?"),
        (("simulate", "tiny", "--kpis", "abandonmen"), "did you mean 'abandonment'?"),
    ],
)
def test_an_error_is_one_message_without_a_traceback(words, said):
    result = run(*words, status=1)

    assert result.stderr.startswith("error: ") and said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    monkeypatch.setattr(simulating, "simulated", lambda *_, **__: {}["fault"])

    with pytest.raises(KeyError):
        CliRunner().invoke(app, ["simulate", "tiny"], catch_exceptions=False)


def test_ctrl_c_exits_with_130_and_one_line(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulating, "simulated", interrupt)

    assert run("simulate", "tiny", status=130).output == "interrupted\n"


def test_describe_prints_text_json_and_a_page(tmp_path):
    assert run("describe", "tiny").stdout == ccenv.describe("tiny").text()
    assert json.loads(run("describe", "tiny", "--json").stdout) == ccenv.describe("tiny").as_dict()
    page = tmp_path / "tiny.html"
    assert run("describe", "tiny", "--html", page).stdout == ""
    assert page.read_text("utf-8") == ccenv.describe("tiny").html()


def test_a_terminal_gets_tables_that_fit(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(shown, "out", lambda: Console(file=written, force_terminal=True, width=90, highlight=False))
    run("describe", "bank_blended")
    run("list", "rules")
    coloured = written.getvalue()

    assert "\x1b[1m" in coloured
    assert max(len(line.rstrip()) for line in re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines()) <= 90


def test_check_prints_all_faults_at_once(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(yaml.safe_dump(BAD))
    text = run("check", file, status=1).stdout

    assert text.splitlines()[0].endswith(": 7 faults")
    for fault in (
        "queues.a.arrivals_per_hour = -1",
        "queues.a.handle_s: is missing",
        "grops = {}",
        "clock.kind = 'dai'",
    ):
        assert f"\n  {fault}" in text


def test_check_of_good_files_prints_warnings(tmp_path):
    file = tmp_path / "full.yaml"
    file.write_text(yaml.safe_dump({
        "name": "full", "description": "too few", "clock": {"kind": "steady"},
        "queues": {"a": {"arrivals_per_hour": 72, "handle_s": 100}},
        "groups": {"g": {"skills": ["a"], "staffing": 1}},
    }))  # fmt: skip
    lines = run("check", "tiny", file).stdout.splitlines()

    assert lines[0] == "tiny: ok (2 queues, 2 groups, 1 campaign, size class S)"
    assert "warning: overload: g: 2 erlangs for 1 advisors" in lines[1]
    assert lines[-1] == f"{file}: ok (1 queue, 1 group, 0 campaigns, size class S)"
    assert run("check", "--strict", file, status=1).stdout.splitlines()[-1].startswith(f"{file}: warnings")


def test_new_writes_a_commented_scenario_without_faults_or_warnings(tmp_path):
    file = tmp_path / "my centre.yaml"
    run("new", file)
    text = file.read_text("utf-8")

    assert run("check", "--strict", file).stdout == f"{file}: ok (2 queues, 2 groups, 1 campaign, size class S)\n"
    assert ccenv.load_scenario(file).name == "my_centre"
    assert "# `wrap_up_s`: work of the advisor after the talk." in text
    assert "Further keys: overtime_s" in text
    assert max(map(len, text.splitlines())) <= 120


def test_new_replaces_a_file_only_if_told_to(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("mine")
    result = run("new", file, status=2)

    assert "--force" in result.stderr
    assert file.read_text() == "mine"
    run("new", file, "--force")
    assert file.read_text() != "mine"


def test_every_key_of_the_new_scenario_has_a_comment(tmp_path):
    run("new", tmp_path / "mine.yaml")
    lines = (tmp_path / "mine.yaml").read_text("utf-8").split("\n  support:")[0].splitlines()
    keys = [k for k, line in enumerate(lines) if ":" in line and not line.lstrip().startswith("#")]

    assert [lines[k] for k in keys if "#" not in lines[k - 1] and lines[k].strip() != "sales:"] == []


def test_simulate_shows_kpis_and_writes_a_file(tmp_path):
    file = tmp_path / "runs.csv"
    words = ("simulate", "tiny", "--routing", "lwt", "--pacing", "max0,k=2", "--seeds", "3:7", "--kpis", "abandonment")
    text = run(*words, "--reward", "own", "--csv", file).stdout
    figures = json.loads(run(*words, "--json").stdout)
    table = ccenv.simulate("tiny", routing="lwt", pacing=("max0", {"k": 2}), seeds=range(3, 7))

    assert text.startswith("4 runs") and "abandonment" in text and "reward" in text
    assert figures["abandonment"] == table.summary()["abandonment"]._asdict()
    assert [int(row["seed"]) for row in csv.DictReader(file.read_text().splitlines())] == [3, 4, 5, 6]


def test_simulate_takes_the_reward_and_an_entity_as_kpis():
    words = ("simulate", "tiny", "--seeds", "2", "--reward", "own", "--kpis")

    assert list(json.loads(run(*words, "reward", "--json").stdout)) == ["reward"]
    assert "abandonment" in run(*words, "reward,abandonment:sales").stdout
    assert "abandonment:nobody" in run(*words, "abandonment:nobody", status=1).stderr


def test_simulate_leaves_out_what_the_centre_does_not_have():
    text = run("simulate", "tiny", "--seeds", "2").stdout

    assert "abandonment" in text and "callback" not in text and "n_offered" not in text


def test_many_runs_are_simulated_in_parts_with_equal_results(monkeypatch):
    whole = run("simulate", "tiny", "--seeds", "5").stdout
    monkeypatch.setattr(simulating, "LEAST_PART", 2)

    assert run("simulate", "tiny", "--seeds", "5").stdout == whole


def test_compare_holds_rules_against_each_other(tmp_path):
    file = tmp_path / "figures.csv"
    words = ("compare", "tiny", "--rules", "fifo+progressive", "--rules", "mine=lwt+max0,k=2", "--seeds", "4")
    text = run(*words, "--kpis", "abandonment,n_sales", "--csv", file).stdout
    rows = json.loads(run(*words, "--kpis", "abandonment", "--json").stdout)
    expected = ccenv.compare(
        "tiny",
        {"fifo+progressive": ("fifo", "progressive"), "mine": ("lwt", ("max0", {"k": 2}))},
        seeds=range(4),
        kpis=["abandonment", "n_sales"],
    )

    assert text == expected.table() + "\n"
    assert [row["policy"] for row in rows] == ["fifo+progressive", "mine"]
    assert rows[1]["difference"]["value"] == expected["mine", "abandonment"].difference.value
    assert rows[0]["start_s"] is None
    run(*words, "--kpis", "abandonment", "--plot", tmp_path / "figures.svg")
    assert (tmp_path / "figures.svg").read_text().startswith("<?xml")
    assert len(list(csv.DictReader(file.read_text().splitlines()))) == 4


def test_warmup_says_what_is_ready():
    result = run("warmup", "tiny", "n_design")

    assert result.stdout == f"ready: size class S, {len(ROUTING_RULES) + len(PACING_RULES)} rules each\n"
    assert str(wanted_folder()) in result.stderr


def test_version_and_help():
    assert run("--version").stdout == f"ccenv {ccenv.__version__}\n"
    text = run("--help").stdout
    assert all(
        name in text
        for name in ("list", "describe", "check", "new", "simulate", "compare", "warmup", "--install-completion")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("lwt", ("lwt", {})),
        ("max0,k=2,c=0.5", ("max0", {"k": 2, "c": 0.5})),
        ("priority,order=[a,b],advisor=least_skilled", ("priority", {"order": ["a", "b"], "advisor": "least_skilled"})),
        ("mine.rules:rule,level={x: 1, y: 2}", ("mine.rules:rule", {"level": {"x": 1, "y": 2}})),
    ],
)
def test_rules_are_read_with_their_parameters(text, expected):
    assert rule_of(text, "--routing") == expected


def test_pairs_of_rules_are_read_with_their_names():
    assert pair_of("mine=lwt+max0,k=2") == ("mine", {"routing": ("lwt", {}), "pacing": ("max0", {"k": 2})})
    assert pair_of("lwt+max0,k=2")[0] == "lwt+max0,k=2"


def test_seeds_are_a_number_or_a_range():
    assert seed_range("3") == range(3)
    assert seed_range("7:9") == range(7, 9)


def test_names_are_completed_in_a_shell():
    assert complete_scenario("bank") == ["bank_blended", "bank_inbound"]
    assert complete_scenario("tiny:re") == ["tiny:recorded"]
    assert complete_kind("r") == ["rules", "rewards"]
    assert complete_pair("mine=lw") == ["mine=lwt+"]
    assert complete_pair("mine=lwt+fixed") == ["mine=lwt+fixed_ratio"]


@pytest.mark.slow
def test_a_shell_is_told_the_completions():
    words = {"_CCENV_COMPLETE": "complete_bash", "COMP_WORDS": "ccenv describe bank", "COMP_CWORD": "2"}
    found = subprocess.run([sys.executable, "-m", "ccenv"], cwd=ROOT, env={**os.environ, **words}, capture_output=True)

    assert found.stdout.decode().split() == ["bank_blended", "bank_inbound"]


def test_the_module_is_the_command():
    found = subprocess.run([sys.executable, "-m", "ccenv", "list", "tony"], cwd=ROOT, capture_output=True, text=True)

    assert found.returncode == 2
    assert "Usage: ccenv list" in found.stderr


def test_without_the_extra_the_command_names_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("ccenv.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)

    with pytest.raises(SystemExit, match=r'^ccenv: the command needs typer: pip install "ccenv\[cli\]"$'):
        main(["list", "rules"])
