"""Write figures and pages of the case studies again from their result files: `python -m experiments.study.report`.

Words and drawings come from the declarations and from `words.py`; a change of them needs no new run. Raises an error if
a study has other cases than its result.
"""

from __future__ import annotations

from typing import Any

from ccenv.files.writing import write_atomic
from experiments.jobs.commands import without_settings
from experiments.jobs.files import ROOT
from experiments.jobs.parts import RESULTS
from experiments.study.command import FOLDER, INDEX, cases_of, results_in, write_study
from experiments.study.declared import Study
from experiments.study.page import index


def checked(study: Study, result: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a study.

    Raises:
        ValueError: If it has other cases or headlines than the declaration.
    """
    cases = [(each["role"], each["name"], each["values"]) for each in result["cases"]]
    headlines = {name for each in result["cases"] for name in each["headlines"]}
    if cases != [tuple(case) for case in cases_of(study)] or headlines != {each.name for each in study.headlines}:
        raise ValueError(
            f"{study.name}: declared otherwise than measured; run python -m experiments.study {study.name}"
        )
    return result


def main() -> None:
    """Write all pages whose result files exist."""
    without_settings("experiments.study.report", __doc__ or "")
    folder = ROOT / RESULTS / FOLDER
    results = [(study, checked(study, result)) for study, result in results_in(folder)]
    for study, result in results:
        write_study(study, result, folder)
    write_atomic(ROOT / RESULTS / INDEX, index(results))
    print(ROOT / RESULTS / INDEX)


if __name__ == "__main__":
    main()
