"""A network exported as a bundle, and its KPIs in the manifest."""

import msgspec
import numpy as np
import pytest
import torch

import ccenv
from agents.common.export import export_bundle
from agents.common.policy import MaskedActor, TorchPolicy
from ccenv.batch import Batch
from ccenv.rules import RuleError
from ccenv.scenarios import load_scenario
from ccenv.scenarios.ranges import checked
from ccenv.serving import BundleError, load_bundle
from ccenv.serving.survey import golden_vectors, survey_days
from ccenv.serving.write import set_kpis
from ccenv.spaces.observation import observation_names

pytestmark = pytest.mark.slow  # the exporter takes seconds

ABOUT = {"source_digest": "none", "seeds": "training", "steps": 7, "details": {"learner": "by hand"}}
RULES = {"routing": "longest_queue", "pacing": ("progressive", {"reserve": 1})}


def policy_of(batch, decision="argmax", seed=6):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    actor = MaskedActor.build(batch.n_obs, (16, 16), batch.n_actions)
    return TorchPolicy(actor, decision, owns=batch.run.owns, reserves=True)


@pytest.fixture(scope="module")
def batch():
    return Batch("tiny", 2, owns="pacing", reserves=True, autoreset="disabled", **RULES)


@pytest.fixture
def bundle(batch, tmp_path):
    return export_bundle(
        tmp_path / "runs" / "bundle", policy_of(batch), load_scenario("tiny"), provenance=ABOUT, **RULES
    )


def test_the_bundle_decides_as_the_network(batch, bundle):
    policy, network = load_bundle(bundle), policy_of(batch)
    survey = survey_days(batch, network)
    starts = np.zeros(len(survey.u), bool)
    assert np.array_equal(
        policy.act(survey.obs, survey.mask, None, survey.u, starts)[0],
        network.act(survey.obs, survey.mask, None, survey.u, starts)[0],
    )


def test_the_safe_range_is_in_the_manifest_and_widens_the_survey(batch, bundle, tmp_path):
    ranges = checked({"queues.*.arrivals_per_hour": {"factor": [0.5, 2.0]}})
    wide = export_bundle(
        tmp_path / "wide", policy_of(batch), load_scenario("tiny"), provenance=ABOUT, safe_range=ranges, **RULES
    )
    mine, theirs = load_bundle(bundle).manifest, load_bundle(wide).manifest
    assert (mine.ranges, theirs.ranges) == ({}, ranges)
    name = "forecast_per_hour:support"
    assert theirs.training_range[name][0] < mine.training_range[name][0]
    assert theirs.training_range[name][1] > mine.training_range[name][1]


def test_the_manifest_says_what_the_policy_is(batch, bundle):
    policy = load_bundle(bundle)
    manifest = policy.manifest
    assert (policy.owns, policy.reserves, manifest.decision) == ("pacing", True, "argmax")
    assert (policy.routing, policy.pacing) == (("longest_queue", {}), ("progressive", {"reserve": 1}))
    assert policy.scenario.digest == load_scenario("tiny").with_reserves(True).digest
    assert (manifest.provenance.version, manifest.provenance.steps) == (ccenv.__version__, 7)
    assert manifest.provenance.details == {"learner": "by hand"}
    assert manifest.provenance.threads == 1
    assert {"numpy", "numba", "onnxruntime", "torch", "onnx"} <= set(manifest.provenance.libraries)
    assert manifest.kpis is None
    assert {golden.action for golden in manifest.golden} >= {"hold", "dial:survey>blended"}
    assert sorted(path.name for path in bundle.iterdir()) == ["manifest.json", "policy.onnx"]
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


@pytest.mark.parametrize("pacing", ["progressive", "max0"])
@pytest.mark.parametrize("owned", ["all", "reserved"])
def test_a_bundle_may_have_dials_of_both_kinds_or_one_of_them(owned, pacing, tmp_path):
    scenario = load_scenario("tiny").with_reserves("either")
    if (owned, pacing) == ("reserved", "max0"):
        pacing = "no_dial"
    batch = Batch(scenario, 2, owns="pacing", actions=owned, pacing=pacing, autoreset="disabled")
    torch.manual_seed(1)
    actor = MaskedActor.build(batch.n_obs, (16, 16), batch.n_actions)
    network = TorchPolicy(actor, "sample", owns="pacing", reserves="either", actions=owned)
    policy = load_bundle(export_bundle(tmp_path / "bundle", network, scenario, provenance=ABOUT, pacing=pacing))
    assert (policy.reserves, policy.actions, policy.manifest.actions) == ("either", owned, owned)
    found = ccenv.simulate(load_scenario("tiny"), policy=policy, seeds=range(2))
    expected = ccenv.simulate(scenario, policy=network, pacing=pacing, seeds=range(2))
    for column in expected.dtype.names:
        np.testing.assert_array_equal(found[column], expected[column], err_msg=column)
    assert found.dials == ("both" if owned == "all" else "reserved")
    assert found["n_attempts"].sum() > 0 and found["n_dropped"].sum() * (owned == "reserved") == 0


def test_ranges_are_those_of_the_survey_and_of_the_training(batch, tmp_path):
    network, n = policy_of(batch), batch.n_obs
    survey = survey_days(batch, network)
    ranges = np.stack([np.full(n, 0.25, np.float32), np.full(n, 0.5, np.float32)])
    folder = export_bundle(
        tmp_path / "b", network, batch.scenario, provenance=ABOUT, ranges=ranges, days=batch.n, **RULES
    )
    found = load_bundle(folder).manifest.training_range
    assert list(found) == list(observation_names(batch.scenario))
    assert [low for low, _ in found.values()] == np.minimum(survey.low, 0.25).tolist()
    assert [high for _, high in found.values()] == np.maximum(survey.high, 0.5).tolist()


def test_the_same_policy_gives_the_same_bytes(batch, bundle, tmp_path):
    again = export_bundle(tmp_path / "again", policy_of(batch), load_scenario("tiny"), provenance=ABOUT, **RULES)
    for name in ("policy.onnx", "manifest.json"):
        assert (bundle / name).read_bytes() == (again / name).read_bytes()


def test_kpis_are_put_into_the_manifest_alone(bundle):
    before = load_bundle(bundle)
    table = ccenv.simulate("tiny", policy=before, seeds=range(3))
    set_kpis(bundle, table)
    after = load_bundle(bundle)
    summary = table.summary()
    figures = after.manifest.kpis.figures
    assert set(figures) == set(summary)
    assert (after.manifest.kpis.seeds, after.manifest.kpis.n_runs) == ("evaluation", 3)
    for column, estimate in summary.items():
        expected = [None if np.isnan(x) else x for x in estimate]
        assert list(msgspec.structs.astuple(figures[column])) == expected
    assert msgspec.structs.replace(after.manifest, kpis=None) == before.manifest
    assert "NaN" not in (bundle / "manifest.json").read_text()
    assert sorted(path.name for path in bundle.iterdir()) == ["manifest.json", "policy.onnx"]


def test_a_bundle_is_replaced_and_nothing_else_is(batch, bundle):
    other = export_bundle(bundle, policy_of(batch, "sample"), batch.scenario, provenance=ABOUT, **RULES)
    assert load_bundle(other).manifest.decision == "sample"
    (bundle / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match="holds something else than a bundle"):
        export_bundle(bundle, policy_of(batch), batch.scenario, provenance=ABOUT, **RULES)
    assert (bundle / "notes.txt").read_text() == "mine"


def test_a_fallback_of_the_other_flag_is_refused(batch, tmp_path):
    with pytest.raises(RuleError, match=r"max0 needs campaigns.survey.reserves = false, it is true"):
        export_bundle(tmp_path / "b", policy_of(batch), batch.scenario, provenance=ABOUT, pacing="max0")
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_is_not_the_network_is_refused(batch, bundle):
    policy, other = load_bundle(bundle), policy_of(batch, seed=3)
    names = [action.name for action in batch.catalogue]
    with pytest.raises(BundleError, match="the exported graph is not the network: a probability is off by 0"):
        golden_vectors(policy, survey_days(batch, other), names, other.probabilities)


def test_provenance_without_its_facts_is_refused(batch, tmp_path):
    with pytest.raises(msgspec.ValidationError, match="source_digest"):
        export_bundle(tmp_path / "b", policy_of(batch), batch.scenario, provenance={}, **RULES)
    assert list(tmp_path.iterdir()) == []
