"""Write the bundle for tests without a learning library: `python -m tests.serving.make_golden_bundle`.

Run it again when the fields of the snapshot, the scenario `tiny` or the format of bundles change.
"""

from pathlib import Path

import torch

from agents.common.export import export_bundle
from agents.common.policy import MaskedActor, TorchPolicy
from ccenv.batch import Batch
from experiments.jobs.commands import without_settings

FOLDER = Path(__file__).parent / "golden_bundle"
RULES = {"routing": "lwt", "pacing": ("max0", {"k": 1.3, "c": 0.4})}


def make(folder: Path) -> None:
    """Write a small network with random weights on `tiny` that draws its actions."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    batch = Batch("tiny", 1, reserves=False, **RULES)
    actor = MaskedActor.build(batch.n_obs, (8,), batch.n_actions)
    about = {"source_digest": "none: the weights are random", "seeds": "training", "steps": 0}
    policy = TorchPolicy(actor, "sample", reserves=False)
    export_bundle(folder, policy, batch.scenario, provenance=about, name="golden", days=2, **RULES)


if __name__ == "__main__":
    without_settings("tests.serving.make_golden_bundle", __doc__ or "")
    make(FOLDER)
