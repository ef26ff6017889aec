"""The same optimum as a linear programme over shares of time and flows of choices: an independent second method."""

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from ccenv.theory.mdp.constrained import Constraint
from ccenv.theory.mdp.process import DecisionProcess, Floats

__all__ = ["linear_programme"]

INFEASIBLE = 2  # status code of scipy's linprog


def linear_programme(
    process: DecisionProcess, reward: Floats, constraints: list[Constraint] | None = None
) -> tuple[float, Floats]:
    """Maximise the long-run average reward, within limits, by the HiGHS solver.

    The variables are the share of time in each stable state and the flow of each choice. Flow is conserved: at each
    decision state events bring in as much as choices take out, at each stable state choices bring in as much as events
    take out (Puterman 1994, "Markov Decision Processes", chapters 8.8 and 8.9; Altman 1999).

    Args:
        process: The process.
        reward: Reward rate in each stable state, (X,) [1/h].
        constraints: Limits on averages; None for none.

    Returns:
        The optimum [1/h] and the shares of time, (X,). The optimum is accurate to about 1e-7 of the largest reward,
        unless some state is rarer than HiGHS resolves.

    Raises:
        ValueError: If no policy meets the constraints, or the solver fails.
    """
    constraints = constraints or []
    n_stable, n_choices = len(reward), len(process.to)
    unit = float(process.exit_rates.max())  # unit of the flows: gives all coefficients one order of magnitude
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
    for method in ("highs", "highs-ds", "highs-ipm"):  # rounding may make one method fail and another succeed
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
