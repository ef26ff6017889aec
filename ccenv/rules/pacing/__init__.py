"""Pacing rules of the package, one file for each family; each file declares its rules at its end."""

from ccenv.rules.pacing import basic

RULES = (*basic.RULES,)
