"""The benchmark's job: all replicates of all centres, shared among the processes, and the centres judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ccenv.scenarios import Scenario
from experiments.headline.command import rules_of
from experiments.headline.declared import P2
from experiments.headline.replicate import START, seconds_of, summary
from experiments.headline.section import Policy, Rules
from experiments.jobs.cells import run_once
from experiments.jobs.files import read_json
from experiments.jobs.jobs import Job
from experiments.pipeline.evaluation import Pair
from experiments.showcase import opponents
from experiments.showcase.centre import judged
from experiments.showcase.replicate import Replicate, is_done, make, started
from experiments.showcase.settings import Settings, learners_of, showcases_of
from experiments.tuning.choice import file_name


class Centre(NamedTuple):
    """A centre of the benchmark.

    Attributes:
        name: Name in the report.
        scenario: The centre.
        frozen: Published result of its opponents; None: they are tuned in this run.
        is_main: Whether it is the centre of the benchmark's other tables, and no showcase.
    """

    name: str
    scenario: Scenario
    frozen: dict[str, Any] | None
    is_main: bool

    @property
    def stage(self) -> str:
        """Name of the stage that judges it."""
        return f"centre-{file_name(self.name, None)}"


def centres_of(job: Job, settings: Settings) -> list[Centre]:
    """Return the benchmark's own centre, and then the showcases that are another."""
    own = job.scenario
    name = own.name if settings.scenario.variant is None else f"{own.name}:{settings.scenario.variant}"
    others = [
        Centre(name, scenario, opponents.frozen(scenario, name), False)
        for name, scenario in showcases_of(settings).items()
        if scenario.digest != own.digest
    ]
    return [Centre(name, own, opponents.frozen(own, name), True), *others]


def replicates_of(job: Job, settings: Settings, centre: Centre) -> list[Replicate]:
    """Return the replicates of a centre, by learner and seed; the first of the benchmark's centre is described."""
    found = []
    for row in learners_of(settings):
        for seed in range(settings.replication.seeds):
            described = centre.is_main and row == settings.learner.name and seed == 0
            name = "-".join([centre.stage, *row.split(":"), str(seed)])
            folder = job.stages.folder if described else job.stages.work / "replicates" / name
            start = job.stages.work / "starts" / f"{centre.stage}-{seed}.json"
            found.append(Replicate(row, seed, start, folder, described))
    return found


def is_single(settings: Settings) -> bool:
    """Return whether the policy described is a single training from the rules that the benchmark has tuned."""
    return settings.replication.seeds == 1


def trained(job: Job, settings: Settings, centres: Sequence[Centre]) -> None:
    """Run the unfinished replicates of all centres, and tune the opponents that are not frozen.

    All learners of a master seed start from the same rules, which are tuned first. A single training is not among the
    replicates: `experiments.pipeline.learned` makes it.
    """
    starts: dict[Path, tuple[Any, ...]] = {}
    tasks: list[tuple[Any, ...]] = []
    for centre in centres:
        if centre.frozen is None and not centre.is_main:
            files = {rung: _opponent_file(job.stages.folder, centre, rung) for rung in opponents.RUNGS}
            tasks += [
                (_tuned, file, centre.scenario, rung, settings.replication.opponents_cpu_s)
                for rung, file in files.items()
                if not file.exists()
            ]
        for each in replicates_of(job, settings, centre):
            if not is_done(each) and not (each.described and is_single(settings)):
                starts[each.start] = (_started, each.start, settings, centre.scenario, each.seed)
                tasks.append((make, settings, centre.scenario, each, job.stages.digest))
    if tasks:
        # Those beside the first learner come first: they take longer, so the processes end at about the same time.
        tasks.sort(key=lambda task: task[0] is make and task[3].row == settings.learner.name)
        (job.stages.folder / "results" / "replicates.json").unlink(missing_ok=True)
        job.stages.run(
            "replicates", lambda: _run(job, [each for file, each in starts.items() if not file.exists()], tasks)
        )


def _run(job: Job, starts: Sequence[tuple[Any, ...]], tasks: Sequence[tuple[Any, ...]]) -> int:
    job.workers.map(_called, starts, "starts")
    return len(job.workers.map(_called, tasks, "replicates"))


def _called(function: Any, *arguments: Any) -> None:
    function(*arguments)


def _started(file: Path, settings: Settings, scenario: Scenario, seed: int) -> None:
    run_once(file, lambda: started(settings, scenario, seed))


def _tuned(file: Path, scenario: Scenario, rung: str, cpu_s: float) -> None:
    run_once(file, lambda: opponents.tune(scenario, rung, cpu_s))


def _opponent_file(folder: Path, centre: Centre, rung: str) -> Path:
    return folder / "results" / f"opponent-{file_name(centre.name, None)}-{rung}.json"


def judged_centre(job: Job, settings: Settings, centre: Centre, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Judge the policies of a centre beside its opponents.

    Args:
        job: The job, all of whose trainings are finished.
        settings: Its settings.
        centre: The centre.
        tuning: Result of the benchmark's tuning, whose best pair is the opponent of its own centre if none is frozen.
    """
    policies = []
    for each in replicates_of(job, settings, centre):
        if each.described and is_single(settings):
            start, start_s = job.stages.result("tuning"), seconds_of(each.folder, "tuning")
        else:
            start = read_json(each.folder / "results" / "start.json")
            start_s = start["cpu_s"]
        found = summary(centre.scenario, each.folder, start_s, start["warm_start"], START)
        policies.append(Policy(each.row, each.seed, each.folder / "bundle", found))
    rules = _rules(job, centre, tuning)
    return {
        "name": centre.name,
        "is_main": centre.is_main,
        "seeds": settings.replication.seeds,
        **judged(job, centre.scenario, rules, policies, centre.frozen, settings.replication),
    }


def _rules(job: Job, centre: Centre, tuning: Mapping[str, Any]) -> dict[str, Rules]:
    if centre.frozen is not None:
        return rules_of(centre.scenario, centre.frozen)
    if centre.is_main:
        cpu_s = read_json(job.stages.folder / "timings" / "tuning.json")["cpu_s"]
        return opponents.tuned_rules(centre.scenario, {P2: {"pair": tuning["best"], "cpu_s": cpu_s}})
    files = {rung: _opponent_file(job.stages.folder, centre, rung) for rung in opponents.RUNGS}
    return opponents.tuned_rules(centre.scenario, {rung: read_json(file) for rung, file in files.items()})


def with_start(job: Job, settings: Settings, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tuning with the rules from which the policy described has started."""
    if is_single(settings):
        return dict(tuning)
    return {**tuning, "warm_start": job.stages.result("start")["warm_start"]}


def opponent_of(job: Job, centre: Centre, tuning: Mapping[str, Any]) -> Pair:
    """Return the pair of rules over which a learner at a centre wins or not."""
    return _rules(job, centre, tuning)[P2].pair
