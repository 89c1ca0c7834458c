"""The commands that pages tell people to type on a bad day are commands of AWS: names, options, values and answers are
held against the descriptions of its services from which AWS's own command line is made (botocore).
"""

import json
import re
import subprocess
import textwrap
from pathlib import Path

import botocore.session
import jmespath
import pytest
from botocore import xform_name

from tests.shell_commands import Command, aws_commands

ROOT = Path(__file__).parents[2]
PAGES = {
    str(file.relative_to(ROOT)): list(aws_commands(file.read_text()))
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
}
COMMANDS = [
    pytest.param(command, id=f"{page}: {command.service} {command.operation} {number}")
    for page, commands in PAGES.items()
    for number, command in enumerate(commands)
    if (command.service, command.operation) != ("sso", "login")  # of the command line itself, no operation of AWS
]
BLOCKS = [
    pytest.param(block, id=f"{page} {number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^ *```sh\n(.*?)^ *```$", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)
    )
]
NAMES = {"s3api": "s3"}
"""Services that the command line calls otherwise than botocore."""
EVERYWHERE = {"region", "query", "output", "profile"}
OF_LISTS = {"max-items", "page-size", "starting-token"}
SESSION = botocore.session.get_session()


def the_operation(command):
    service = SESSION.get_service_model(NAMES.get(command.service, command.service))
    operations = {xform_name(name, "-"): name for name in service.operation_names}
    assert command.operation in operations, f"{command.service} has no operation {command.operation}"
    return service.operation_model(operations[command.operation])


def is_list(command, operation):
    pages = SESSION.get_paginator_model(NAMES.get(command.service, command.service))._paginator_config
    return operation.name in pages


def is_known(value):
    return "$" not in value and "ANSWER" not in value


def wrong_values(shape, values):  # noqa: PLR0911  one answer a type
    """What the option can't take, of the values that are known before the command runs."""
    match shape.type_name:
        case "boolean":
            return list(values)
        case "list":
            return [wrong for value in values for wrong in wrong_values(shape.member, [value])]
        case "structure":
            fields = [field.partition("=") for value in values for field in value.split(",")]
            return [
                "".join(field)
                for field in fields
                if field[0] not in shape.members or wrong_values(shape.members[field[0]], [field[2]])
            ]
        case "map":
            return [value for value in values if not isinstance(json.loads(value), dict)]
        case _ if len(values) != 1:
            return list(values) or ["nothing"]
        case "string":
            return [value for value in values if shape.enum and is_known(value) and value not in shape.enum]
        case "integer" | "long":
            return [value for value in values if is_known(value) and not value.isdigit()]
        case _:
            return []


def shape_of(node, shape):  # noqa: PLR0911, PLR0912  one answer a kind of node
    """The shape of what a query (JMESPath, as it is parsed) takes from an answer; None where it makes something new.

    Raises AssertionError for a name that the answer doesn't have.
    """
    children = node["children"]
    match node["type"]:
        case "field":
            assert node["value"] in getattr(shape, "members", {}), f"no {node['value']} in {shape}"
            return shape.members[node["value"]]
        case "subexpression" | "index_expression" | "pipe":
            for child in children:
                shape = shape_of(child, shape)
            return shape
        case "projection" | "filter_projection":
            projected = shape_of(children[0], shape).member
            if node["type"] == "filter_projection":
                shape_of(children[2], projected)
            shape_of(children[1], projected)
            return None
        case "index" | "slice":
            return shape.member
        case "flatten":
            return shape_of(children[0], shape)
        case "identity" | "current":
            return shape
        case "function_expression":
            first = [shape_of(child, shape) for child in children if child["type"] != "expref"]
            for child in children:
                if child["type"] == "expref":
                    shape_of(child["children"][0], first[0].member)
            return first[0]
        case "literal":
            return None
        case "or_expression" | "comparator" | "multi_select_list":
            for child in children:
                shape_of(child, shape)
            return None
        case other:
            raise AssertionError(f"queries with {other} aren't read here")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_operation_takes_the_options(command):
    operation = the_operation(command)
    members = operation.input_shape.members if operation.input_shape else {}
    takes = {xform_name(name, "-"): shape for name, shape in members.items()}
    takes |= {f"no-{name}": shape for name, shape in takes.items() if shape.type_name == "boolean"}
    others = EVERYWHERE | (OF_LISTS if is_list(command, operation) else set())

    assert set(command.options) - others <= set(takes)
    assert {xform_name(name, "-") for name in operation.input_shape.required_members} <= set(command.options)
    for name, values in command.options.items():
        if name in takes and name not in others:
            assert wrong_values(takes[name], values) == [], name
        else:
            assert len(values) == 1, name


@pytest.mark.parametrize("command", COMMANDS)
def test_the_answer_holds_what_is_asked_for(command):
    if "query" in command.options:
        shape_of(jmespath.compile(command.options["query"][0]).parsed, the_operation(command).output_shape)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_commands_can_be_read_by_a_shell(block):
    read = subprocess.run(["bash", "-n"], input=textwrap.dedent(block), capture_output=True, text=True, check=False)

    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("page", ["docs/runbooks/cloud-integrated-failover.md", "docs/real-clouds.md"])
def test_no_command_is_overlooked(page):
    """As many are read as the page has, so that none is skipped for the form in which it stands."""
    assert len(PAGES[page]) == len(re.findall(r"\baws [a-z0-9-]+ [a-z]+[a-z0-9-]*", (ROOT / page).read_text())) > 0


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("aws kms describe-keys --key-id a", "no operation describe-keys"),
        ("aws kms describe-key", "key-id"),
        ("aws kms describe-key --key a", "key"),
        ("aws kms describe-key --key-id a --max-items 1", "max-items"),
        ("aws cloudwatch describe-alarms --state-value FINE", "state-value"),
        ("aws ecs update-service --service a --desired-count three", "desired-count"),
        ("aws backup start-restore-job --recovery-point-arn a --metadata a", "Expecting value"),
    ],
)
def test_a_wrong_command_is_found(line, wrong):
    (command,) = aws_commands(f"`{line}`")

    with pytest.raises((AssertionError, ValueError), match=wrong):
        test_the_operation_takes_the_options(command)


@pytest.mark.parametrize(
    "query",
    [
        "KeyMetadatas.Arn",
        "KeyMetadata.ARN",
        "KeyMetadata.MultiRegionConfiguration.ReplicaKeys[].Arm",
        "KeyMetadata.MultiRegionConfiguration.ReplicaKeys[?Region=='a'].Arm",
        "sort_by(KeyMetadata.MultiRegionConfiguration.ReplicaKeys,&Arm)[0]",
    ],
)
def test_a_wrong_query_is_found(query):
    with pytest.raises(AssertionError, match="no "):
        test_the_answer_holds_what_is_asked_for(Command("", "kms", "describe-key", {"query": (query,)}))
