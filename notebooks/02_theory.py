# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Theory against simulation
#
# Where a centre can be solved, the simulator must give the same figures. Two such centres: one queue with patience
# (Erlang A), and a blended centre whose best policy is known.

# %%
import matplotlib.pyplot as plt
import numpy as np

import ccenv
from ccenv import theory

# %% [markdown]
# ## Erlang A
#
# 100 contacts per hour, a handle time of 5 minutes, a patience of 2 minutes. `erlang_a` gives the exact share that
# abandons and the exact mean wait for any number of advisors; the simulator counts them, over 32 runs of 100 hours.

# %%
RATE, HANDLE_S, PATIENCE_S = 100.0, 300.0, 120.0
CLOCK = {"kind": "steady", "warm_up_s": 7_200.0, "horizon_s": 360_000.0, "review_s": 0.0}


def one_queue(n):
    """One queue with patience, served by n advisors."""
    return {
        "name": "one_queue",
        "description": "Erlang A",
        "clock": CLOCK,
        "queues": {"inbound": {"arrivals_per_hour": RATE, "handle_s": HANDLE_S, "patience_s": PATIENCE_S}},
        "groups": {"advisors": {"skills": ["inbound"], "staffing": n}},
        "sources": {"*": "made up"},
    }


advisors = np.arange(5, 13)
exact = [theory.erlang_a(RATE, HANDLE_S, PATIENCE_S, int(n), 20.0) for n in advisors]
counted = [ccenv.simulate(one_queue(int(n)), seeds=range(32)).summary() for n in advisors]
print("advisors  abandoned, exact  simulated")
for n, figures, summary in zip(advisors, exact, counted, strict=True):
    print(f"{n:8d}  {figures.p_abandon:16.4f}  {summary['abandonment']}")

# %%
z = [
    (summary[name].value - value) / ((summary[name].high - summary[name].low) / 3.92)
    for figures, summary in zip(exact, counted, strict=True)
    for name, value in (("abandonment", figures.p_abandon), ("mean_wait_s", figures.e_wait_s))
]
print("largest distance from the exact value, in standard errors:", f"{np.max(np.abs(z)):.2f} of {len(z)}")
assert np.max(np.abs(z)) < 4.5

# %% [markdown]
# ## Blending
#
# Ten advisors, inbound with patience, and outbound contacts that are always available and take twice as long. How much
# outbound is possible under a bound on the mean wait of inbound? `solve` gives the most that any policy can do,
# `evaluate` what a reserve of idle advisors does, and `scenario()` the same centre for the simulator.

# %%
centre = theory.models.Blending(
    s=10, lambda_per_h=100, inbound_aht_s=180, outbound_aht_s=360, mean_patience_s=180, T_s=20
)
limits = np.array([1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 38.0])
best = [centre.solve(limit=float(limit)).result for limit in limits]

reserves = range(6)
rules = [centre.evaluate(("progressive", {"reserve": r})) for r in reserves]
scenario = centre.scenario(horizon_s=360_000.0, warm_up_s=7_200.0)
runs = [ccenv.simulate(scenario, pacing=("progressive", {"reserve": r}), seeds=range(32)) for r in reserves]
hours = 100.0
found = [(run["n_joined"].mean() / hours, run.summary()["mean_wait_s"].value) for run in runs]

print("reserve  outbound per hour, exact  simulated  mean wait [s], exact  simulated")
for r, rule, (outbound, wait_s) in zip(reserves, rules, found, strict=True):
    print(f"{r:7d}  {rule.outbound_per_h:24.2f}  {outbound:9.2f}  {rule.e_wait_s:20.2f}  {wait_s:9.2f}")

# %% [markdown]
# How much more does the best policy do at the wait that a reserve gives? Hardly more: a rule that reads only the number
# of idle advisors comes within 1 % of the optimum.

# %%
for r, rule in zip(reserves, rules, strict=True):
    most = centre.solve(limit=rule.e_wait_s).result.outbound_per_h
    print(f"reserve {r}: {rule.outbound_per_h:.3f} of at most {most:.3f} outbound contacts per hour")
    assert rule.outbound_per_h <= most * (1 + 1e-6)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
summaries = [summary["abandonment"] for summary in counted]
left.plot(advisors, [100 * figures.p_abandon for figures in exact], color="#0072B2", label="Erlang A")
left.errorbar(
    advisors,
    [100 * s.value for s in summaries],
    [[100 * (s.value - s.low) for s in summaries], [100 * (s.high - s.value) for s in summaries]],
    fmt="o",
    color="#D55E00",
    markersize=4,
    label="simulated, 95 %",
)
left.set(xlabel="advisors", ylabel="abandoned [%]", title="One queue with patience")
left.legend(frameon=False)
right.plot([b.e_wait_s for b in best], [b.outbound_per_h for b in best], color="#0072B2", label="optimum")
right.plot(
    [r.e_wait_s for r in rules],
    [r.outbound_per_h for r in rules],
    "s",
    color="#555555",
    markersize=9,
    markerfacecolor="none",
    label="reserve, exact",
)
right.plot([w for _, w in found], [o for o, _ in found], "x", color="#D55E00", label="reserve, simulated")
right.set(xlabel="mean wait of inbound [s]", ylabel="outbound per hour", title="Blending")
right.legend(frameon=False)
figure.tight_layout()
