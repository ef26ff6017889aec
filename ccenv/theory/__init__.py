"""Exact results to validate the simulator: queueing formulas and small Markov decision processes.

One module per family of models. Each formula returns a frozen dataclass whose fields have the column names of the
reference tables. `models` holds the decision processes. Some modules need scipy, from the extra ``theory``. Only this
package may call an advisor a server.
"""

from ccenv.theory import models
from ccenv.theory.chats import Chats, chats
from ccenv.theory.counts import PoissonGammaCounts, poisson_gamma_counts
from ccenv.theory.detection import Detection, detection
from ccenv.theory.erlang import ErlangA, ErlangB, ErlangC, erlang_a, erlang_b, erlang_c
from ccenv.theory.finite_room import MMnK, mmnk
from ccenv.theory.general_patience import MMnG, mmn_g
from ccenv.theory.priority import VDesign, v_design
from ccenv.theory.redials import Redial, redial
from ccenv.theory.return_calls import ReturnCalls, return_calls
from ccenv.theory.square_root import SqrtStaffing, sqrt_staffing
from ccenv.theory.staffing import MinStaffing, least_staff_a, least_staff_c, min_staffing
from ccenv.theory.transient import MtMnMTransient, mt_mnm_path, mt_mnm_transient

__all__ = [
    "Chats",
    "Detection",
    "ErlangA",
    "ErlangB",
    "ErlangC",
    "MMnG",
    "MMnK",
    "MinStaffing",
    "MtMnMTransient",
    "PoissonGammaCounts",
    "Redial",
    "ReturnCalls",
    "SqrtStaffing",
    "VDesign",
    "chats",
    "detection",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "least_staff_a",
    "least_staff_c",
    "min_staffing",
    "mmn_g",
    "mmnk",
    "models",
    "mt_mnm_path",
    "mt_mnm_transient",
    "poisson_gamma_counts",
    "redial",
    "return_calls",
    "sqrt_staffing",
    "v_design",
]
