from pathlib import Path

from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.evaluate import evaluate, summarise
from experiments.jobs.config import register, settings_of
from experiments.jobs.jobs import job_of
from experiments.jobs.kinds import EVALUATION
from experiments.jobs.provenance import versions
from tests.experiments.test_config import composed

register()


def test_summary_says_what_was_evaluated_on_which_days_and_by_which_versions(tmp_path: Path):
    given = ("scenario=tiny", "scenario.set.trunks=9", "evaluation=quick", "evaluation.days=3", f"dir={tmp_path}")
    with job_of(settings_of(composed(*given)), "evaluate", EVALUATION) as job:
        table = evaluate(job)
        found = summarise(job, table)

    tiny = load_scenario("tiny", trunks=9)
    days = seeds("evaluation", 3)
    given_scenario = {"name": "tiny", "variant": None, "set": {"trunks": 9}, "reserves": None}
    assert found["scenario"] == {**given_scenario, "digest": tiny.digest}
    assert found["policy"]["rules"]["routing"]["name"] == tiny.centre.rules.routing.name
    assert (found["days"], found["versions"]) == (3, versions())
    assert found["seeds"] == {"purpose": "evaluation", "first": days[0], "last": days[-1]}
    assert found["kpis"]["abandonment"] == list(simulate(tiny, seeds=days).summary()["abandonment"])
    assert found["kpis"]["blocking"] is not None
