"""Images, windows and videos: what Gymnasium's own wrappers make of them, single and vector."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pygame
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import HumanRendering, RecordVideo, RenderCollection
from gymnasium.wrappers.vector import HumanRendering as VectorHumanRendering
from gymnasium.wrappers.vector import RecordVideo as VectorRecordVideo

from ccenv import CentreEnv
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.window import Window
from ccenv.render.picture import WIDTH
from tests.env.short import IDS, short_day

ALL_IDS = (*IDS, "ccenv/Supervisor-v0")


def make(name: str, render_mode: str | None = "rgb_array") -> gymnasium.Env[Any, Any]:
    """The environment of a short day."""
    return gymnasium.make(name, scenario=short_day(), render_mode=render_mode)


def acting(env: gymnasium.Env[Any, Any], n: int, seed: int = 0) -> list[Any]:
    """Reset, take n actions, `dial` or `assign` where it is legal, and return what `render` returned after each."""
    _, info = env.reset(seed=seed)
    frames = [env.render()]
    for _ in range(n):
        legal = np.flatnonzero(info["action_mask"]) if "action_mask" in info else None
        _, _, terminated, truncated, info = env.step(env.action_space.sample() if legal is None else legal[-1])
        frames.append(env.render())
        if terminated or truncated:
            break
    return frames


@pytest.mark.parametrize("name", ALL_IDS)
def test_images_have_one_even_size_and_change(name: str) -> None:
    frames = acting(make(name), 30)
    assert {(frame.shape, frame.dtype) for frame in frames} == {((frames[0].shape[0], WIDTH, 3), np.dtype(np.uint8))}
    assert WIDTH >= 900 and frames[0].shape[0] % 2 == 0
    assert len({frame.tobytes() for frame in frames}) > len(frames) // 2


def test_colours_stand_for_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    from ccenv.render import as_pixels, picture

    env = make("ccenv/Blended-v0").unwrapped
    assert isinstance(env, CentreEnv)
    acting(env, 3)
    view = env._view()
    blocks = []
    for idle in (1, 2, 3):
        groups = (view.groups[0]._replace(inbound=9, outbound=0, wrap_up=0, reserved=0, idle=idle, away=0),)
        pixels = as_pixels(view._replace(groups=groups, queues=(), campaigns=()))
        blocks.append(int(np.all(pixels[260:] == picture.IDLE, axis=2).sum()))
    assert blocks[0] > 100 and blocks == [blocks[0], 2 * blocks[0], 3 * blocks[0]]


@pytest.mark.parametrize("name", ALL_IDS)
def test_without_a_mode_there_is_no_picture(name: str) -> None:
    env = make(name, None)
    env.reset(seed=0)
    assert env.unwrapped.render() is None
    env.close()


def test_a_collection_has_a_frame_for_each_step() -> None:
    env = RenderCollection(make("ccenv/Routing-v0"))
    assert env.render_mode == "rgb_array_list"
    env.reset(seed=0)
    for _ in range(5):
        env.step(0)
    frames = env.render()
    assert len(frames) == 6 and all(frame.shape == frames[0].shape for frame in frames)


@pytest.mark.parametrize("name", ["ccenv/Blended-v0", "ccenv/Supervisor-v0"])
def test_a_video_is_recorded(name: str, tmp_path: Path) -> None:
    env = RecordVideo(make(name), str(tmp_path / "single"), episode_trigger=lambda _: True, video_length=4)
    acting(env, 8)
    env.close()
    (video,) = (tmp_path / "single").glob("*.mp4")
    assert video.stat().st_size > 1_000
    assert env.frames_per_sec == env.metadata["render_fps"] > 0


@pytest.mark.filterwarnings("ignore:.*Overwriting existing videos.*")
def test_a_video_of_a_vector_is_recorded(tmp_path: Path) -> None:
    env = gymnasium.make_vec("ccenv/Blended-v0", 3, scenario=short_day(), render_mode="rgb_array")
    recorded = VectorRecordVideo(env, str(tmp_path), episode_trigger=lambda _: True, video_length=3)
    recorded.reset(seed=0)
    for _ in range(5):
        recorded.step(np.zeros(3, np.int64))
    recorded.close()
    (video,) = tmp_path.glob("*.mp4")
    assert video.stat().st_size > 1_000


def test_gymnasiums_window_shows_the_images() -> None:
    env = HumanRendering(make("ccenv/Pacing-v0"))
    env.reset(seed=0)
    env.step(0)
    assert env.window is not None and env.window.get_width() == WIDTH
    env.close()


def test_gymnasiums_window_shows_the_images_of_a_vector() -> None:
    pytest.importorskip("cv2", reason="Gymnasium scales the images of a vector with OpenCV")
    env = VectorHumanRendering(gymnasium.make_vec("ccenv/Pacing-v0", 2, scenario=short_day(), render_mode="rgb_array"))
    env.reset(seed=0)
    env.step(np.zeros(2, np.int64))
    env.close()


@pytest.mark.parametrize("name", ALL_IDS)
def test_the_window_shows_each_step_until_it_is_closed(name: str) -> None:
    env, image = make(name, "human"), make(name)
    assert env.reset(seed=3) is not None and env.render() is None
    image.reset(seed=3)
    for _ in range(3):
        np.testing.assert_array_equal(_on_screen(), image.render())
        action = np.zeros(env.action_space.shape) if env.action_space.shape else 0
        env.step(action)
        image.step(action)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    env.step(action)
    assert not pygame.display.get_init()
    env.step(action)  # it goes on, and opens no other window
    assert not pygame.display.get_init()
    env.close()


def test_closing_the_environment_closes_the_window() -> None:
    env = make("ccenv/Routing-v0", "human")
    env.reset(seed=0)
    assert pygame.display.get_init()
    env.close()
    assert not pygame.display.get_init()
    env.reset(seed=0)
    assert pygame.display.get_init()
    env.close()


def _on_screen() -> np.ndarray:
    return pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    right = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pygame":
            raise ImportError("No module named 'pygame'")
        return right(name, *rest)

    monkeypatch.delitem(sys.modules, Window.__module__)
    monkeypatch.setattr(builtins, "__import__", without)
    env = make("ccenv/Routing-v0", "human")
    with pytest.raises(ImportError, match=r'pip install "ccenv\[window\]"'):
        env.reset(seed=0)


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_vector_renders_a_frame_for_each_row(mode: AutoresetMode) -> None:
    n = 2
    vector = gymnasium.make_vec("ccenv/Blended-v0", n, scenario=short_day(), render_mode="ansi", autoreset_mode=mode)
    singles = [make("ccenv/Blended-v0", "ansi") for _ in range(n)]
    _, infos = vector.reset(seed=5)
    for k, single in enumerate(singles):
        single.reset(seed=5 + k)
    n_begun, starting, looks = 0, [False] * n, 0
    for step in range(900):
        if step % 50 == 0 or looks > 0:
            frames = vector.render()
            assert isinstance(frames, tuple) and list(frames) == [single.render() for single in singles]
            looks -= 1
        actions = [int(np.flatnonzero(mask)[-1]) for mask in infos["action_mask"]]
        infos = vector.step(np.array(actions))[4]
        for k, single in enumerate(singles):
            over = starting[k]
            starting[k] = False
            if not over:
                _, _, terminated, truncated, _ = single.step(actions[k])
                starting[k] = terminated or truncated
            if over or (starting[k] and mode == AutoresetMode.SAME_STEP):
                single.reset()
                starting[k] = False
                n_begun, looks = n_begun + 1, 2
    assert n_begun >= n


def test_rows_of_supervisors_are_rendered_like_single_ones() -> None:
    arguments = {"scenario": short_day(), "render_mode": "ansi"}
    vector = gymnasium.make_vec("ccenv/Supervisor-v0", 2, **arguments)
    singles = [gymnasium.make("ccenv/Supervisor-v0", **arguments) for _ in range(2)]
    vector.reset(seed=1)
    for k, single in enumerate(singles):
        single.reset(seed=1 + k)
    actions = vector.action_space.sample()
    for _ in range(4):
        assert vector.render() == tuple(single.render() for single in singles)
        vector.step(actions)
        for action, single in zip(actions, singles, strict=True):
            single.step(action)


@pytest.mark.parametrize("name", ["ccenv/Blended-v0", "ccenv/Supervisor-v0"])
def test_a_vector_refuses_a_window_of_its_own(name: str) -> None:
    with pytest.raises(ValueError, match="render_mode = 'human'; allowed: None, ansi, rgb_array"):
        gymnasium.make_vec(name, 2, scenario=short_day(), render_mode="human")


def test_sb3_gets_an_image_of_each_row() -> None:
    from ccenv import Batch

    env = CentreVecEnv(Batch(short_day(), 2))
    env.seed(0)
    env.reset()
    images = env.get_images()
    assert len(images) == 2 and all(image is not None and image.shape[1] == WIDTH for image in images)


def test_names_that_are_too_long_are_shortened_in_the_middle() -> None:
    from ccenv.render.picture import _shortened

    assert _shortened("technical_english_french", 10) == "techn...rench"
