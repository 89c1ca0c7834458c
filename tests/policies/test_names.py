"""No table names a resource type, a property or an action that isn't there: it would allow or refuse nothing.

What the clouds have, their SDKs say, and for actions of AWS the data of the evaluator of policies; to load either would
take the pack longer than everything else that it does, so it is asked here and not when the pack starts. Every text of
every table is looked at, so that a new table is held to it, too.
"""

import json
import re
import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import botocore.session
import pytest

import infra
from hosting.mutation.sdk import shapes
from localcloud.schema import class_of, outputs_of
from policies.incidents import incidents
from policies.loading import FOLDER
from policies.properties import camel_case
from policies.rbac.directory import built_in_roles
from policies.tables import azure_roles, ignored_changes, jurisdictions, places, reviewed_types
from tests.policy_evaluation import installed_evaluator

# The SDKs warn of their own deprecated classes when they are imported.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TYPE = re.compile(r"((?:aws|azure-native|azuread):[\w/]+:\w+)(?:\.(\w+))?")
"""A type of the clouds, perhaps with one of its properties behind it."""

COMPONENT = re.compile(r"hosting:(\w+):(\w+)")

ACTION = re.compile(r"([a-z0-9-]+):([A-Z*][\w*?]*)")
"""An action of AWS, or a pattern of actions."""

ELSEWHERE = {"monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}
"""Services that call themselves otherwise in events than in AWS's SDK."""

OF_POLICIES = ("backup", "ecr", "kms", "s3", "secretsmanager", "sns", "sqs", "dynamodb")
"""The services meant by events that name none."""

NO_OPERATIONS = {
    *("DeleteAccountPublicAccessBlock", "PutAccountPublicAccessBlock"),
    *("DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
}
"""What S3 calls its operations on public access in events (Amazon S3 User Guide, "CloudTrail events")."""


def texts(content):
    if isinstance(content, dict):
        for name, each in content.items():
            yield name
            yield from texts(each)
    elif isinstance(content, list):
        for each in content:
            yield from texts(each)
    elif isinstance(content, str):
        yield content


WRITTEN = {
    (str(file.relative_to(FOLDER)), text)
    for file in FOLDER.rglob("*.toml")
    for text in texts(tomllib.loads(file.read_text("utf-8")))
}


def found(pattern):
    return [(file, match) for file, text in sorted(WRITTEN) if (match := pattern.fullmatch(text))]


def test_types_and_their_properties_exist():
    """A type has to be a reviewed one: by `types.toml` the pack knows of it."""
    reviewed = {*reviewed_types().judged, *reviewed_types().unjudged, *reviewed_types().refused}
    named = found(TYPE)

    assert {file for file, _ in named} >= {"types.toml", "properties.toml", "principals.toml", "network/reach.toml"}
    assert [
        (file, match[0])
        for file, match in named
        if match[1] not in reviewed or not shapes(match[1], (camel_case(match[2]),) if match[2] else ())
    ] == []


def test_components_exist():
    source = {file: file.read_text("utf-8") for file in Path(infra.__file__).parent.rglob("*.py")}
    named = found(COMPONENT)

    assert {file for file, _ in named} >= {"principals.toml", "network/reach.toml", "azure_roles.toml"}
    assert [
        (file, match[0])
        for file, match in named
        if not any(f'"{match[0]}"' in text for text in source.values())
        and not any(f"class {match[2]}(" in text and path.parent.name == match[1] for path, text in source.items())
    ] == []


def test_ignored_changes_are_of_properties_that_exist():
    wrong = [(kind, name) for kind, names in ignored_changes().items() for name in names if not shapes(kind, (name,))]

    assert wrong == []


def test_names_of_places_are_properties_that_exist():
    wrong = [
        (kind, name)
        for kind, place in places().items()
        for name in place.names
        if not shapes(kind, (name,)) and name not in _outputs(kind)
    ]

    assert wrong == []


def _outputs(kind):
    _, module, name = kind.split(":")
    return outputs_of(class_of(kind, f"pulumi_azure_native.{module}", name))


@pytest.fixture(scope="module")
def actions():
    """The actions of AWS, by service."""
    folder = installed_evaluator() / "node_modules" / "@cloud-copilot" / "iam-data" / "data" / "actions"
    known = {
        file.stem: {each["name"] for each in json.loads(file.read_text()).values()} for file in folder.glob("*.json")
    }
    assert len(known) > 300
    return known


def test_actions_of_aws_exist(actions):
    named = found(ACTION)

    assert {file for file, _ in named} >= {"effects.toml", "principals.toml"}
    assert [
        (file, match[0])
        for file, match in named
        if not any(fnmatchcase(name, match[2]) for name in actions.get(match[1], ()))
    ] == []


def test_events_of_aws_are_of_operations_that_exist():
    session = botocore.session.get_session()
    operations = cache(lambda service: frozenset(session.get_service_model(service).operation_names))
    events = [
        (event.get("eventSource", "").removesuffix(".amazonaws.com"), event["eventName"])
        for incident in incidents().values()
        for event in incident.told({})
        if event.get("eventType") == "AwsApiCall" or event.get("eventCategory") == "Data"
    ]
    wrong = [
        (source, name)
        for source, name in events
        if name not in NO_OPERATIONS
        and not any(name in operations(each) for each in ([ELSEWHERE.get(source, source)] if source else OF_POLICIES))
    ]

    assert len(events) > 50
    assert wrong == []


def test_regions_of_aws_exist():
    known = {*botocore.session.get_session().get_available_regions("ec2")}

    assert sorted({region for regions in jurisdictions().aws.values() for region in regions} - known) == []


def test_built_in_roles_are_the_same_in_both_tables():
    """A misspelt id would be of a role about which proofs know nothing."""
    known = {identity: role.name for identity, (role,) in built_in_roles().items()}

    assert known.items() <= {role.id: name for name, role in azure_roles().built_in.items()}.items()
