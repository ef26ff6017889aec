"""Case studies: declarations, estimates, total waits, words, and the committed pages."""

from typing import Any

import numpy as np
import pytest

from ccenv.kpis import paired_difference
from ccenv.kpis.bootstrap import Bound
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.sim.kernel.draws import child_key
from ccenv.sim.state.codes import LOG_CODES, REDIAL, TRANSFER
from ccenv.sim.state.entities import LOG_ROW
from ccenv.simulation import simulate
from ccenv.trace import trace
from experiments.jobs.files import ROOT, read_json
from experiments.study import command, words
from experiments.study.__main__ import with_names
from experiments.study.cases import STUDIES
from experiments.study.cases.cost import COSTS, HANDLED, break_even
from experiments.study.cases.queue_order import quantile, spread
from experiments.study.cases.tiers import WAGES, staffing
from experiments.study.command import cases_of, result_of, study_all
from experiments.study.declared import Study, added
from experiments.study.figures import drawn
from experiments.study.measuring import Figures, measured, runs_of, scenario_of
from experiments.study.page import index, page
from experiments.study.settings import Settings
from experiments.study.waits import BIN_S, COUNT, HISTOGRAM, SQUARES, SUM, total_waits, wait_columns

RESULTS = ROOT / "experiments" / "results"
ALL = pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
CODE = {name: code for code, name in enumerate(LOG_CODES)}


@ALL
def test_a_declaration_names_only_what_it_declares(study: Study):
    sides = {each.variant for each in study.headlines} | {each.against for each in study.headlines}
    compared = {each.measure for each in study.headlines if each.kind != "figure"}
    names = [each.name for each in study.assumptions]

    assert STUDIES[study.name] is study
    assert sides <= set(study.variants) == set(study.settings(study.base()))
    assert compared <= {each.name for each in study.measures}
    assert len(set(names)) == len(names)
    assert {name for each in study.also for name in each.values} <= set(names)
    assert list(study.sweep.values) == sorted(study.sweep.values)
    assert study.base()[study.sweep.assumption] in study.sweep.values
    assert all(study.assumption(name) and study.headline(headline) for name, headline in study.equal)


@ALL
def test_base_values_are_in_their_ranges(study: Study):
    assert all(each.low < each.high and each.low <= each.base <= each.high for each in study.assumptions)


@ALL
def test_each_end_of_a_range_changes_a_variant(study: Study):
    base = study.settings(study.base())

    for each in study.assumptions:
        for end in {each.low, each.high} - {each.base}:
            assert study.settings({**study.base(), each.name: end}) != base, f"{each.name} = {end}"


@ALL
def test_the_centres_of_all_lower_and_all_upper_ends_load(study: Study):
    lowest, highest = ({each.name: getattr(each, end) for each in study.assumptions} for end in ("low", "high"))

    for values in (lowest, highest):
        assert all(scenario_of(setting).digest for setting in study.settings(values).values())


def made(rng: np.random.Generator, n: int = 60) -> dict[str, np.ndarray]:
    return {"above": rng.poisson(20.0, n).astype(float), "below": rng.poisson(100.0, n).astype(float)}


def test_a_difference_has_the_interval_of_a_kpi_table():
    tables = [simulate("tiny", seeds=seeds("evaluation", 20), routing=rule) for rule in ("fifo", "longest_queue")]
    columns = ("n_abandoned", "n_offered")
    figures = Figures({str(k): {c: np.asarray(t[c], float) for c in columns} for k, t in enumerate(tables)})

    def form(sums: Any) -> Any:
        return sums["n_abandoned"] / sums["n_offered"]

    found = figures.paired("1", "0", lambda first, second: form(first) - form(second))
    assert found.value == pytest.approx(paired_difference(tables[1], tables[0], "abandonment").value)
    assert found[1:] == pytest.approx(paired_difference(tables[1], tables[0], "abandonment")[1:], rel=0.1)


def test_a_change_is_paired_by_run():
    one = made(np.random.default_rng(1))
    figures = Figures({"a": one, "b": {**one, "above": 1.5 * one["above"]}})

    found = figures.paired("b", "a", lambda b, a: (b["above"] / b["below"]) / (a["above"] / a["below"]) - 1.0)

    assert found.value == pytest.approx(0.5)
    assert isinstance(found, Bound)


def test_equal_variants_show_no_change():
    study = STUDIES["cost"]
    own = study.settings(study.base())["more advisors"]
    same = study._replace(settings=lambda values: dict.fromkeys(study.variants, own), runs=lambda values: 8)

    found = measured(same, study.base(), 1.0)["headlines"]

    assert found["cost per contact"]["value"] == found["abandonment"]["value"] == 0.0
    assert words.crosses_zero(found["cost per contact"])


@pytest.mark.parametrize("bound", [True, False])
def test_equal_runs_show_no_tie_and_no_agreement(bound: bool):
    """A bound of equal runs is said to be one: it shows neither an unmeasurable change nor a published figure."""
    study, result = STUDIES["ivr"], read_json(RESULTS / "studies" / "ivr.json")
    headline = study.headlines[0]  # -80 % is published
    near_0 = {"value": 0.0, "low": -0.9, "high": 0.01, **({"bound": True} if bound else {})}
    base = words.case_of(result, "base")["headlines"]
    words.case_of(result, "high", "advisors")["headlines"][headline.name] = near_0
    firm = words.answers(study, result)[0]
    base[headline.name] = near_0
    text = words.answers(study, result)[0]

    assert ("All runs are equal at *advisors* = 100 %" in firm) is bound
    assert ("The interval holds 0 at *advisors* = 100 %" in firm) is not bound
    assert ("(equal in all runs)" in text) is bound and ("no measurable change" in text) is not bound
    assert words.is_inside(headline, near_0) is not bound
    assert words.is_inside(headline, {**near_0, "value": -0.79})  # rounds to the published figure


def test_at_the_break_even_price_both_cost_the_same():
    rng = np.random.default_rng(2)
    own, service = ({column: rng.uniform(50.0, 100.0, 1) for column in COSTS} for _ in range(2))
    for sums in (own, service):
        sums["n_answered"] += 1000.0
    service["operating_cost"] += service["service_fees"]

    price = break_even(service, own)

    costs = service["operating_cost"] - service["service_fees"] + price * service["n_service_contacts"]
    assert costs / added(service, HANDLED) == pytest.approx(own["operating_cost"] / added(own, HANDLED))


def log_of(*rows: tuple[float, int, str]) -> np.ndarray:
    log = np.zeros(len(rows), LOG_ROW)
    for row, (t, key, code) in zip(log, rows, strict=True):
        row["t"], row["key"], row["code"] = t, key, CODE[code]
    return log


def test_waits_of_transfers_and_redials_are_added_to_one_request():
    with np.errstate(over="ignore"):
        first = np.uint64(12345)
        redial = child_key(first, REDIAL, 0)
        moved = child_key(redial, TRANSFER, 0)
    log = log_of(
        (0.0, int(first), "waiting"), (1.0, 99, "waiting"), (4.0, 99, "assigned"), (10.0, int(first), "abandoned"),
        (100.0, int(redial), "waiting"), (120.0, int(redial), "assigned"), (200.0, int(moved), "waiting"),
        (205.0, int(moved), "assigned"),
    )  # fmt: skip

    assert sorted(total_waits(log)) == [3.0, 35.0]


def test_total_waits_add_up_to_the_kpi():
    scenario, seed = load_scenario("customer_service"), int(seeds("evaluation", 1)[0])
    table = simulate(scenario, seeds=[seed], routing="lwt", kpis=["wait_s", "n_offered", "n_callback_accepted"])

    found = total_waits(trace(scenario, seed=seed, routing="lwt")[0])

    assert found.sum() == pytest.approx(table["wait_s"][0])
    assert found.size < table["n_offered"][0] - table["n_callback_accepted"][0]  # some waited more than once
    assert found.max() > table["wait_s"][0] / found.size


def test_spread_and_quantile_are_those_of_the_waits():
    scenario, seed = load_scenario("customer_service"), int(seeds("evaluation", 1)[0])
    columns = {name: np.array([value]) for name, value in wait_columns(scenario, ("fifo", {}), seed).items()}
    waits = total_waits(trace(scenario, seed=seed, routing="fifo")[0])

    assert columns[COUNT] == waits.size and columns[SUM] == pytest.approx(waits.sum())
    assert spread({name: columns[name] for name in (COUNT, SUM, SQUARES)}) == pytest.approx(waits.std())
    for share in (0.95, 0.99):
        found = quantile(share)({name: columns[name] for name in HISTOGRAM})
        assert found == pytest.approx(np.quantile(waits, share), abs=2 * BIN_S + 0.02 * waits.max())


def test_the_lines_of_the_tiers_cost_what_the_generalists_cost():
    study = STUDIES["tiers"]
    for wage in (20.0, 24.0, 27.0):
        values = {**study.base(), "wage": wage}
        first, second = staffing(values)
        generalists = study.settings(values)["generalists"].changes
        n = generalists["groups.first.staffing"] + generalists["groups.second.staffing"]
        assert abs(n * wage - first * WAGES[0] - second * WAGES[1]) <= wage / 2


def test_a_curve_meets_a_level_nearest_to_the_base():
    curve = [(0.0, 1.0), (1.0, 3.0), (2.0, 1.0)]

    assert words.meeting(curve, 2.0, 0.0) == 0.5
    assert words.meeting(curve, 2.0, 2.0) == 1.5
    assert words.meeting(curve, 4.0, 1.0) is None
    assert words.height(curve, 0.25) == 1.5
    assert words.height(curve, 3.0) is None


def made_result(study: Study, **ends: float) -> dict[str, Any]:
    """A result whose headlines are their published value, or -0.5, in all cases but at the given ends of ranges."""
    cells = []
    cases = cases_of(study)
    for case in cases:
        far = ends.get(f"{case.role}_{case.name}".replace(" ", "_"), -0.5)
        headlines = {each.name: {"value": far, "low": far - 0.01, "high": far + 0.01} for each in study.headlines}
        variants = {
            v: {each.name: {"value": 1.0, "low": 0.9, "high": 1.1} for each in study.measures} for v in study.variants
        }
        cells.append({"runs": 8, "headlines": headlines, "variants": variants})
    return result_of(study, cases, cells, 1.0)


def test_a_published_figure_is_explained_by_an_assumption_that_reaches_it():
    study = STUDIES["ivr"]
    result = made_result(study, high_time_saved=-0.9)

    waits = next(each for each in words.compared(study, result) if each.headline.name == "mean wait")

    assert not waits.inside and [each.name for each, _ in waits.by] == ["time saved"]
    assert waits.by[0][1] == pytest.approx(0.15 + (0.35 - 0.15) * 0.3 / 0.4)
    assert "explained by *time saved* = 30 %" in words.verdict(study, waits)


def test_a_published_figure_that_no_assumption_reaches_is_said_so():
    study = STUDIES["ivr"]
    result = made_result(study, low_advisors=-0.55)

    waits = next(each for each in words.compared(study, result) if each.headline.name == "mean wait")

    assert "no single assumption explains it, nearest *advisors* = 75 % with −55" in words.verdict(study, waits)


def test_a_published_figure_inside_the_rounded_interval_agrees():
    study = STUDIES["ivr"]
    headlines = [each._replace(published=-0.53) for each in study.headlines]  # the interval ends at -0.51, +-0.025
    agrees = words.compared(study._replace(headlines=tuple(headlines)), made_result(study))
    headlines = [each._replace(published=-0.55) for each in study.headlines]
    differs = words.compared(study._replace(headlines=tuple(headlines)), made_result(study))

    assert all(each.inside for each in agrees) and not any(each.inside for each in differs)


def test_words_follow_the_sign_of_the_numbers():
    study = STUDIES["tiers"]
    firm, unsure = made_result(study), made_result(study, base_=0.001)
    turned = made_result(study, high_wage=0.4)

    assert "−50 %" in words.answers(study, firm)[0] and "holds at both ends" in words.answers(study, firm)[0]
    assert "no measurable change" in words.answers(study, unsure)[0]
    assert "turns at *wage* = 27" in words.answers(study, turned)[0]


def test_names_of_studies_are_plain_words_of_the_command_line():
    assert with_names(["ivr", "cost", "share=0.1"]) == ["names=[ivr,cost]", "share=0.1"]
    assert with_names(["share=0.1"]) == ["share=0.1"]
    assert with_names(["--help"]) == ["--help"]


def test_bad_names_and_shares_are_refused():
    with pytest.raises(ValueError, match="names: 'ivrs'; did you mean 'ivr'"):
        study_all(Settings(names=["ivrs"]))
    with pytest.raises(ValueError, match="share = 0.0; allowed: above 0"):
        study_all(Settings(share=0.0))


@ALL
def test_the_committed_result_is_of_the_declared_cases(study: Study):
    result = read_json(RESULTS / "studies" / f"{study.name}.json")

    assert result["share"] == 1.0, "run python -m experiments.study"
    assert [(each["role"], each["name"], each["values"], each["runs"]) for each in result["cases"]] == [
        (*case, runs_of(study, case.values, 1.0)) for case in cases_of(study)
    ]
    assert all(set(each["headlines"]) == {headline.name for headline in study.headlines} for each in result["cases"])


@ALL
def test_the_committed_page_is_made_from_its_result(study: Study):
    folder = RESULTS / "studies"

    assert (folder / f"{study.name}.md").read_text() == page(study, read_json(folder / f"{study.name}.json"))
    assert (folder / f"{study.name}.svg").exists()


def test_the_committed_index_is_made_from_the_results():
    assert (RESULTS / "studies.md").read_text() == index(command.results_in(RESULTS / "studies"))


@pytest.mark.slow
def test_a_study_runs_and_goes_on_after_an_interruption(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    calls: list[str] = []
    whole = command.measured
    monkeypatch.setattr(command, "measured", lambda study, *rest: calls.append(study.name) or whole(study, *rest))

    (path,) = study_all(Settings(names=["cost"], share=0.05))
    first = len(calls)
    (tmp_path / "outputs/study/cells").glob("*.json").__next__().unlink()
    study_all(Settings(names=["cost"], share=0.05))

    assert first > 10 and len(calls) == first + 1
    assert path.read_text() == page(STUDIES["cost"], read_json(path.with_suffix(".json")))
    assert drawn(STUDIES["cost"], read_json(path.with_suffix(".json"))) == path.with_suffix(".svg").read_bytes()
    assert "studies/cost.md" in (tmp_path / "outputs/study/studies.md").read_text()
