import pytest

from infra.aware.retention import Recoverable


@pytest.mark.parametrize("term", [30, 31, 56, 71, 72, 90, 365])
def test_everything_ends_within_the_deletion_policys_term(term: int):
    days = Recoverable.within(term)
    assert days.versions + days.deleted == term, "an older version is deleted, then stays deleted"
    assert days.database <= term


@pytest.mark.parametrize("term", [30, 31, 56, 71, 72, 90, 365])
def test_what_can_be_restored_is_still_there(term: int):
    days = Recoverable.within(term)
    assert 12 <= days.restorable < days.deleted <= 365
    assert days.restorable <= days.versions
    assert 7 <= days.database <= 35, "the bounds of PostgreSQL"


def test_a_longer_term_leaves_more():
    assert Recoverable.within(90) == Recoverable(restorable=30, deleted=35, versions=55, database=35)
    assert Recoverable.within(30) == Recoverable(restorable=12, deleted=17, versions=13, database=30)
