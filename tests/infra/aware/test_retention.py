import pytest

from infra.aware.ingestion import KEPT_HOURS
from infra.aware.retention import Recoverable, last_removal_day
from infra.aware.vault import DELETED_KEYS_KEPT_DAYS
from infra.settings import SHORTEST_DELETION_POLICY_DAYS

TERMS = [90, 91, 120, 365]


@pytest.mark.parametrize("term", TERMS)
def test_a_messages_deletion_is_complete_within_the_deletion_policys_term(term: int):
    days = Recoverable.within(term)
    assert days.versions + days.deleted == term, "an older version is deleted, then stays deleted"
    assert days.database <= term


@pytest.mark.parametrize("term", TERMS)
def test_a_tenant_is_erased_within_the_deletion_policys_term(term: int):
    days = Recoverable.within(term)
    removed = last_removal_day(term)
    assert removed >= 0
    for clock in (days.keys, days.deleted, days.database, KEPT_HOURS / 24):
        assert removed + clock <= term, "the removal starts the clock"


def test_the_shortest_term_leaves_room_for_the_longest_clock():
    assert SHORTEST_DELETION_POLICY_DAYS["aware"] == DELETED_KEYS_KEPT_DAYS
    assert last_removal_day(90) == 0, "on the very day"
    assert last_removal_day(120) == 30


@pytest.mark.parametrize("term", TERMS)
def test_what_can_be_restored_is_still_there(term: int):
    days = Recoverable.within(term)
    assert 12 <= days.restorable < days.deleted <= 365
    assert days.restorable <= days.versions
    assert 7 <= days.database <= 35, "the bounds of PostgreSQL"


def test_a_longer_term_leaves_more():
    assert Recoverable.within(90) == Recoverable(restorable=30, deleted=35, versions=55, database=35, keys=90)
    assert Recoverable.within(120).versions == 85
