"""The same optimum as a linear programme over long-run shares of time and flows of choices: a second route."""

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from ccenv.theory.mdp.constrained import Constraint
from ccenv.theory.mdp.process import DecisionProcess, Floats

__all__ = ["linear_programme"]

INFEASIBLE = 2  # scipy's status


def linear_programme(
    process: DecisionProcess, reward: Floats, constraints: list[Constraint] | None = None
) -> tuple[float, Floats]:
    """The largest long-run average reward, within limits, by the HiGHS solver.

    Variables are the share of time in each stable state and the flow of each choice; at each decision state what
    events bring in is what choices carry on, at each stable state what choices bring in is what events take away
    (Puterman 1994, "Markov Decision Processes", chapters 8.8 and 8.9; Altman 1999).

    Args:
        process: The process.
        reward: Earned in each stable state, (X,) [1/h].
        constraints: Limits on averages; None for none.

    Returns:
        The optimum [1/h], to about 1e-7 of the largest reward where no state is rarer than HiGHS resolves, and the
        shares of time, (X,).

    Raises:
        ValueError: If no policy meets the constraints, or the solver fails.
    """
    constraints = constraints or []
    n_stable, n_choices = len(reward), len(process.to)
    unit = float(process.exit_rates.max())  # flows are counted in it, so that all coefficients are of one size
    ones, edges = np.ones(n_choices), np.arange(n_choices)
    leave = sparse.csr_array((ones, (process.owner, edges)), shape=(process.n_decisions, n_choices))
    enter = sparse.csr_array((ones, (process.to, edges)), shape=(n_stable, n_choices))
    balance = sparse.block_array(
        [
            [process.rates.T / unit, -leave],
            [sparse.diags_array(process.exit_rates / unit), -enter],
            [np.ones((1, n_stable)), sparse.csr_array((1, n_choices))],
        ]
    )
    right = np.zeros(balance.shape[0])
    right[-1] = 1.0
    size = [max(np.abs(c.cost).max(), 1e-300) for c in constraints]
    limit = {
        "A_ub": sparse.csr_array(
            [np.concatenate((c.cost / s, np.zeros(n_choices))) for c, s in zip(constraints, size, strict=True)]
        ),
        "b_ub": [c.limit / s for c, s in zip(constraints, size, strict=True)],
    }
    for method in ("highs", "highs-ds", "highs-ipm"):  # one may fail of rounding where another does not
        answer = linprog(
            -np.concatenate((reward, np.zeros(n_choices))),
            **(limit if constraints else {}),
            A_eq=balance,
            b_eq=right,
            method=method,
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if answer.x is not None or answer.status == INFEASIBLE:
            break
    if answer.status == INFEASIBLE:
        raise ValueError(f"constraints {[c.name for c in constraints]} are not allowed: {answer.message}")
    if answer.x is None:
        raise ValueError(f"process is not allowed: no method of HiGHS solves its linear programme: {answer.message}")
    return float(-answer.fun), answer.x[:n_stable]
