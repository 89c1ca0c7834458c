import pytest

from policies.containers import containers, log_group
from policies.properties import Record, UnusableError
from policies.resources import Resource

DIGEST = "sha256:" + "0" * 64


def container(**properties):
    task = Resource("aws:ecs/taskDefinition:TaskDefinition", "task", "task", {"containerDefinitions": [properties]})
    return next(containers(task))


def test_a_container_without_settings_is_as_open_as_ecs_makes_it():
    said = " ".join(container(name="a").openings())

    assert "privileged" not in said
    assert all(part in said for part in ("own files", "as root", "keeps rights"))


@pytest.mark.parametrize("user", ["root", "0", "0:10001", "10001:0", "app", ""])
def test_only_numbers_other_than_zero_are_surely_not_root(user):
    assert any("as root" in text for text in container(name="a", user=user).openings())


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (f"registry/portal@{DIGEST}", "registry/portal"),
        (f"registry/portal:1@{DIGEST}", "registry/portal:1"),
        ("registry/portal:1", None),
        (f"registry/portal@{DIGEST}0", None),
    ],
)
def test_a_repository_counts_only_with_a_digest(image, repository):
    assert container(name="a", image=image).repository == repository


def test_a_log_goes_to_a_group_or_nowhere():
    options = {"awslogs-group": "g", "awslogs-region": "r"}

    assert log_group(None, "r") is None
    assert log_group(Record({"logDriver": "awslogs"}), None) is None
    assert log_group(Record({"logDriver": "syslog", "options": options}), "r") is None
    assert log_group(Record({"logDriver": "awslogs", "options": options}), "r") == "g"
    assert log_group(Record({"logDriver": "awslogs", "options": options}), "s") is None
    assert log_group(Record({"logDriver": "awslogs", "options": {"awslogs-group": "g"}}), "r") is None
    assert log_group(Record({"logDriver": "awslogs", "options": {"awslogs-group": "g"}}), None) == "g"


def test_ports_and_addresses_are_told():
    told = [{"name": "QUEUE", "value": "arn:aws:sqs:r:1:q"}, {"name": "COLOUR", "value": "x"}]
    mappings = [{"name": "edge", "containerPort": 8443}, {"containerPort": 9}]

    assert list(container(name="a", environment=told).arns_in_environment()) == [("QUEUE", "arn:aws:sqs:r:1:q")]
    assert list(container(name="a", portMappings=mappings).ports()) == [("edge", 8443), (None, 9)]


def test_definitions_are_a_list():
    with pytest.raises(UnusableError):
        list(
            containers(Resource("aws:ecs/taskDefinition:TaskDefinition", "task", "task", {"containerDefinitions": {}}))
        )
