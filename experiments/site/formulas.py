"""Formulas as pictures, drawn without TeX and without a network."""

from __future__ import annotations

import re
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from experiments.reports.figures.style import INK, svg

SETTINGS: Any = {"mathtext.fontset": "cm", "svg.fonttype": "path", "svg.hashsalt": "ccenv"}
SIZE = 15  # points
GREEK = {
    "rho": "ρ",
    "kappa": "κ",
    "epsilon": "ε",
    "pi": "π",
    "lambda": "λ",
    "Delta": "Δ",
    "ell": "ℓ",
    "mu": "μ",
    "theta": "θ",
    "beta": "β",
}
INLINE = re.compile(r"\$([^$]+)\$")
SYMBOL = re.compile(r"([^\W_]+)(?:_([^\W_]|\{\w+\}))?(\(\w+\))?")


def drawn(formula: str) -> bytes:
    """Return a formula in TeX's notation as SVG, cut to its size."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(0.1, 0.1))
        figure.text(0.0, 0.0, f"${' '.join(formula.split())}$", fontsize=SIZE, color=INK)
        return _cut(figure)


def _cut(figure: Figure) -> bytes:
    with matplotlib.rc_context({"savefig.bbox": "tight", "savefig.pad_inches": 0.05, "savefig.transparent": True}):
        return svg(figure)


def inline(text: str) -> str:
    r"""Return a text with its symbols, such as `$W_q$` or `$\rho$`, in italics."""
    return INLINE.sub(lambda found: _symbol(found[1]), text)


def _symbol(formula: str) -> str:
    plain = re.sub(r"\\text\{(\w+)\}", r"\1", formula)
    plain = re.sub(r"\\([A-Za-z]+)", lambda found: GREEK[found[1]], plain)
    return SYMBOL.sub(lambda found: f"*{found[1]}*{_below(found[2])}{found[3] or ''}", plain)


def _below(subscript: str | None) -> str:
    return f"<sub>{subscript.strip('{}')}</sub>" if subscript else ""
