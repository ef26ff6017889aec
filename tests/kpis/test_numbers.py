from typing import Any

import pytest

from ccenv.kpis.numbers import as_text


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (None, {}, "n/a"),
        (float("nan"), {"decimals": 1}, "n/a"),
        (12.3456, {}, "12.35"),
        (999.96, {}, "1,000"),
        (1234.5, {}, "1,234"),
        (1.5e-7, {}, "0.00000015"),
        (-0.0, {}, "0"),
        (-3.0, {}, "-3"),
        (0.02345, {"digits": 3}, "0.0234"),
        (1234.56, {"decimals": 1}, "1,234.6"),
        (-0.04, {"decimals": 1, "sign": True}, "0.0"),
        (2.0, {"decimals": 1, "sign": True}, "+2.0"),
        (0.5, {"sign": True}, "+0.5"),
        (-2.0, {"minus": "\N{MINUS SIGN}"}, "\N{MINUS SIGN}2"),
    ],
)
def test_figures_as_text(value: float | None, options: dict[str, Any], text: str):
    assert as_text(value, **options) == text
