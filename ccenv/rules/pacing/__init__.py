"""Pacing rules of the package, one file for each family; each file declares its rules at its end."""

from ccenv.rules.pacing import basic, blending, direct, modes, predictive, reserves, steered, vicidial

RULES = (
    *basic.RULES,
    *predictive.RULES,
    *reserves.RULES,
    *modes.RULES,
    *blending.RULES,
    *steered.RULES,
    *vicidial.RULES,
    *direct.RULES,
)
