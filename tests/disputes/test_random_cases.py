"""On random valid cases every command ends with an answer or with a reason, never with a trace.

200 cases for the commands that answer at once, fewer for those that compute; the environment
variable NEGOTIATE_RANDOM_CASES asks for another number.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from negotiate.cli import main
from tests.disputes.generator import documents, text

CASES = int(os.environ.get("NEGOTIATE_RANDOM_CASES", "200"))

AT_ONCE = (
    ["check", "--json"],
    ["show"],
    ["show", "weight.*"],
    ["solve", "--game", "deal"],
    ["whatif"],
)
COMPUTED = (
    ["solve"],
    ["solve", "--game", "packages"],
    ["sweep", "--draws", "8"],
    [
        "robustness",
        "--draws",
        "20",
        "--metric",
        "bargaining.disagreement.party0",
        "--condition",
        "> 0",
    ],
    ["threshold", "weight.party0.issue0", "bargaining.disagreement.party0", "--condition", "> 0.3"],
    ["attribute", "--metric", "bargaining.disagreement.party0"],
)


def run(document, commands, folder, capsys):
    """Every command on the case, in this process; the file is named where one ends badly."""
    path = folder / "random.toml"
    path.write_text(text(document), encoding="utf-8")
    for name, *options in commands:
        code = main([name, str(path), *options])
        out, err = capsys.readouterr()
        said = f"negotiate {name} {' '.join(options)}\n{err}\n{text(document)}"
        assert code in (0, 2, 3), said
        assert "internal error" not in err and "Traceback" not in out + err, said
        assert out if code == 0 else err, said
        assert name != "check" or code == 0, said


def times(number):
    return settings(
        max_examples=max(1, number),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.slow
@times(CASES)
@given(document=documents())
def test_commands_that_answer_at_once(document, tmp_path, capsys):
    run(document, AT_ONCE, tmp_path, capsys)


@pytest.mark.slow
@times(CASES // 25)
@given(document=documents(principals=4, issues=5))
def test_commands_that_compute(document, tmp_path, capsys):
    run(document, COMPUTED, tmp_path, capsys)
