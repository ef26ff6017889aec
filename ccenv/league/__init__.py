"""The league: score a policy on a suite of centres beside frozen opponents, verify a score, rebuild the table.

A suite is a list of cells: centres with the action set `either`, frozen opponents (P0, P1, P2) and a scale of the
score. `score` runs a bundle, an ONNX graph or a Python policy in a process of its own, `verify` runs some of the days
again, and `table` makes the leaderboard from score files. The command `ccenv league` does the same.
"""

from ccenv.league.board import table
from ccenv.league.declared import Cell, Suite, list_suites, suite_of
from ccenv.league.errors import LeagueError
from ccenv.league.judging import Judged, judged
from ccenv.league.score_file import ScoreFile, read_scores, write_scores
from ccenv.league.scoring import score
from ccenv.league.verifying import Difference, Verified, verify

__all__ = [
    "Cell",
    "Difference",
    "Judged",
    "LeagueError",
    "ScoreFile",
    "Suite",
    "Verified",
    "judged",
    "list_suites",
    "read_scores",
    "score",
    "suite_of",
    "table",
    "verify",
    "write_scores",
]
