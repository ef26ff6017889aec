"""The registered environments: both checkers, `make` and `make_vec`, specs, and the page that their docstring is."""

from __future__ import annotations

import inspect
import pickle
import re

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import PassiveEnvChecker
from stable_baselines3.common.env_checker import check_env as check_env_for_sb3

from ccenv import CentreEnv, CentreVectorEnv
from ccenv.spaces.observation import observation_names
from tests.env.short import IDS, assert_same, short_day

# Sections of the pages of Gymnasium's own environments, in their order
SECTIONS = [
    "Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End", "Arguments",
    "Version History",
]  # fmt: skip


def make(name: str, **arguments: object) -> CentreEnv:
    """The environment without wrappers."""
    env = gymnasium.make(name, **{"scenario": "tiny", **arguments}).unwrapped
    assert isinstance(env, CentreEnv)
    return env


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("render_mode", [None, *CentreEnv.metadata["render_modes"]])
def test_gymnasiums_checker_finds_nothing(name: str, render_mode: str | None) -> None:
    check_env(make(name, render_mode=render_mode))  # warnings are errors here, and it makes the other render modes


@pytest.mark.parametrize("name", IDS)
def test_sb3s_checker_finds_nothing(name: str) -> None:
    check_env_for_sb3(make(name), warn=True, skip_render_check=False)


def test_the_checkers_see_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    right = CentreEnv.reset

    def reset(self: CentreEnv, **arguments: object) -> tuple[np.ndarray, dict[str, object]]:
        obs, info = right(self, **arguments)
        return obs.astype(np.float64), info

    monkeypatch.setattr(CentreEnv, "reset", reset)
    for check in (check_env, check_env_for_sb3):
        with pytest.raises((AssertionError, Warning)):
            check(make("ccenv/Blended-v0"))


def test_there_are_four_ids_and_their_environments_are_made_bare() -> None:
    registered = [name for name in gymnasium.registry if name.startswith("ccenv/")]
    assert sorted(registered) == sorted([*IDS, "ccenv/Supervisor-v0"])
    for name in registered:
        env, wrapped = gymnasium.make(name, scenario="tiny"), []
        while env is not env.unwrapped:
            wrapped.append(type(env))
            env = env.env
        assert PassiveEnvChecker not in wrapped
        assert env.spec.disable_env_checker and env.spec.max_episode_steps is None


@pytest.mark.parametrize("name", IDS)
def test_make_vec_makes_the_native_one(name: str) -> None:
    native = gymnasium.make_vec(name, num_envs=2, scenario="tiny")
    assert isinstance(native, CentreVectorEnv) and native.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    sync = gymnasium.make_vec(name, num_envs=2, vectorization_mode="sync", scenario="tiny")
    assert isinstance(sync, SyncVectorEnv)
    assert native.single_observation_space == sync.single_observation_space
    assert native.single_action_space == sync.single_action_space
    assert native.observation_space == sync.observation_space
    assert native.action_space == sync.action_space
    assert_same(native.reset(seed=4), sync.reset(seed=4))
    native.close()
    sync.close()


@pytest.mark.parametrize("mode", AutoresetMode)
@pytest.mark.parametrize("as_text", [False, True])
def test_every_autoreset_mode_can_be_asked_for(mode: AutoresetMode, as_text: bool) -> None:
    asked = mode.value if as_text else mode
    env = gymnasium.make_vec("ccenv/Blended-v0", num_envs=2, scenario="tiny", autoreset_mode=asked)
    assert env.metadata["autoreset_mode"] == mode


def test_a_vector_environment_that_resets_nothing_refuses_to_step_rows_that_are_over() -> None:
    env = gymnasium.make_vec(
        "ccenv/Routing-v0", num_envs=2, scenario=short_day(), autoreset_mode=AutoresetMode.DISABLED
    )
    _, infos = env.reset(seed=1)
    done = np.zeros(2, np.bool_)
    while not done.any():
        _, _, terminated, truncated, infos = env.step(infos["action_mask"].argmax(axis=1))
        done = terminated | truncated
    with pytest.raises(ValueError, match="are over"):
        env.step(np.zeros(2, np.int64))
    for mask in (np.ones(3, np.bool_), np.ones(2, np.int64), np.zeros(2, np.bool_), [True, True]):
        with pytest.raises(ValueError, match="reset_mask"):
            env.reset(options={"reset_mask": mask})
    env.reset(options={"reset_mask": done})
    env.step(np.zeros(2, np.int64))


def test_arguments_reach_the_environment() -> None:
    arguments = {
        "scenario": short_day(), "reward": {"answered": 1.0}, "days": 2, "routing": "lwt",
        "pacing": ("fixed_ratio", {"ratio": 1.5}), "on_illegal": "raise", "render_mode": "ansi",
    }  # fmt: skip
    env = make("ccenv/Routing-v0", **arguments)
    run = env.batch.run
    assert env.spec is not None and env.spec.kwargs == {"owns": "routing", **arguments}
    assert (run.owns, run.days, run.routing) == ("routing", 2, ("lwt", {}))
    assert run.pacing == ("fixed_ratio", {"ratio": 1.5})
    assert env.batch.on_illegal == "raise" and env.scenario.digest == short_day().digest
    assert make("ccenv/Pacing-v0", reserves=True, pacing="progressive").scenario.centre.campaigns["survey"].reserves


@pytest.mark.parametrize(
    "arguments",
    [
        {"render_mode": "video"}, {"on_illegal": "ignore"}, {"owns": "all"}, {"days": 0},
        {"routing": "best"}, {"pacing": "progressive"},
    ],
)  # fmt: skip
def test_arguments_that_are_not_allowed_are_refused_by_name(arguments: dict[str, object]) -> None:
    (value,) = arguments.values()
    with pytest.raises(ValueError, match=str(value)):
        CentreEnv("tiny", **arguments)
    with pytest.raises(ValueError, match=str(value)):
        CentreVectorEnv(2, scenario="tiny", **arguments)


def test_an_environment_is_made_again_from_its_spec() -> None:
    env = gymnasium.make("ccenv/Blended-v0", scenario="tiny", reward={"abandoned": -1.0})
    assert env.spec is not None
    for spec in (EnvSpec.from_json(env.spec.to_json()), pickle.loads(pickle.dumps(env.spec))):
        again = gymnasium.make(spec)
        assert_same(again.reset(seed=3), env.reset(seed=3))
        assert_same(again.step(0), env.step(0))


@pytest.mark.parametrize("name", IDS)
def test_spaces_have_the_sizes_of_what_they_are_made_from(name: str) -> None:
    env = make(name)
    names = observation_names(env.scenario)
    assert env.observation_space.shape == (len(names),) and len(set(names)) == len(names)
    assert env.action_space.n == len(env.catalogue)
    assert [action.name for action in env.catalogue][:2] == ["hold", "assign:sales>first"]
    _, info = env.reset(seed=0)
    assert info["action_mask"].shape == (len(env.catalogue),) and info["action_mask"].dtype == np.int8
    assert env.action_masks().dtype == np.bool_
    np.testing.assert_array_equal(env.action_masks(), info["action_mask"] == 1)


def page() -> str:
    """The docstring, which is the environment's page."""
    text = inspect.getdoc(CentreEnv)
    assert text is not None
    return text


def table(section: str) -> list[list[str]]:
    """Cells of the rows of the table in a section of the page, without its head."""
    body = page().split(f"## {section}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split("|") for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_page_has_the_sections_of_gymnasiums_pages() -> None:
    assert re.findall(r"(?m)^## (.*)$", page()) == SECTIONS


def test_the_page_shows_the_arguments_and_their_defaults() -> None:
    signature = list(inspect.signature(CentreEnv.__init__).parameters.values())[1:]
    shown = {name.strip("`"): default.strip("`") for name, default, _ in table("Arguments")}
    expected = {p.name: repr(p.default).replace("'", '"') for p in signature}
    assert expected.pop("owns") == '"blended"' and shown.pop("owns") == "fixed by the id"
    assert shown == expected
    assert list(shown) == list(expected)


def test_the_page_shows_the_ids() -> None:
    shown = {name.strip("`"): re.findall("`(.*?)`", what)[0] for name, what in table("Description")}
    assert shown == {name: gymnasium.spec(name).kwargs["owns"] for name in IDS}


def test_the_page_names_what_exists() -> None:
    _, info = make("ccenv/Blended-v0").reset(seed=0)
    for key in re.findall(r'info\["(\w+)"\]', page()):
        assert key in info
    for module, attribute in re.findall(r"`(ccenv\.[\w.]+)\.(\w+)`", page()):
        assert __import__(module, fromlist=[attribute]) is not None
        assert hasattr(__import__(module, fromlist=[attribute]), attribute)
    for version in re.findall(r"\* v(\d+):", page().split("## Version History")[1]):
        assert all(name.endswith(f"-v{version}") for name in IDS)


@pytest.mark.parametrize("name", IDS)
def test_a_step_before_the_first_reset_is_refused(name: str) -> None:
    with pytest.raises(gymnasium.error.ResetNeeded, match="allowed: reset, then step"):
        make(name).step(0)
    rows = gymnasium.make_vec(name, num_envs=2, scenario="tiny", autoreset_mode=AutoresetMode.DISABLED)
    rows.reset(seed=1, options={"reset_mask": np.array([True, False])})
    with pytest.raises(gymnasium.error.ResetNeeded, match="first reset of every row"):
        rows.step(np.zeros(2, np.int64))
