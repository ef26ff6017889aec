"""What is known exactly: queueing formulas and small decision processes, to hold the simulator against.

One module per family of models; each function returns a frozen dataclass whose fields are named as the columns of the
reference tables. Install the extra ``theory``: the modules may need scipy. Here alone an advisor may be a server.
"""

from ccenv.theory.erlang import ErlangA, ErlangB, ErlangC, erlang_a, erlang_b, erlang_c

__all__ = ["ErlangA", "ErlangB", "ErlangC", "erlang_a", "erlang_b", "erlang_c"]
