"""The scorer's side of an entry's process: a policy whose decisions are taken elsewhere."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

import msgspec
import numpy as np

from ccenv.files.errors import shown
from ccenv.league import player
from ccenv.league.asked import AT_ONCE, Asked, View
from ccenv.league.entries import Entry
from ccenv.league.errors import LeagueError
from ccenv.policy.protocol import State
from ccenv.scenarios import Scenario
from ccenv.serving.interface import interface_of
from ccenv.spaces.observation import observation_names

ANSWER_S = 120.0  # longest wait for an answer, the start of the process included
START = "from ccenv.league.player import main; main()"
OWNS = ("routing", "pacing", "blended")
PARAMETERS = "parameters"  # what a supervisor owns


def told_interface(centre: Scenario, asked: Asked = AT_ONCE) -> dict[str, Any]:
    """Return what a policy is told of a cell: names of the observation's numbers and of the actions, fields, axes.

    `asked` says how it is asked, by the attributes of `Asked`.
    """
    interface = msgspec.to_builtins(interface_of(centre))
    how = {name: getattr(asked, name) for name in asked.__struct_fields__}
    return {"observations": list(observation_names(centre)), **interface, "asked": how}


class Seat:
    """A policy, as `ccenv.simulate` takes it, that asks an entry's process; to be used in a `with` block.

    Args:
        entry: The entry.
        centre: The cell's centre.
        answer_s: Longest wait for an answer.
        asked: How the entry is asked. What it may not see does not reach its process.

    Attributes:
        plays: Whether a Python policy plays this centre; others do.
        settable: The parameters that it sets, in a cell with an interval.
        asked_s: Wall time that answers took.
        n_rows: Number of rows for which an answer was asked.

    Raises:
        LeagueError: If the process cannot make the policy; also from `act`, if it fails or is late.
    """

    on_illegal = "hold"

    def __init__(self, entry: Entry, centre: Scenario, answer_s: float = ANSWER_S, asked: Asked = AT_ONCE) -> None:
        self.entry, self.answer_s, self.asked = entry, answer_s, asked
        self.asked_s, self.n_rows = 0.0, 0
        self._since: float | None = None
        self._late, self._over = False, threading.Event()
        flagged = entry.flagged(centre)
        self._process = subprocess.Popen([sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._watch, daemon=True).start()
        told = {"entry": entry.player, "interface": told_interface(flagged, asked)}
        try:
            ready = json.loads(self._ask(player.ENTER, json.dumps(told).encode(), player.READY))
            self._take(ready)
            if self.plays and asked.interval_s is None:
                self._view = self._seen_of(told["interface"]["observations"])
        except BaseException:
            self.close()
            raise

    def _take(self, ready: dict[str, Any]) -> None:
        bundle = self.entry.bundle
        self.plays: bool = ready["plays"]
        self.settable, self._reads = ready["settable"], ready["reads"]
        self.owns = (bundle.owns if bundle is not None else ready["owns"]) or "blended"
        self.actions = (bundle.actions if bundle is not None else ready["actions"]) or "all"
        self.reserves = getattr(bundle, "reserves", None)
        self.routing, self.pacing = (_rule(half, getattr(bundle, half, None) or ready[half]) for half in OWNS[:2])
        if self.asked.interval_s is not None:
            self.owns = PARAMETERS
        elif self.owns not in OWNS:
            raise LeagueError(f"{self.entry.source}: owns = {shown(self.owns)}; allowed: {', '.join(OWNS)}")

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows, as in `Policy.act`; the memory of the policy stays in its process."""
        kind = player.BEGIN if state is None else player.GO_ON
        answer = self._ask(kind, player.packed(self._view.of(obs, starts), mask, u, starts), player.ACTIONS)
        self.n_rows += len(u)
        return np.frombuffer(answer, "<i8").astype(np.int64), True

    def enter(self, observations: Sequence[str], parameters: Mapping[str, tuple[float, float]]) -> None:
        """Tell the process what it sees and sets, as in `ccenv.supervisor.SupervisorPolicy`."""
        self._view = self._seen_of(observations)
        told = {"observations": list(observations), "parameters": dict(parameters)}
        self._ask(player.PARAMETERS, json.dumps(told).encode(), player.READY)

    def steer(self, obs: np.ndarray, state: Any, starts: np.ndarray) -> tuple[np.ndarray, Any]:
        """Set parameters for B rows, as in `SupervisorPolicy.steer`; the memory stays in the process."""
        kind = player.BEGIN if state is None else player.GO_ON
        answer = self._ask(kind, player.packed_rows(self._view.of(obs, starts), starts), player.ACTIONS)
        self.n_rows += len(obs)
        return np.frombuffer(answer, "<f8").reshape(len(obs), -1), True

    def _seen_of(self, observations: Sequence[str]) -> View:
        try:
            return View(self.asked, observations, self._reads)
        except LeagueError as error:
            raise LeagueError(f"{self.entry.source}: {error}") from error

    def _ask(self, kind: bytes, content: bytes, wanted: bytes) -> bytes:
        self._since = began = time.monotonic()
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            player.send(self._process.stdin, kind, content)
            found, answer = player.receive(self._process.stdout)
        except OSError:
            found, answer = b"", b""
        self._since = None
        self.asked_s += time.monotonic() - began
        if found == wanted:
            return answer
        if found == player.ERROR:
            raise LeagueError(f"{self.entry.source}: the policy failed: {answer.decode(errors='replace')}")
        if self._late:
            raise LeagueError(f"{self.entry.source}: no answer in {self.answer_s:g} s; allowed: an answer before")
        raise LeagueError(f"{self.entry.source}: the policy's process ended with status {self._process.wait()}")

    def _watch(self) -> None:
        while not self._over.wait(min(1.0, self.answer_s / 4)):
            since = self._since
            if since is not None and time.monotonic() - since > self.answer_s:
                self._late = True
                self._process.kill()
                return

    def close(self) -> None:
        """End the process."""
        self._over.set()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # the process may end before it has read everything
                    stream.close()
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _rule(half: str, given: Any) -> Any:
    """Return a rule as `ccenv.simulate` takes it; JSON has made a list of a pair."""
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, list | tuple) and len(given) == 2:
        return tuple(given)
    raise LeagueError(f"{half} = {shown(given)}; allowed: a rule's name, or its name and parameters")
