"""The pages of `notebooks/clients`: what each installs, and the error that it shows if that is not possible."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "notebooks" / "clients"
NAMES = ("omnisafe", "pufferlib", "rllib", "tianshou", "torchrl")


@dataclass(frozen=True)
class Page:
    """One client.

    Attributes:
        name: Its folder.
        text: Its README.
        installs: Arguments of each call of pip.
        error: Lines of the error with which the last call ends; empty if the client can be installed.
    """

    name: str
    text: str
    installs: list[list[str]]
    error: list[str]

    @property
    def script(self) -> str:
        """Path of the example from the root of the checkout."""
        return f"notebooks/clients/{self.name}/train.py"


def page(name: str) -> Page:
    """Read the page of a client."""
    text = (CLIENTS / name / "README.md").read_text("utf-8")
    blocks = dict(re.findall(r"```(sh|text)\n(.*?)```", text, re.DOTALL))
    installs = [shlex.split(line)[1:] for line in blocks["sh"].splitlines() if line.startswith("pip install ")]
    return Page(name, text, installs, [line for line in blocks.get("text", "").splitlines() if line])
