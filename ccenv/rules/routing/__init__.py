"""Routing rules of the package, one file for each family; each file declares its rules at its end."""

from ccenv.rules.routing import basic, holding, index, ratios, teams, waits

RULES = (*basic.RULES, *index.RULES, *waits.RULES, *teams.RULES, *ratios.RULES, *holding.RULES)
