"""Routing rules of the package, one file for each family; each file declares its rules at its end."""

from ccenv.rules.routing import basic

RULES = (*basic.RULES,)
