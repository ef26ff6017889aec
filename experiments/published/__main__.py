"""Meet published problems: printed and re-computed results of others against those of ccenv.

    python -m experiments.published
    python -m experiments.published rows=[MMC,CallCenter] share=0.1

Writes `published.json` and the page `published.md` into `experiments/results`; with some of the rows or on fewer runs,
into `outputs/published`. Finished cells are kept there, so an interrupted run continues. Exits with code 1 if a row is
outside its interval and no other row isolates the difference, or if a league misses its bar.

    python -m experiments.published only=[MMC,parallel_13x9]

computes some rows and leagues anew and keeps the others of the result file.

    python -m experiments.published search=[parallel_13x9]

searches the order of classes that a league runs, and writes it into `experiments/published/searched.json`. The same
seed gives the same order; an interrupted search continues.

    python -m experiments.published learn=[parallel_13x9,parallel_13x9_variant,single_pool_17]

runs learners from the best rule of the league of each problem, and adds their table to the results and the page.
Finished replicates are kept.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.published.command import learn, measure, results_folder, write
from experiments.published.compare import failures
from experiments.published.league import missed
from experiments.published.search import search_all
from experiments.published.settings import Settings, register

register()


def run(settings: Settings) -> int:
    """Measure, write the results and print the failures; return the exit code."""
    result = measure(settings)
    print(f"{write(result, results_folder(settings))}: {len(result['rows'])} rows")
    wrong = [*failures(result["rows"]), *missed(result["leagues"])]
    print("".join(f"{line}\n" for line in wrong), end="", file=sys.stderr)
    return 1 if wrong else 0


@with_settings("published")
def main(config: DictConfig) -> None:
    """Run the command."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    if settings.search:
        print(search_all(settings, " ".join(["python -m experiments.published", *sys.argv[1:]])))
        return
    if settings.learn:
        print(learn(settings, " ".join(["python -m experiments.published", *sys.argv[1:]])))
        return
    sys.exit(run(settings))


if __name__ == "__main__":
    main()
