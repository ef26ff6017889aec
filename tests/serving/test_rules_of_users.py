"""A bundle holds no code, so it takes no rule of a user: neither as a fallback nor in the scenario of the training."""

import json
import shutil

import pytest

from ccenv.scenarios import load_scenario
from ccenv.serving.errors import BundleError
from ccenv.serving.manifest import MANIFEST, read_manifest
from ccenv.serving.write import write_bundle
from tests.serving.make_golden_bundle import FOLDER

RULE = "tests.rules.of_users.dialing:queue_gate"


@pytest.mark.parametrize("in_scenario", [False, True])
def test_a_rule_of_a_user_is_not_written(in_scenario, tmp_path):
    scenario = load_scenario("tiny", **({"rules.pacing": {"name": RULE}} if in_scenario else {}))
    with pytest.raises(BundleError, match=f"pacing rule '{RULE}' is a user's; a bundle takes: no_dial, "):
        write_bundle(tmp_path / "b", b"", scenario, provenance={}, pacing="max0" if in_scenario else RULE)
    assert not (tmp_path / "b").exists()


def test_a_rule_of_a_user_is_not_read(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "b")
    manifest = json.loads((tmp_path / "b" / MANIFEST).read_text())
    manifest["fallback"]["pacing"] = {"name": RULE}
    (tmp_path / "b" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=f"pacing rule '{RULE}' is a user's"):
        read_manifest(tmp_path / "b")
