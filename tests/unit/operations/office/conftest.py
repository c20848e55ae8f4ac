import pytest
from tests.office_people import Office


@pytest.fixture
def office():
    return Office()
