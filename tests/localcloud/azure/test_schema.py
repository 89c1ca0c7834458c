import pytest

from localcloud.azure.schema import schema_of
from localcloud.backend import UNKNOWN
from localcloud.schema import TEXT, Anything, Choice, ListOf, MapOf, NoSuchTypeError, OneOf, Record


def problems(token, **inputs):
    return [f"{failure.property}: {failure.reason}" for failure in schema_of(f"azure-native:{token}").problems(inputs)]


def test_inputs_have_the_names_of_the_wire():
    schema = schema_of("azure-native:keyvault:Vault")
    assert schema.inputs.properties.keys() == {"properties", "resourceGroupName", "location", "tags", "vaultName"}
    assert schema.inputs.properties["resourceGroupName"].required
    assert not schema.inputs.properties["vaultName"].required
    assert schema.outputs >= {"properties", "name", "type", "location", "tags", "azureApiVersion"}


def test_types_are_those_of_the_annotations():
    account = schema_of("azure-native:storage:StorageAccount").inputs.properties
    assert account["tags"].type == MapOf(TEXT)
    rules = account["networkRuleSet"].type
    assert isinstance(rules, Record)
    assert rules.properties["defaultAction"].type == OneOf(("Allow", "Deny"))
    kinds = account["kind"].type
    assert isinstance(kinds, OneOf)
    assert kinds.is_open
    assert "StorageV2" in kinds.values
    identity = account["identity"].type
    assert isinstance(identity, Record)
    assert identity.properties["userAssignedIdentities"].type == ListOf(TEXT)
    definition = schema_of("azure-native:authorization:PolicyDefinition").inputs.properties
    assert definition["policyRule"].type == Anything()


def test_open_enumeration_takes_any_other_text():
    failures = {each.property for each in schema_of("azure-native:storage:StorageAccount").problems({"kind": "Newer"})}
    assert "kind" not in failures
    failures = {each.property for each in schema_of("azure-native:storage:StorageAccount").problems({"kind": 1})}
    assert "kind" in failures


def test_nested_input_of_the_same_name_is_not_mistaken_for_the_resource():
    assert "virtualNetworkName" in schema_of("azure-native:network:Subnet").inputs.properties


@pytest.mark.parametrize("token", ["azure-native:network:Nothing", "azure-native:nothing:Thing", "nonsense"])
def test_type_that_is_not_there_is_an_error(token):
    with pytest.raises(NoSuchTypeError):
        schema_of(token)


def test_missing_unknown_and_wrong_are_told_apart():
    assert problems("keyvault:Vault", resourceGroupName=1, propertis={}) == [
        "resourceGroupName: must be text, not a number",
        "propertis: azure-native:keyvault:Vault has no such property: did you mean properties?",
        "properties: azure-native:keyvault:Vault needs this property",
    ]


def test_shapes_are_told_apart():
    found = problems(
        "network:VirtualNetwork", resourceGroupName="a", tags=["a"], subnets={}, addressSpace="10.0.0.0/16"
    )
    assert found == [
        "tags: must be a map, not a list",
        "subnets: must be a list, not an object",
        "addressSpace: must be an object, not text",
    ]


@pytest.mark.parametrize(("value", "is_right"), [(3, True), (3.0, True), (3.5, False), (True, False), ("3", False)])
def test_whole_numbers(value, is_right):
    found = problems("network:NatGateway", resourceGroupName="a", idleTimeoutInMinutes=value)
    assert (found == []) is is_right


def test_wrong_value_is_not_repeated():
    found = problems("keyvault:Secret", resourceGroupName="a", vaultName="b", properties={"value": ["hunter2"]})
    assert found == ["properties.value: must be text, not a list"]


def test_what_is_not_known_yet_fits_everything():
    assert problems("keyvault:Vault", resourceGroupName=UNKNOWN, properties=UNKNOWN, tags={"a": UNKNOWN}) == []


def test_records_are_told_apart_by_their_constant():
    actions = schema_of("azure-native:cdn:Rule").inputs.properties["actions"].type
    assert isinstance(actions, ListOf)
    assert isinstance(actions.item, Choice)
    names = {"profileName": "a", "resourceGroupName": "a", "ruleSetName": "a"}
    header = {"typeName": "DeliveryRuleHeaderActionParameters", "headerAction": "Overwrite", "headerName": "a"}
    assert problems("cdn:Rule", **names, actions=[{"name": "ModifyResponseHeader", "parameters": header}]) == []
    [failure] = problems("cdn:Rule", **names, actions=[{"name": "Nonsense", "parameters": header}])
    assert failure.startswith("actions[0].name: must be ")
    [failure] = problems(
        "cdn:Rule", **names, actions=[{"name": "ModifyResponseHeader", "parameters": {**header, "wrong": 1}}]
    )
    assert failure.startswith("actions[0].parameters.wrong: ")
