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
# # Learning: train, judge, explain, distil
#
# `x_design` has two teams. Each may help the other, but is slower there. A policy learns from FIFO when to help, is
# judged on days that it has not seen, and is then said in a few lines.

# %%
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path.cwd().parent))  # the checkout, for `agents`; the package `ccenv` is installed

import matplotlib.pyplot as plt
import torch

import ccenv
from ccenv.seeds import seeds

torch.set_num_threads(1)
scenario = ccenv.load_scenario("x_design")
print(scenario.centre.description)

# %% [markdown]
# ## Train
#
# Direct policy search: CMA-ES over the weights of an index policy. Each pair of queue and advisor group has a score,
# linear in what is observed. The pair with the highest score is taken; nobody is assigned if all are below 0. All
# candidates of a generation run the same fresh training days inside the compiled simulator. `LEARN_S` is the budget of
# CPU time, in seconds.

# %%
from agents.policies import load_policy
from agents.train import Training, train

fifo = {"routing": "fifo"}
folder = Path(tempfile.mkdtemp())
batch = ccenv.Batch(scenario, 16, **fifo)
budget = Training(steps=10**9, cpu_s=float(os.environ.get("LEARN_S", "30")), n_checkpoints=4, learner="search")
kept = train(batch, folder / "training", budget, ccenv.RulePolicy(scenario, **fifo), progress=False)
print(sorted(kept.policies()), "decisions of all candidates at the checkpoints")

# %% [markdown]
# ## Choose and judge
#
# Validation days choose the checkpoint; other days judge it. Beside FIFO, from which it learned, stands the strongest
# rule that tuning has found here: the team that handles a type comparatively faster takes it.

# %%
from agents.common.selection import select_checkpoint

candidates = {"fifo": fifo} | {str(n): {"policy": load_policy(path)} for n, path in kept.policies().items()}
chosen = select_checkpoint(scenario, candidates, seeds("validation", 64), baseline="fifo")
best = chosen.best_of(name for name in candidates if name != "fifo")
policy = candidates[best]["policy"]

rules = {"FIFO": ("fifo", "no_dial"), "comparative advantage": ("comparative_advantage", "no_dial")}
kpis = ["reward", "abandonment", "asa_s", "occupancy"]
days = seeds("evaluation", 128)
print(ccenv.compare(scenario, {**rules, "learned": policy}, seeds=days, baseline="comparative advantage", kpis=kpis))

# %% [markdown]
# The difference to FIFO is large; the one to the best rule is what learning has to show. An interval that holds 0 is a
# tie, and one training is one seed: `experiments.headline` repeats all of this from five master seeds.
#
# ## Explain
#
# When does the account team help with cards, at which it is slower? The share of decisions that do so, by its idle
# advisors and the cards in line. FIFO helps with the last idle advisor as well. The policy keeps that one for its own
# queue, and helps with the second if more than one card waits.

# %%
fig, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
for ax, (name, how) in zip(axes, {"FIFO": rules["FIFO"], "learned": policy}.items(), strict=True):
    ccenv.plot.policy_map(
        scenario, how, x="idle:account_team", y="queue_length:cards", action="assign:cards>account_team", ax=ax
    )
    ax.set_title(name)

# %% [markdown]
# ## Distil
#
# The policy in one plain network, which the routing service runs, and in a tree of at most six observed numbers. Kept:
# the share of the gain over FIFO on days that nothing was fitted on.

# %%
from agents.distill import DistillSettings, distill

small = DistillSettings(decisions=20_000, judged_days=64, leaves=6, fields=3)
found = distill(policy, scenario, small, rules=rules["FIFO"])
for name, each in found.kept.items():
    print(f"{name}: share of the gain {each.share}, same action in {100 * each.agreement:.1f} % of the decisions")

# %%
print(found.tree.text(scenario))
