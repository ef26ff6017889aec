from experiments.jobs.files import to_csv


def test_csv_quotes_commas_and_leaves_missing_values_empty():
    text = to_csv(["name", "x"], [{"name": "max0(k=1, c=2)", "x": 1 / 3}, {"name": "fifo", "x": None}])

    assert text == 'name,x\n"max0(k=1, c=2)",0.3333333333\nfifo,\n'
