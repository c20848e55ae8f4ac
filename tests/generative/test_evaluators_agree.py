"""Two evaluators, one meaning: on random rules over random records they agree in truth, basis, causes, evidence, needs.

A seed names a batch. The reach test holds the generator: what the fixed seeds never reach, they do not test.
"""

from collections import Counter

import pytest

from equipoise.criteria.nodes import (
    Age,
    Answers,
    AnyRecorded,
    AtLeast,
    CockcroftGault,
    Comparison,
    Constant,
    Count,
    DateWithin,
    Exists,
    FirstRecorded,
    Not,
    Operator,
    Pick,
    Reading,
    Relative,
    Sex,
    Share,
    Value,
    WindowUnit,
)
from equipoise.criteria.truth import Basis, Cause, Truth
from tests.generative.harness import Batch, run_batch

SHORT = (19, 20, 21, 22)
N_RULES, N_PATIENTS = 20, 50
LONG = range(100, 125)
LONG_N_RULES, LONG_N_PATIENTS = 40, 100
MAX_SHOWN = 5
ATOMS = (Age, Sex, Exists, Value, Count, Share, CockcroftGault)
COMBINATORS = (Not, AtLeast, FirstRecorded, AnyRecorded, Reading)


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batches")
    return {seed: run_batch(seed, folder / str(seed), n_rules=N_RULES, n_patients=N_PATIENTS) for seed in SHORT}


def differences(batch: Batch) -> str:
    return f"{len(batch.differences)} of {batch.n_pairs} differ\n" + "\n".join(batch.differences[:MAX_SHOWN])


@pytest.mark.parametrize("seed", SHORT)
def test_two_evaluators_agree(batches, seed):
    assert batches[seed].differences == [], differences(batches[seed])


def test_four_thousand_pairs_were_compared(batches):
    assert sum(batch.n_pairs for batch in batches.values()) == 4000


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG)
def test_two_evaluators_agree_on_many(tmp_path, seed):
    """25 batches of 4,000 pairs: 100,000 together."""
    batch = run_batch(seed, tmp_path, n_rules=LONG_N_RULES, n_patients=LONG_N_PATIENTS)
    assert batch.n_pairs == 4000
    assert batch.differences == [], differences(batch)


def wanted() -> list[str]:
    """Every node, pick, operator, option, cause, basis and truth; and each truth for each kind of atom."""
    words = [kind.__name__ for kind in (*ATOMS, *COMBINATORS, Constant)]
    words += [f"pick {pick}" for pick in Pick]
    words += [f"{kind} {operator}" for kind in ("Value", "Age", "Count", "Share") for operator in Operator]
    words += [f"test {kind.__name__}" for kind in (Comparison, Answers, DateWithin)]
    words += [f"relative {each}" for each in (None, *Relative)] + ["as reported"]
    words += [f"Value {option}" for option in ("methods", "is_fasting", "site", "not_older_than")]
    words += [f"Exists {option}" for option in ("before", "site", "orders_count")]
    words += [f"window {unit}" for unit in WindowUnit]
    words += ["anchor cycle-1", "anchor as_of", "strict True", "strict False"]
    words += [str(truth) for truth in Truth] + [basis.word for basis in Basis] + [str(cause) for cause in Cause]
    words += [f"{kind.__name__} {truth}" for kind in ATOMS for truth in Truth]
    words += [f"Exists {word}" for word in ("recorded", "attested", "assumed-from-absence", "table-not-supplied")]
    words += [f"Count {word}" for word in ("recorded", "attested", "assumed-from-absence", "table-not-supplied")]
    words += [f"Value {word}" for word in ("recorded", "attested", "no-reference-range", "unsuitable-method")]
    words += ["CockcroftGault derived", "CockcroftGault attested", "CockcroftGault overlap", "CockcroftGault conflict"]
    words += wanted_of_assessments()
    return [*words, "Exists conflict", "Value conflict", "Share conflict", "Share too-old"]


def wanted_of_assessments() -> list[str]:
    """Every assessment that the generator draws, each truth for it, its options, its own ways to be open."""
    names = ("bmi", "body-surface", "creatinine-clearance", "change", "grade", "response", "dose")
    words = [f"assessment {name}" for name in names]
    words += [f"{name} {truth}" for name in names for truth in Truth] + [f"{name} derived" for name in names]
    words += ["change bmi", "change creatinine-clearance", "change weight actual", "change partial-date"]
    words += ["grade attested", "change from baseline", "grade from baseline", "response from baseline"]
    words += ["grade pick worst", "grade ctcae 4.03", "grade ctcae 5.0", "grade needs-person", "grade conflict"]
    words += [
        "grade no-reference-range",
        "grade no-unit",
        "grade partial-date",
        "grade unmapped-code",
        "change too-old",
    ]
    words += ["response best", "response latest", "response confirmation required", "response never-measured"]
    words += ["response until partial-hepatectomy", "dose quantity bed", "dose quantity absorbed-dose"]
    return [*words, "dose never-measured", "bmi overlap", "bmi no-unit", "creatinine-clearance needs-person"]


def test_fixed_seeds_reach_every_node_option_and_outcome(batches):
    reached = sum((batch.reached for batch in batches.values()), Counter())
    assert [word for word in wanted() if not reached[word]] == []
