import json
from pathlib import Path

import numpy as np
import pytest

from experiments.jobs.files import to_csv, to_json, write_atomic


def test_write_leaves_the_old_file_when_the_content_cannot_be_written(tmp_path: Path):
    path = tmp_path / "result.json"
    write_atomic(path, "old")

    with pytest.raises(TypeError):
        write_atomic(path, 3)  # type: ignore[arg-type]

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["result.json"]


def test_write_makes_the_folders(tmp_path: Path):
    write_atomic(tmp_path / "a" / "b" / "result.txt", "text")

    assert (tmp_path / "a" / "b" / "result.txt").read_text() == "text"


def test_json_gives_the_content_back():
    value = {"long": list(range(100)), "nested": {"none": None, "text": "x" * 200, "empty": []}, "number": 1 / 3}

    assert json.loads(to_json(value)) == value


def test_json_takes_numpy_numbers_and_refuses_nan():
    assert to_json({"n": np.int64(3), "x": np.array([1.5])}) == '{"n": 3, "x": [1.5]}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"x": float("nan")})


def test_csv_quotes_commas_and_leaves_missing_values_empty():
    text = to_csv(["name", "x"], [{"name": "max0(k=1, c=2)", "x": 1 / 3}, {"name": "fifo", "x": None}])

    assert text == 'name,x\n"max0(k=1, c=2)",0.3333333333\nfifo,\n'
