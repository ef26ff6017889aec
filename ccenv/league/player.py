"""The process of an entry: it reads observations, masks and coins, and writes actions.

The scorer (`ccenv.league.seat`) starts it by its function `main`. It is told the entry and the interface (fields,
names, actions) and then, at each decision, observation, mask, coin and which rows begin an episode. A policy that sets
parameters is told their names, and then, at each decision, observation and which rows begin. The policy's memory stays
here. It gets neither the scenario nor seeds nor the simulator. This is a separation, not a sandbox: the process runs
with the rights of the user who scores.

Frames: one byte that says what follows, the length of the content as uint32, the content.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import struct
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np

HEAD = struct.Struct("<cI")
ENTER, READY, BEGIN, GO_ON, ACTIONS, ERROR, PARAMETERS = (letter.encode() for letter in "HRBDAEP")
ABOUT = ("owns", "actions", "routing", "pacing", "settable", "reads")
LONGEST = 2_000


def send(stream: IO[bytes], kind: bytes, content: bytes) -> None:
    """Write a frame."""
    stream.write(HEAD.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Read a frame; an empty kind at the end of the stream."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return b"", b""
    kind, size = HEAD.unpack(head)
    content = stream.read(size)
    return (kind, content) if len(content) == size else (b"", b"")


def packed(obs: np.ndarray, mask: np.ndarray, u: np.ndarray, starts: np.ndarray) -> bytes:
    """Return the rows of a decision as bytes."""
    parts = (obs.astype("<f4", copy=False), mask.astype(np.bool_, copy=False), u.astype("<f8", copy=False), starts)
    return b"".join(part.tobytes() for part in parts)


def unpacked(content: bytes, n_obs: int, n_actions: int) -> tuple[np.ndarray, ...]:
    """Return observations, masks, coins and starts from bytes."""
    n = len(content) // (4 * n_obs + n_actions + 9)
    obs, rest = content[: 4 * n * n_obs], content[4 * n * n_obs :]
    mask, rest = rest[: n * n_actions], rest[n * n_actions :]
    return (
        np.frombuffer(obs, "<f4").reshape(n, n_obs).copy(),
        np.frombuffer(mask, np.bool_).reshape(n, n_actions).copy(),
        np.frombuffer(rest[: 8 * n], "<f8").copy(),
        np.frombuffer(rest[8 * n :], np.bool_).copy(),
    )


def packed_rows(obs: np.ndarray, starts: np.ndarray) -> bytes:
    """Return the rows of a supervisor's decision as bytes."""
    return obs.astype("<f4", copy=False).tobytes() + starts.astype(np.bool_, copy=False).tobytes()


def unpacked_rows(content: bytes, n_obs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return observations and starts from bytes."""
    n = len(content) // (4 * n_obs + 1)
    obs, starts = content[: 4 * n * n_obs], content[4 * n * n_obs :]
    return np.frombuffer(obs, "<f4").reshape(n, n_obs).copy(), np.frombuffer(starts, np.bool_).copy()


def policy_of(entry: dict[str, Any], interface: dict[str, Any]) -> Any:
    """Return the policy of an entry; None if a Python policy does not play this interface.

    A policy that sets parameters plays where it is asked at intervals, another one where it is asked at events. Where
    only some numbers are seen, a policy plays that names them in `reads`.

    Raises:
        ValueError: If the file or module does not have the name, or it names no policy.
    """
    from ccenv.policy import as_policy

    if "graph" in entry:
        from ccenv.serving.graph import Graph, GraphPolicy

        return GraphPolicy(Graph(Path(entry["graph"]).read_bytes()), entry["decision"])
    module, name = _module(entry), entry["name"]
    if not hasattr(module, name):
        raise ValueError(f"{module.__name__} has no {name!r}; allowed: a name that it defines")
    found = getattr(module, name)
    if isinstance(found, type) or _takes_interface(found):
        found = found(interface)
    asked, reads = interface["asked"], getattr(found, "reads", None)
    steers = callable(getattr(found, "steer", None))
    if found is None or (asked["fields"] is not None and reads is None):
        return None
    if asked["interval_s"] is not None:
        return found if steers else None
    if steers and not callable(getattr(found, "act", None)):
        return None
    policy: Any = as_policy(found)
    if policy is not found and reads is not None:  # of a function
        policy.reads = reads
    return policy


def _module(entry: dict[str, Any]) -> Any:
    if "module" in entry:
        return importlib.import_module(entry["module"])
    path = Path(entry["file"]).resolve()
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _takes_interface(found: Any) -> bool:
    if not callable(found) or callable(getattr(found, "act", None)):
        return False
    return list(inspect.signature(found).parameters) == ["interface"]


def play(read: IO[bytes], write: IO[bytes]) -> None:
    """Serve one entry until the reader ends."""
    kind, content = receive(read)
    if kind != ENTER:
        return
    told = json.loads(content)
    interface = told["interface"]
    policy = policy_of(told["entry"], interface)
    about = {key: getattr(policy, key, None) for key in ABOUT}
    send(write, READY, json.dumps({"plays": policy is not None, **about}).encode())
    if interface["asked"]["interval_s"] is not None:
        return steer(policy, read, write)
    sizes = len(interface["observations"]), len(interface["actions"])
    state: Any = None
    while True:
        kind, content = receive(read)
        if not kind:
            return
        obs, mask, u, starts = unpacked(content, *sizes)
        given, state = policy.act(obs, mask, None if kind == BEGIN else state, u, starts)
        actions = np.asarray(given)
        if actions.shape != u.shape or actions.dtype.kind not in "iu":
            raise ValueError(f"act gave {actions.dtype} of shape {actions.shape}; allowed: whole numbers, {u.shape}")
        send(write, ACTIONS, actions.astype("<i8").tobytes())


def steer(policy: Any, read: IO[bytes], write: IO[bytes]) -> None:
    """Serve a policy that sets parameters until the reader ends."""
    n_obs = n_parameters = 0
    state: Any = None
    while True:
        kind, content = receive(read)
        if not kind:
            return
        if kind == PARAMETERS:
            told = json.loads(content)
            n_obs, n_parameters = len(told["observations"]), len(told["parameters"])
            bounds = {name: tuple(each) for name, each in told["parameters"].items()}
            getattr(policy, "enter", lambda *_: None)(tuple(told["observations"]), bounds)
            send(write, READY, b"")
            continue
        obs, starts = unpacked_rows(content, n_obs)
        given, state = policy.steer(obs, None if kind == BEGIN else state, starts)
        actions = np.asarray(given, np.float64)
        if actions.shape != (len(obs), n_parameters) or not np.isfinite(actions).all():
            raise ValueError(
                f"steer gave shape {actions.shape}; allowed: finite numbers of shape {(len(obs), n_parameters)}"
            )
        send(write, ACTIONS, actions.astype("<f8").tobytes())


def main() -> None:
    """Play over standard input and output; what the policy prints goes to standard error."""
    read, write = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        play(read, write)
    except Exception as error:  # whatever a policy raises is told to the scorer
        send(write, ERROR, f"{type(error).__name__}: {error}"[:LONGEST].encode())
