"""The command that distills exported policies, in its reduced form."""

from __future__ import annotations

import shutil

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import ccenv
from ccenv import TreePolicy
from ccenv.seeds import seeds
from ccenv.serving import load_bundle
from experiments.distill import command
from experiments.distill.page import page
from experiments.distill.settings import Settings, register
from experiments.jobs.config import CONFIGS
from experiments.jobs.files import read_json
from tests.serving.make_golden_bundle import FOLDER

QUICK = {
    "decisions": 400, "days": 2, "rounds": 2, "hidden": [8, 8], "passes": 2, "leaves": 4, "fields": 2,
    "judged_days": 4, "survey_days": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def distilled(tmp_path_factory):
    """Settings, the folder of the results, and the figures."""
    folder = tmp_path_factory.mktemp("distilled")
    bundle = shutil.copytree(FOLDER, folder / "bundle")
    settings = Settings(**QUICK, bundles=[str(bundle)])
    (made,) = command.distill_all(settings, "python -m experiments.distill")
    return settings, made.parent, read_json(made.parent / command.FIGURES)


@pytest.mark.slow  # torch exports two graphs
def test_a_bundle_becomes_two_bundles_that_give_the_published_figures(distilled):
    _, out, result = distilled
    network, tree = (load_bundle(out / name) for name in ("network", "tree"))
    days = seeds("evaluation", QUICK["judged_days"])
    row = next(row for row in result["kpis"] if row["kpi"] == "reward")

    assert isinstance(tree.compiled(), TreePolicy)
    assert network.compiled() is not None
    assert network.manifest.provenance.details == {"of": "golden"}
    for name, bundle in (("network", network), ("tree", tree)):
        table = ccenv.simulate(bundle.scenario, policy=bundle, seeds=days, reward=bundle.scenario.reward)
        assert row["figures"][name]["mean"] == pytest.approx(float(table["reward"].mean()))
        lost = row["figures"]["policy"]["mean"] - row["figures"][name]["mean"]
        assert (result["kept"][name]["loss"], -row["differences"][name]["mean"]) == pytest.approx((lost, lost))
    rules = ccenv.simulate(
        tree.scenario, routing=tree.routing, pacing=tree.pacing, seeds=days, reward=tree.scenario.reward
    )
    assert row["figures"]["rules"]["mean"] == pytest.approx(float(rules["reward"].mean()))


@pytest.mark.slow  # torch exports two graphs
def test_the_page_says_what_the_tree_is_and_loses(distilled):
    _, out, result = distilled
    text = (out / command.PAGE).read_text()

    assert text == page(result)
    assert result["tree"] in text
    assert result["leaves"] <= 4
    assert len(result["reads"]) <= 2
    assert all(f"`{name}`" in text for name in result["reads"])
    assert "| tree | – |" in page(
        {**result, "kept": {**result["kept"], "tree": result["kept"]["tree"] | {"share": None}}}
    )


@pytest.mark.slow  # torch exports two graphs
def test_a_distilled_bundle_is_left_as_it_is_until_a_setting_changes(distilled, monkeypatch):
    settings, out, _ = distilled
    written = []
    monkeypatch.setattr(command, "_write", lambda *given: written.append(given))
    before = (out / command.FIGURES).read_bytes()

    command.distill_all(settings, "again")

    assert not written
    assert (out / command.FIGURES).read_bytes() == before
    for change in ({"leaves": 3}, {"again": True}):
        with pytest.raises(FileNotFoundError):  # nothing was written
            command.distill_all(Settings(**{**QUICK, "bundles": settings.bundles, **change}), "again")
        (out / command.FIGURES).write_bytes(before)
    assert len(written) == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bundles": []}, r"bundles = \[\]; allowed: folders of exported policies"),
        ({"survey_days": 0}, "survey_days = 0; allowed: 1 or more"),
        ({"leaves": 65}, "leaves = 65; allowed: 1 to 64"),
        ({"bundles": ["no/such"]}, "no/such"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, message):
    with pytest.raises((ValueError, OSError), match=message):
        command.distill_all(Settings(**given), "")


def test_the_configuration_has_the_defaults_of_the_method():
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        assert OmegaConf.to_object(compose("distill")) == Settings()
