import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.analyzer_pb2 import (
    AnalyzeRequest,
    AnalyzerProviderResource,
    AnalyzerResource,
    AnalyzerResourceOptions,
)

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, canonical_type
from policies.terms import Terms

SERVICE = "hosting:aware:Aware"
TENANT = "hosting:infra:Tenant"
KEY = "aws:kms/key:Key"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def resource(name, kind=KEY, **options):
    properties = options.pop("properties", {})
    return Resource(kind, name, name, properties, **options)


def test_an_api_version_is_no_part_of_the_type():
    assert canonical_type("azure-native:network/v20230601:SecurityRule") == "azure-native:network:SecurityRule"
    assert canonical_type("azure-native:network/v20230601preview:SecurityRule") == "azure-native:network:SecurityRule"
    assert canonical_type("aws:ec2/vpc:Vpc") == "aws:ec2/vpc:Vpc"


def test_the_tenant_is_the_next_component_above():
    service, tenant = resource("service", SERVICE), resource("acme", TENANT, parent_urn="service")
    bucket = resource("bucket", "hosting:cloud_integrated:Bucket", parent_urn="acme")
    deep, shared = resource("deep", parent_urn="bucket"), resource("shared", parent_urn="service")
    stack = Stack([service, tenant, bucket, deep, shared])

    assert stack.tenant(deep) == "acme"
    assert stack.tenant(shared) is None
    assert stack.tenant_component(deep) is tenant


def test_a_stack_is_the_same_in_whatever_order_the_engine_shows_it():
    one, other = resource("one"), resource("other")

    assert [Stack(shown).resources for shown in ([one, other], [other, one])] == [[one, other]] * 2
    assert Stack([other, one]).of_type(KEY) == [one, other]


def test_references_hold_by_value_and_before_that_by_dependency():
    target = resource("target")
    known = resource("known", properties={"arn": "a"})
    by_dependency = resource("one", properties={"kmsKeyId": UNKNOWN}, depends_on={"kmsKeyId": ["target"]})
    by_value = resource("two", properties={"kmsKeyId": "a"}, depends_on={"kmsKeyId": ["target"]})
    hidden = resource("three", properties={"kmsKeyId": UNKNOWN})
    stack = Stack([target, known, by_dependency, by_value, hidden])

    assert stack.refers_to(by_dependency, "kms_key_id", target, "arn")
    assert not stack.refers_to(by_dependency, "kms_key_id", known, "arn")
    assert stack.refers_to(by_value, "kms_key_id", known, "arn")
    assert stack.refers_to(by_value, "kms_key_id", target, "arn")
    with pytest.raises(UndeterminedError):
        stack.refers_to(hidden, "kms_key_id", known, "arn")
    assert stack.sources(by_value, "kms_key_id") == [target]
    assert stack.users(target) == [by_dependency, by_value]


def test_what_turned_out_empty_has_no_sources_whatever_it_was_computed_from():
    target = resource("target")
    came_to_nothing = resource(
        "empty", properties={"keyIds": []}, depends_on={"keyIds": ("target",), "tags": ("target",)}
    )
    stack = Stack([target, came_to_nothing])

    assert stack.sources(came_to_nothing, "key_ids", "tags") == []
    assert stack.sources(came_to_nothing) == [target]
    assert stack.dependencies(came_to_nothing, "key_ids") == [target]


@pytest.mark.parametrize(
    ("configured", "recorded", "known"),
    [("us", "us", "us"), (None, "uk", "uk"), ("uk", None, "uk"), (None, None, None), ("us", "uk", None)],
)
def test_the_jurisdiction_is_configured_recorded_or_not_known(configured, recorded, known):
    properties = {"jurisdiction": recorded} if recorded else {}
    stack = Stack([resource("service", SERVICE, properties=properties)], Terms(jurisdiction=configured))

    if known is None:
        with pytest.raises(UndeterminedError):
            _ = stack.jurisdiction
    else:
        assert stack.jurisdiction == known


def test_the_regions_are_those_of_the_resources_in_aws():
    first, hidden = resource("first", properties={"region": "us-east-1"}), resource("x", properties={"region": UNKNOWN})
    other = resource("other", "azure-native:keyvault:Vault", properties={"region": "eastus"})

    assert Stack([first, hidden, other, resource("bare")]).regions() == {"us-east-1"}


def test_what_is_derived_from_a_stack_is_derived_once():
    made = []
    stack = Stack([])

    def graph(found):
        made.append(found)
        return "graph"

    assert [stack.derived(graph), stack.derived(graph)] == ["graph", "graph"]
    assert made == [stack]


def test_what_a_property_means_is_found_by_value_and_before_that_by_dependency():
    known, here = resource("known", properties={"arn": "a"}), resource("here", properties={"arn": "b", "region": "r"})
    hidden = resource("hidden", properties={"arn": UNKNOWN})
    by_value = resource("one", properties={"key": "a"}, depends_on={"key": ["hidden"]})
    by_dependency = resource("two", properties={"key": UNKNOWN}, depends_on={"key": ["hidden"]})
    elsewhere = resource("three", properties={"key": "b", "region": "s"})
    lost = resource("four", properties={"key": UNKNOWN})
    stack = Stack([known, here, hidden, by_value, by_dependency, elsewhere, lost])

    assert stack.meant(by_value, "key", [KEY], "arn") == [known, hidden]
    assert stack.meant(by_dependency, "key", [KEY], "arn") == [hidden]
    assert stack.meant(by_dependency, "key", ["aws:s3/bucket:Bucket"], "arn", read=lambda: None) == []
    assert stack.meant(elsewhere, "key", [KEY], "arn") == []
    assert stack.meant(lost, "key", [KEY], "arn", read=lambda: ["b", "x"]) == [here]
    with pytest.raises(UndeterminedError):
        stack.meant(lost, "key", [KEY], "arn")


def test_what_says_no_region_lies_in_its_providers_unless_it_is_of_no_region():
    settings = Struct()
    settings.update({"region": "r"})
    provider = AnalyzerProviderResource(properties=settings)
    here, there = (resource(each, properties={"arn": "a", "region": each}) for each in ("r", "s"))
    silent = resource("silent", properties={"key": "a"}, provider=provider)
    role = resource("role", "aws:iam/role:Role", properties={"key": "a"}, provider=provider)
    stack = Stack([here, there, silent, role])

    assert stack.meant(silent, "key", [KEY], "arn") == [here]
    assert stack.meant(role, "key", [KEY], "arn") == [here, there]


def test_the_engines_options_stay_with_a_resource():
    options = AnalyzerResourceOptions(protect=True, ignoreChanges=["tags"], aliases=["urn:a"])
    kind = "azure-native:keyvault:Key"
    inputs = Resource.of_request(AnalyzeRequest(type=kind, urn="k", name="k", options=options))
    state = Resource.of_state(AnalyzerResource(type=kind, urn="k", name="k", options=options))

    for each in (inputs, state, state.placed_by(inputs), state.with_inputs(inputs)):
        assert (each.protected, *each.ignored_changes, *each.took_over) == (True, "tags", "urn:a")
