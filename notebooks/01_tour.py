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
# # A tour: from a centre to an exported policy
#
# Look at a centre, compare rules on the same days, train a policy for two minutes, export it, and let it decide.

# %%
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path.cwd().parent))  # the checkout, for `agents`; the package `ccenv` is installed

import gymnasium
import matplotlib.pyplot as plt
import numpy as np

import ccenv
from ccenv.seeds import seeds

scenario = ccenv.load_scenario("bank_blended")
print(scenario.centre.description)
print("queues", scenario.queues, "groups", scenario.groups, "campaigns", scenario.campaigns)
print([action.name for action in scenario.catalogue])

# %% [markdown]
# ## A moment of the centre
#
# An environment renders names, clock, queues, advisors by state, lines and KPIs so far. Here random legal actions play.

# %%
env = gymnasium.make("ccenv/Blended-v0", scenario=scenario, render_mode="rgb_array")
obs, info = env.reset(seed=1)
env.action_space.seed(1)
for _ in range(600):
    obs, reward, terminated, truncated, info = env.step(env.action_space.sample(info["action_mask"]))
figure, axes = plt.subplots(figsize=(9, 5.1))
axes.imshow(env.render())
axes.set_axis_off()
figure.tight_layout(pad=0)

# %% [markdown]
# ## Rules on the same days
#
# All policies meet the same contacts, so differences have narrow intervals. One whose interval holds 0 is a tie.

# %%
comparison = ccenv.compare(
    scenario,
    {
        "FIFO, no dialing": ("fifo", "no_dial"),
        "LWT, no dialing": ("lwt", "no_dial"),
        "LWT, progressive": ("lwt", "progressive"),
    },
    seeds=range(64),
    kpis=["reward", "mean_wait_s", "abandonment", "n_sales", "occupancy"],
)
print(comparison)

# %%
axes = ccenv.plot.day(
    scenario, {"LWT, no dialing": ("lwt", "no_dial"), "LWT, progressive": ("lwt", "progressive")}, seeds=range(64)
)

# %% [markdown]
# ## Two minutes of training
#
# Masked PPO with semi-Markov advantages, started from a rule. `TOUR_TRAIN_S` shortens it.

# %%
import torch

from agents.common.export import export_bundle
from agents.common.selection import select_checkpoint
from agents.policies import load_policy
from agents.train import Training, train

torch.set_num_threads(1)
rule = {"routing": "priority", "pacing": ("max0", {"k": 1.0, "c": 0.0})}
folder = Path(tempfile.mkdtemp())
batch = ccenv.Batch(scenario, 64, **rule)
budget = Training(steps=10**8, wall_s=float(os.environ.get("TOUR_TRAIN_S", "120")), n_checkpoints=5)
kept = train(batch, folder / "training", budget, ccenv.RulePolicy(scenario, **rule), progress=False)

candidates = {"the rule": rule} | {str(n): {"policy": load_policy(path)} for n, path in kept.policies().items()}
chosen = select_checkpoint(scenario, candidates, seeds("validation", 16), baseline="the rule")
for row in chosen.rows:
    print(f"{row.name}: reward {row.reward.value:.3f}, difference to the rule {row.difference.value:.3f}")

# %% [markdown]
# ## Export, and decide
#
# The bundle is what the routing service loads; here it runs a day in the simulator and answers one question.

# %%
from ccenv.serving import load_bundle

trained = chosen.best_of(name for name in candidates if name != "the rule")
policy = candidates[trained]["policy"]
provenance = {"source_digest": "notebook", "seeds": "training", "steps": int(trained)}
bundle = export_bundle(folder / "bundle", policy, scenario, provenance=provenance, **rule)

policies = {"rule": (rule["routing"], rule["pacing"]), "exported": bundle}
kpis = ["reward", "mean_wait_s", "abandonment", "n_sales"]
print(ccenv.compare(scenario, policies, seeds=seeds("evaluation", 16), kpis=kpis))

# %%
env = ccenv.Batch(scenario, 1)
env.reset([1])
actions, _ = load_bundle(bundle).act(env.obs, env.mask, None, env.u, env.starts)
print("first decision of the day:", env.catalogue[int(actions[0])].name)
assert np.all(env.mask[0, actions])
