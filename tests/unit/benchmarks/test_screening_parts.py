"""The bound that the product is held against reads the same files, and judges everybody in them."""

import json

from screening_parts import engine
from work import AS_OF

from equipoise.synthetic.population import write_population


def test_the_engine_alone_judges_everybody_who_has_a_number(tmp_path):
    write_population(tmp_path, n=5, seed=1, as_of=AS_OF, filler=0, has_truth=False)
    files = list((tmp_path / "records").iterdir())
    found = engine(tmp_path)
    assert found["bytes"] == sum(path.stat().st_size for path in files)
    assert min(found["read_s"], found["judge_s"]) > 0
    measured = (json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines())
    with_numbers = {each["subject"]["reference"] for each in measured if "value" in each.get("valueQuantity", {})}
    assert found["patients"] == len(with_numbers) > 1
