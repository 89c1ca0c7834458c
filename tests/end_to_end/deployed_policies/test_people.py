"""People: what is asked of the declared policies, asked of the deployed ones."""

from tests.infra.cloud_integrated.evaluation.test_people import *  # noqa: F403  # the same cases, all of them


def test_nobody_is_a_user_of_the_account(deployed):
    iam = deployed("ci-us").client("iam")

    assert (iam.list_users()["Users"], iam.list_groups()["Groups"]) == ([], [])
