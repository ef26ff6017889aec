"""What of a bundle is refused, and what is only warned of."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import warnings

import msgspec
import numpy as np
import pytest

import ccenv
from ccenv.scenarios import load_scenario
from ccenv.scenarios.scenario import content_digest
from ccenv.serving import BundleError, BundleWarning, load_bundle
from ccenv.serving.errors import PolicyError
from ccenv.serving.graph import legal_only
from ccenv.serving.interface import Interface, differences, interface_of
from ccenv.serving.load import changed_keys
from ccenv.serving.manifest import TrainingScenario, by_name, training_scenario
from tests.env.whole_centre import whole_centre
from tests.serving.helpers import golden
from tests.serving.make_golden_bundle import FOLDER


@pytest.fixture
def bundle(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "bundle")


def edit(bundle, change):
    file = bundle / "manifest.json"
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def seal(content):
    """Make a changed scenario agree with its own digest."""
    content["scenario"]["digest"] = content_digest(content["scenario"]["content"])


def resize(content):
    content["scenario"]["content"]["campaigns"][0][1]["dial_ladder"] = [1, 2, 4, 8]
    seal(content)


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(content):
        for part in path:
            content = content[part]
        content[last] = value

    return change


def test_the_golden_bundle_is_up_to_date():
    """Else: python -m tests.serving.make_golden_bundle."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        policy = load_bundle(FOLDER)
    assert policy.scenario.digest == policy.manifest.scenario.digest == load_scenario("tiny").digest
    assert (policy.owns, policy.reserves) == ("blended", False)
    assert (policy.routing, policy.pacing) == (("lwt", {}), ("max0", {"k": 1.3, "c": 0.4}))


BROKEN = [
    (put("format", 2), r"format version 2; this version of ccenv reads 1"),
    (put("format", "1"), r"manifest.json is not a manifest: .*\$.format"),
    (put("decision", "greedy"), r"not a manifest: Invalid enum value 'greedy' - at `\$.decision`"),
    (put("actions", "some"), r"not a manifest: Invalid enum value 'some' - at `\$.actions`"),
    (put("actions", "reserved"), r"max0 has unreserved dials alone; actions = 'reserved' has none of them"),
    (put("colour", "red"), r"not a manifest: .*unknown field `colour`"),
    (put("golden", []), r"not a manifest: .*\$.golden"),
    (put("interface_digest", "0" * 64), r"interface_digest is not the digest of `interface`"),
    (put("interface", "fields", 3, "scale", 0.2), r"interface_digest is not the digest of `interface`"),
    (put("scenario", "content", "trunks", 25), r"scenario.digest is not the digest of scenario.content"),
    (put("files", "policy.onnx", "0" * 64), r"SHA-256 of policy.onnx is [0-9a-f]{64}, the manifest says 0{64}"),
    (put("files", "../policy.onnx", "0" * 64), r"files are policy.onnx, ../policy.onnx; allowed: policy.onnx"),
    (resize, r"does not fit: action dial:survey\*8 is here, not in the bundle"),
    (put("fallback", "routing", "name", "fastest"), r"rule 'fastest' is not registered; allowed: fifo, "),
    (put("fallback", "pacing", "params", {"speed": 1}), r"rule max0: unknown parameter 'speed'"),
    (put("fallback", "pacing", {"name": "progressive"}), r"progressive needs campaigns.survey.reserves = true"),
    (put("reserves", True), r"max0 needs campaigns.survey.reserves = false"),
    (put("training_range", {}), r"training_range does not name the numbers of the observation"),
    (put("golden", 1, "probabilities", 0, 0.9), r"golden vector 1 is not repeated: a probability is off by 0\.\d+"),
    (put("golden", 1, "probabilities", [0.5]), r"golden vector 1 is not repeated: 1 probabilities for 7 actions"),
    (put("golden", 0, "action", "dial:survey*4"), r"golden vector 0 is not repeated: action hold, not dial:survey\*4"),
    (put("golden", 0, "obs", [1.0]), r"golden vector 0 is not repeated: onnxruntime"),
    (put("golden", 0, "legal", [99]), r"golden vector 0 is not repeated: index 99"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=[message[:40] for _, message in BROKEN])
def test_a_bundle_that_is_not_what_it_says_is_refused(bundle, change, message):
    edit(bundle, change)
    with pytest.raises(BundleError, match=message) as caught:
        load_bundle(bundle)
    assert str(caught.value).startswith(str(bundle))


def test_fields_other_than_those_of_this_package_are_refused(bundle):
    def rescale(content):
        fields = content["interface"]["fields"]
        next(field for field in fields if field["name"] == "queue_length")["scale"] = 0.2
        fields.pop(0)
        content["interface_digest"] = msgspec.convert(content["interface"], Interface).digest

    edit(bundle, rescale)
    with pytest.raises(
        BundleError,
        match="does not fit: field epoch_kind is here, not in the bundle; "
        "field queue_length: scale is 0.2 in the bundle, 0.1 here$",
    ):
        load_bundle(bundle)


def test_a_corrupted_graph_is_refused(bundle):
    file = bundle / "policy.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BundleError, match="SHA-256 of policy.onnx"):
        load_bundle(bundle)


@pytest.mark.parametrize("name", ["policy.onnx", "manifest.json"])
def test_a_missing_file_is_named(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=f"{name} cannot be read: No such file"):
        load_bundle(bundle)


def test_what_is_no_graph_is_refused(bundle):
    (bundle / "policy.onnx").write_bytes(b"not a graph")
    edit(bundle, put("files", "policy.onnx", hashlib.sha256(b"not a graph").hexdigest()))
    with pytest.raises(BundleError, match="onnxruntime does not take the graph"):
        load_bundle(bundle)


def test_another_training_scenario_is_a_warning_that_lists_the_keys():
    policy = golden()
    other = load_scenario(
        "tiny", **{"queues.sales.wrap_up_s": 21, "day_level_cv": 0.2, "rules.pacing.params.reserve": 1}
    )
    with pytest.warns(
        BundleWarning, match="differ: day_level_cv; queues.sales.wrap_up_s; rules.pacing.params.reserve$"
    ):
        policy.check_scenario(other)


def test_keys_that_this_package_does_not_know_any_more_are_refused(bundle):
    def age(content):
        content["scenario"]["content"]["queues"][0][1]["music"] = "jazz"
        seal(content)

    edit(bundle, age)
    with pytest.raises(BundleError, match="the training scenario tiny: .*queues.sales.music"):
        load_bundle(bundle)


def test_keys_that_this_package_has_more_are_a_warning(bundle):
    def age(content):
        del content["scenario"]["content"]["queues"][0][1]["repeat"]
        seal(content)

    edit(bundle, age)
    with pytest.warns(BundleWarning, match="these keys differ: queues.sales.repeat$"):
        load_bundle(bundle)


def test_content_of_a_scenario_with_everything_comes_back_in_its_order():
    scenario = whole_centre()
    content = json.loads(json.dumps(scenario.content))

    again = training_scenario(TrainingScenario("again", scenario.digest, content))

    assert again.digest == scenario.digest
    assert list(again.centre.campaigns["survey"].segments) == ["near", "far"]
    assert again.centre.surge == scenario.centre.surge  # whose queues are names alone


def test_changed_keys_lead_into_segments():
    scenario = whole_centre()
    other = scenario.replace(**{"campaigns.survey.segments.far.propensity": 2})

    assert changed_keys(by_name(scenario.content), by_name(other.content)) == {
        "campaigns.survey.segments.far.propensity"
    }


def test_simulate_runs_a_bundle_under_its_own_flag_and_rules():
    table = ccenv.simulate(load_scenario("tiny").with_reserves(True), policy=FOLDER, seeds=range(2))
    again = ccenv.simulate("tiny", policy=load_bundle(FOLDER), routing="lwt", seeds=range(2))
    for name in again.dtype.names:
        np.testing.assert_array_equal(table[name], again[name], err_msg=name)


def test_simulate_refuses_a_scenario_that_does_not_fit():
    with pytest.raises(BundleError, match="bank_inbound does not fit: queue sales is in the bundle, not here"):
        ccenv.simulate("bank_inbound", policy=FOLDER, seeds=range(2))


def test_differences_see_an_order():
    scenario = load_scenario("tiny")
    mine = interface_of(scenario)
    mine.entities["Q"].reverse()
    assert differences(mine, interface_of(scenario)) == ["the queues have another order"]
    assert mine.digest != interface_of(scenario).digest


def test_a_row_does_not_depend_on_the_others():
    rng = np.random.default_rng(0)
    policy = golden()
    obs = rng.random((96, policy.graph.n_obs), dtype=np.float32)
    mask = rng.random((96, policy.graph.n_actions)) < 0.6
    mask[:, 0] = True
    together = policy.graph.probabilities(obs, mask)
    for n in (1, 2, 3, 7, 32):
        parts = [policy.graph.probabilities(obs[k : k + n], mask[k : k + n]) for k in range(0, 96, n)]
        assert np.array_equal(np.concatenate(parts), together)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([0.5, 0.5], "shape"),
        ([[np.nan, 0.5, 0.5]], "not finite"),
        ([[-0.1, 0.6, 0.5]], "not finite"),
        ([[0.0, 0.0, 1.0]], "all 0"),
    ],
)
def test_probabilities_that_are_none_are_a_failure(given, message):
    with pytest.raises(PolicyError, match=message):
        legal_only(np.array(given, np.float32), np.array([[True, True, False]]))


def test_what_a_graph_gives_to_illegal_actions_is_taken_away():
    given = np.array([[0.1, 0.2, np.nan]], np.float32)
    assert (
        legal_only(given, np.array([[True, True, False]])).tolist() == np.array([[0.1, 0.2, 0.0]], np.float32).tolist()
    )


def test_importing_the_package_imports_none_of_the_extra():
    code = (
        "import sys, ccenv.serving; print(sorted({'onnxruntime', 'starlette', 'uvicorn', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", ["manifest.json", "policy.onnx"])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_not_a_file_is_not_waited_for(tmp_path, name, kind):
    folder = shutil.copytree(FOLDER, tmp_path / "bundle")
    (folder / name).unlink()
    (os.mkfifo if kind == "pipe" else os.mkdir)(folder / name)
    with pytest.raises(BundleError, match=f"{name} cannot be read: it is not a file"):
        load_bundle(folder)


@pytest.mark.parametrize("content", [b"[" * 10**5, b'{"a":' * 10**5, b'{"format": ' + b"[" * 10**5])
def test_a_deep_manifest_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(BundleError, match="is not a manifest"):
        load_bundle(tmp_path)


def test_a_folder_name_with_a_null_byte_is_refused():
    with pytest.raises(BundleError, match="manifest.json cannot be read: embedded null byte"):
        load_bundle("a\0b")


def test_a_file_beyond_all_bounds_is_not_read(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "bundle")
    os.truncate(folder / "policy.onnx", 2**40)  # sparse
    with pytest.raises(BundleError, match="policy.onnx cannot be read: it has 1099511627776 bytes, more than"):
        load_bundle(folder)
