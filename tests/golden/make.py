"""Write the golden rollouts again: `make golden`.

A change of what an environment does comes with new rollouts, in a commit of its own and with a line in the CHANGELOG
that says why.
"""

from experiments.jobs.commands import without_settings
from tests.golden.rollout import IDS, SCENARIOS, as_text, path_of, rollout

if __name__ == "__main__":
    without_settings("tests.golden.make", __doc__ or "")
    for env_id in IDS:
        for scenario in SCENARIOS:
            path_of(env_id, scenario).write_text(as_text(rollout(env_id, scenario)), encoding="utf-8")
            print(f"written: {path_of(env_id, scenario).name}")
