"""Forks keep the visible state and redraw the hidden state from its conditional distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import expon, kstest, lognorm, uniform

from ccenv import Batch, RulePolicy, Scenario, load_scenario
from ccenv.sim.state import codes
from tests.env.short import random_legal
from tests.env.whole_centre import whole_centre
from tests.sim import invariants
from tests.sim.advisors import Advisors
from tests.sim.view import View

N_FORKS = 3_000
SMALLEST_P = 1e-4  # about 30 distributions are looked at
PHASES = {codes.WAITING: "patience", codes.TALKING: "", codes.WRAPPING: "wrap_up", codes.RINGING: "ring"}


def run(batch: Batch, rule: RulePolicy, n_decisions: int) -> None:
    """Let a rule decide, as long as a row is at a decision."""
    state = None
    for _ in range(n_decisions):
        if batch.engine.envs["done"].all():
            return
        actions, state = rule.act(batch.engine.snaps, batch.mask, state, batch.u, batch.starts)
        batch.step(actions)


def same_bytes(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> bool:
    """Whether two clones are alike, bit for bit: seen as floats, the integers of a record may be no numbers."""
    return all(
        np.array_equal(a, b) if a.dtype.names else a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True)
    )


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    changes: dict[str, Any] = {
        "campaigns.survey.handle_machine_s": 30,
        "campaigns.survey.detector.p_machine_passed": 0.5,
        "queues.sales.arrivals_per_hour": 90,
        "queues.support.arrivals_per_hour": 60,
    }
    return load_scenario("tiny", **changes)


@pytest.fixture(scope="module")
def batch(scenario: Scenario) -> Batch:
    """A batch of one row, stopped at a decision at which contacts are in every phase."""
    rule = RulePolicy(scenario)
    batch = Batch(scenario, 1, autoreset="disabled")
    for seed in range(200):
        batch.reset([seed])
        run(batch, rule, 250)
        for _ in range(200):
            run(batch, rule, 1)
            leads = batch.engine.envs["contact"]["kind"][0] == codes.LEAD
            phases = batch.engine.envs["contact"]["phase"][0]
            talking_lead = np.any(leads & (phases == codes.TALKING))
            if set(phases) >= set(PHASES) and talking_lead and not batch.engine.envs["done"][0]:
                return batch
    raise AssertionError("no such state was met")


@pytest.fixture(scope="module")
def forks(batch: Batch) -> Batch:
    return batch.fork(0, np.arange(N_FORKS))


def residuals(batch: Batch, forks: Batch, slot: int) -> np.ndarray:
    """Time from now to the event of a slot in each fork."""
    envs = forks.engine.envs
    place = envs["place"][:, slot]
    assert np.all(place >= 0)
    return envs["heap"]["t"][np.arange(forks.n), place] - batch.engine.envs["t"][0]


def survival(dist: Any, x: Any) -> Any:
    """Survival function of a distribution record, as the textbooks have it."""
    if dist["kind"] == codes.EXPONENTIAL:
        return expon.sf(x, scale=dist["a"])
    if dist["kind"] == codes.LOGNORMAL:
        return lognorm.sf(x, dist["b"], scale=np.exp(dist["a"]))
    if dist["kind"] == codes.UNIFORM:
        return uniform.sf(x, dist["a"], dist["b"] - dist["a"])
    if dist["kind"] == codes.CONSTANT:
        return np.where(np.asarray(x) < dist["a"], 1.0, 0.0)
    assert dist["kind"] == codes.PIECEWISE_HAZARD
    start, hazard = dist["start"][: dist["n"]], dist["hazard"][: dist["n"]]
    spans = np.clip(np.subtract.outer(np.asarray(x, float), start), 0, np.append(np.diff(start), np.inf))
    return np.exp(-(spans * hazard).sum(axis=-1))


def answered_survival(config: Any, contact: Any, x: Any) -> Any:
    """Survival function of a talk that may be a sale, no sale or a machine."""
    c = config["campaign"][contact["index"]]
    slot = int((contact["entry_s"] - config["open_s"]) // config["slot_s"])
    p_person = config["segment"][contact["segment"]]["p_answer"][slot] * (1 - c["p_false_positive"])
    p_sale = c["p_sale"][contact["contact_number"]]
    weights = [p_person * p_sale, p_person * (1 - p_sale), c["p_machine"] * c["p_machine_passed"]]
    dists = [config["dist"][c[name]] for name in ("handle_sale", "handle", "handle_machine")]
    return sum(w * survival(dist, x) for w, dist in zip(weights, dists, strict=True)) / sum(weights)


def survival_since(batch: Batch, contact: Any, x: Any) -> Any:
    """Survival, to x seconds since it began, of the phase that a contact record is in."""
    config = batch.engine.run.config[0]
    lead = contact["kind"] == codes.LEAD
    own = config["campaign" if lead else "queue"][contact["index"]]
    if contact["phase"] == codes.TALKING and lead:
        return answered_survival(config, contact, x)
    if contact["phase"] == codes.TALKING:
        return survival(config["dist"][own["handle"][config["advisor_group"][contact["advisor"]]]], x)
    return survival(config["dist"][own[PHASES[int(contact["phase"])]]], x)


def test_residual_times_follow_their_distributions(batch: Batch, forks: Batch) -> None:
    env = batch.engine.envs[0]
    met = set()
    for s in np.flatnonzero(np.isin(env["contact"]["phase"], list(PHASES))):
        contact = env["contact"][s]
        phase = int(contact["phase"])
        age = env["t"] - (contact["entry_s"] if phase == codes.WAITING else contact["since"])
        slot = len(env["place"]) - len(env["contact"]) + s
        x = age + residuals(batch, forks, slot)
        u = survival_since(batch, contact, x) / survival_since(batch, contact, age)
        assert kstest(u, "uniform").pvalue > SMALLEST_P, (s, phase)
        met.add(phase)
    assert met == set(PHASES)


def test_arrivals_come_at_the_forecast_rate(batch: Batch, forks: Batch, scenario: Scenario) -> None:
    for q, queue in enumerate(scenario.centre.queues.values()):
        gap_s = residuals(batch, forks, codes.FIRST_STREAM + q)
        assert kstest(np.exp(-gap_s * queue.arrivals_per_hour / 3600), "uniform").pvalue > SMALLEST_P


def test_what_is_visible_stays(batch: Batch, forks: Batch) -> None:
    assert np.array_equal(forks.obs, np.repeat(batch.obs, N_FORKS, axis=0))
    assert np.array_equal(forks.mask, np.repeat(batch.mask, N_FORKS, axis=0))
    assert np.array_equal(forks.snapshot, np.repeat(batch.snapshot, N_FORKS, axis=0))


def test_forks_of_a_fork_are_forks_of_the_row(batch: Batch, scenario: Scenario) -> None:
    """A fork has the same visible history and other hidden times: as the forks of both are alike, they reveal none."""
    rule = RulePolicy(scenario)
    keys = np.arange(200)
    direct = batch.fork(0, keys)
    by_way = batch.fork(0, [12345]).fork(0, keys)
    run(direct, rule, 60)
    run(by_way, rule, 60)
    assert np.array_equal(direct.engine.flat, by_way.engine.flat)
    assert np.array_equal(direct.engine.counters(), by_way.engine.counters())


def test_forks_differ_and_leave_the_row_alone(batch: Batch, scenario: Scenario) -> None:
    before = batch.clone()
    forks = batch.fork(0, np.arange(50))
    run(forks, RulePolicy(scenario), 60)
    assert len(np.unique(forks.obs, axis=0)) > 40
    assert same_bytes(batch.clone(), before)


@pytest.mark.parametrize(
    ("phase", "counts", "p", "delay"),
    [
        (codes.PENDING_REDIAL, "n_lost", "p_redial", "redial_delay"),
        (codes.PENDING_REPEAT, "n_finished", "p_repeat", "repeat_delay"),
    ],
)
def test_the_expected_number_comes_again(
    batch: Batch, forks: Batch, phase: int, counts: str, p: str, delay: str
) -> None:
    """Of each contact lost or finished: p times the probability that its delay is not over yet."""
    config, env = batch.engine.run.config[0], batch.engine.envs[0]
    expected = 0.0
    for q in range(config["n_queues"]):
        dist = config["dist"][config["queue"][q][delay]]
        for slot in range(env["slot"] + 1):
            begin = env["t"] - config["open_s"] - slot * config["slot_s"]
            ages = np.linspace(max(0.0, begin - config["slot_s"]), begin, 2001)
            expected += env["queue"][q][counts][slot] * config["queue"][q][p] * np.mean(survival(dist, ages))
    found = (forks.engine.envs["contact"]["phase"] == phase).sum(axis=1)
    assert expected > 0.05
    assert abs(found.mean() - expected) < 5 * found.std() / np.sqrt(N_FORKS)


def test_a_clone_goes_on_as_the_original(batch: Batch, scenario: Scenario) -> None:
    rule = RulePolicy(scenario)
    saved = batch.clone()
    run(batch, rule, 80)
    first = batch.clone()
    batch.restore(saved)
    run(batch, rule, 80)
    assert same_bytes(first, batch.clone())
    batch.restore(saved)


def test_a_row_that_is_over_has_no_forks(scenario: Scenario) -> None:
    batch = Batch(scenario, 1, autoreset="disabled")
    batch.reset([1])
    run(batch, RulePolicy(scenario), 100_000)
    with pytest.raises(ValueError, match="episode is over"):
        batch.fork(0, [1])


def test_forks_are_whole_and_run_to_their_end() -> None:
    """In a centre with every kind of event, a fork passes all invariants and ends with no contact left over."""
    batch = Batch(whole_centre(), 1, autoreset="disabled")
    batch.reset([8])
    for _ in range(25):
        for _ in range(40):
            batch.step(random_legal(batch.mask, batch.u))
        forks = batch.fork(0, [1, 2, 3])
        view = View(forks.engine)
        view.look()
        for check in (invariants.heap, invariants.records, invariants.queues, invariants.partners, invariants.lines):
            check(view)
        invariants.campaigns(view)
        Advisors(view).check()
    while not forks.engine.envs["done"].all():
        forks.step(random_legal(forks.mask, forks.u))
    assert np.all(forks.engine.envs["n_active"] == 0)
    assert len(np.unique(forks.engine.counters(), axis=0)) == 3


def test_the_true_type_of_who_is_to_be_called_back_is_not_known() -> None:
    """Half of the contacts in the first queue belong to the second; a fork redraws which half."""
    callback = {"offer_above_s": 0, "p_accept": 1, "ring_s": 20, "p_answer": 0.3, "max_tries": 5, "retry_s": 600}
    sent = {"time_s": 5, "routes": {"first": 1}, "detect_s": 10}
    queue: dict[str, Any] = {"arrivals_per_hour": 60, "handle_s": 300}
    scenario = load_scenario(
        {
            "name": "misrouted",
            "description": "made by the tests: the IVR sends everybody to the first queue, which calls back",
            "clock": {"open_s": 0, "close_s": 7_200, "slot_s": 7_200},
            "queues": {
                "first": {**queue, "callback": callback, "ivr": {"time_s": 5}},
                "second": {**queue, "ivr": sent},
            },
            "groups": {"all": {"skills": ["first", "second"], "staffing": 2}},
        }
    )
    batch = Batch(scenario, 1)
    batch.reset([3])
    met = set()
    for _ in range(300):
        batch.step(random_legal(batch.mask, batch.u))
        contacts = batch.engine.envs["contact"][0]
        forks = None
        for phase in {codes.VIRTUAL, codes.CALLBACK_RINGING, codes.PENDING_CALLBACK} - met:
            for s in np.flatnonzero((contacts["phase"] == phase) & (contacts["n_transfers"] == 0))[:1]:
                forks = batch.fork(0, np.arange(200)) if forks is None else forks
                share = forks.engine.envs["contact"]["true_type"][:, s].mean()
                assert 0.3 < share < 0.7, "a fork knows whether a contact was misrouted"
                met.add(phase)
    assert len(met) == 3, met
