import re

import pytest
from pydantic import ValidationError

from policies.principals import Delivery, Principals, principals
from policies.properties import camel_case
from policies.rules.aws.lent_roles import LENT
from policies.tables import paths as paths_of_services
from policies.tables import reviewed_properties

REASON = "for a test, in which nobody works"
ROLE = {"room": "hosting:cloud_integrated:Access", "service": "s3.amazonaws.com", "reason": REASON}


def table(**roles):
    names = ("azure", "deliveries", "keys", "queues", "services", "tables")
    others: dict[str, dict[str, object]] = {name: {} for name in names}
    return Principals.model_validate({"aws": roles, "aws-account": {"reason": REASON}, **others})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"service": None}, "taken on by one"),
        ({"people": "signed-in"}, "taken on by one"),
        ({"session": True}, "taken on by one"),
        (
            {"service": None, "people": "emergency", "lent_as": "aws:lambda/function:Function.role"},
            "lent by a property",
        ),
        ({"lent_to": ["portal"]}, "lent by a property"),
        ({"people": "anybody"}, "signed-in"),
        ({"service": None, "session": True}, "has to stand in the tags"),
        ({"tags": ["nobody"]}, "has to stand in the tags"),
        ({"passes": ["nobody"]}, "names nobody, which is no role of the table"),
    ],
)
def test_a_role_without_one_way_in_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        table(role=ROLE | change)


def test_two_roles_are_not_lent_to_one():
    role = ROLE | {"lent_as": "aws:lambda/function:Function.role", "lent_to": ["rotation"]}

    assert table(role=role).aws
    with pytest.raises(ValidationError, match="two roles are lent to one"):
        table(role=role, other=role)


@pytest.mark.parametrize("half", [{"source": "aws:cloudtrail/trail:Trail"}, {"named": "trail/{}"}])
def test_a_source_of_deliveries_is_known_by_its_arn(half):
    with pytest.raises(ValidationError, match="set source and named"):
        Delivery.model_validate({"service": "cloudtrail.amazonaws.com", "reason": REASON, **half})


def test_roles_that_use_a_table_are_of_the_table():
    used = {role for table in principals().tables.values() for role in table.used_by}

    assert used <= principals().aws.keys()


def test_services_that_call_others_are_services():
    """They are those that answer customers; the migration calls none."""
    services = {name for name, called in principals().services.items() for name in (name, *called.called_by)}

    assert services == paths_of_services().azure.keys()


def paths(settable):
    for name, below in settable.items():
        yield name
        if isinstance(below, dict):
            yield from (f"{name}.{rest}" for rest in paths(below))


def test_whatever_comes_by_a_role_is_held_to_its_own():
    """But for the recorder, which has a role of AWS's own making, and a role's policy, which isn't a workload."""
    comes_by_one = {
        f"{kind}.{path.partition('.')[0]}"
        for kind, settable in reviewed_properties().items()
        if kind.startswith("aws:") and kind not in ("aws:cfg/recorder:Recorder", "aws:iam/rolePolicy:RolePolicy")
        for path in paths(settable)
        if re.search(r"(^|\.|[a-z])([rR]ole|[rR]oleArn)$", path)
    }
    lent = {f"{kind}.{name}" for kind, properties in LENT.items() for name in properties}

    assert {f"{kind}.{camel_case(name)}" for kind, name in (place.split(".") for place in lent)} == comes_by_one
    assert {role.lent_as for role in principals().aws.values() if role.lent_as} == lent
