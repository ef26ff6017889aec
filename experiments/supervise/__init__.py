"""Searched policies of a supervisor, scored in the suite `deployable` of the league."""
