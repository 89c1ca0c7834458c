"""Every line of the table, against the SDK and through a whole life."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.azure import ids
from localcloud.azure.cloud import Kind
from localcloud.azure.schema import schema_of
from localcloud.azure.table import KINDS
from localcloud.backend import UNKNOWN
from localcloud.schema import ListOf, Record

SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas"

# Facts of ARM's schemas, where they are at hand.
FACTS: dict[str, Any] = (
    json.loads((SCHEMAS / "arm_types.json").read_text()) if (SCHEMAS / "arm_types.json").exists() else {"types": {}}
)
COMPARED = [token for token in KINDS if token in FACTS["types"]]

TOKENS = [token.removeprefix("azure-native:") for token in KINDS]


def property_at(line: Kind, pattern: str) -> bool:
    """Whether the SDK has an input at a pattern of the table."""
    found: Any = line.schema.inputs
    for part in pattern.split("."):
        if not isinstance(found, Record) or part.removesuffix("[]") not in found.properties:
            return False
        found = found.properties[part.removesuffix("[]")].type
        if part.endswith("[]"):
            assert isinstance(found, ListOf)
            found = found.item
    return True


@pytest.mark.parametrize("token", KINDS)
def test_sdk_has_the_type(token):
    # The provider has made one type up itself, over several of Azure's calls.
    assert schema_of(token).api_version or token == "azure-native:authorization:PimRoleEligibilitySchedule"


@pytest.mark.parametrize("token", KINDS)
def test_every_property_of_a_line_is_an_input(token):
    line = KINDS[token]
    # An identity may be given to any type that takes one; the others simply have no such property.
    own = [name for name in line.references if not name.startswith("identity.")]
    named = [*line.given, *line.named_by, *line.replaces, *own, *line.write_only, *line.inline]
    missing = [name for name in named if name != "subscriptionId" and not property_at(line, name)]
    assert missing == []


def test_no_two_templates_are_alike():
    templates = [line.template.lower() for line in KINDS.values()]
    assert len(set(templates)) == len(templates)


@pytest.mark.parametrize("token", TOKENS)
def test_smallest_inputs_are_accepted(world, token):
    assert world.check(token) == []


@pytest.mark.parametrize("token", TOKENS)
def test_lives_and_goes(world, token):
    identity = world.put(token)
    found = world.backend.read(f"azure-native:{token}", identity, None)
    assert found is not None
    assert found.identity == identity
    assert found.outputs["name"] == ids.name_of(identity)
    if "type" in schema_of(f"azure-native:{token}").outputs:
        assert found.outputs["type"] == ids.type_of(identity)
    assert world.backend.diff(f"azure-native:{token}", found.inputs, found.outputs, world.minimal(token)) == []
    assert world.backend.find(f"azure-native:{token}", world.minimal(token)) == [identity]

    world.backend.delete(f"azure-native:{token}", identity, found.outputs)
    again = world.backend.read(f"azure-native:{token}", identity, None)
    if token == "storage:EncryptionScope":
        assert again is not None
        assert again.inputs["state"] == "Disabled"
    else:
        assert again is None
    world.backend.delete(f"azure-native:{token}", identity, found.outputs)


@pytest.mark.parametrize("token", TOKENS)
def test_same_inputs_put_again_give_the_same_outputs(world, token):
    identity = world.put(token)
    kind, inputs = f"azure-native:{token}", world.minimal(token)
    before = world.outputs(identity)
    after = world.backend.update(kind, identity, inputs, inputs, everything=False)
    changing = {
        *("etag", "lastModifiedTime", "lastModifiedDate", "lastModifiedUtc", "updatedOn", "updatedAt"),
        *("latestRevisionName", "latestReadyRevisionName"),
    }
    assert {key: value for key, value in after.items() if key not in changing} == {
        key: value for key, value in before.items() if key not in changing
    }


@pytest.mark.parametrize("token", TOKENS)
def test_outputs_are_those_that_the_sdk_declares(world, token):
    identity = world.put(token)
    assert world.outputs(identity).keys() <= schema_of(f"azure-native:{token}").outputs | {"id"}


@pytest.mark.parametrize("token", TOKENS)
def test_what_is_foretold_comes_true(world, token):
    foretold = world.backend.predict(f"azure-native:{token}", "urn", world.minimal(token))
    outputs = world.outputs(world.put(token))
    assert foretold.get("id") == (None if KINDS[f"azure-native:{token}"].named_by else outputs["id"])
    assert {key: outputs.get(key) for key in foretold} == {
        key: merged_into(value, outputs.get(key)) for key, value in foretold.items()
    }


def merged_into(foretold: Any, output: Any) -> Any:
    """What is foretold with what the object adds to it."""
    if foretold is UNKNOWN:
        return output
    if isinstance(foretold, dict) and isinstance(output, dict):
        return {**output, **{key: merged_into(value, output.get(key)) for key, value in foretold.items()}}
    if isinstance(foretold, list) and isinstance(output, list) and len(foretold) == len(output):
        return [merged_into(one, two) for one, two in zip(foretold, output, strict=True)]
    return foretold


@pytest.mark.parametrize("token", TOKENS)
def test_unknown_property_is_refused(world, token):
    assert any("no such property" in failure for failure in world.check(token, nonsense=1))


@pytest.mark.parametrize("token", [token for token in TOKENS if token != "resources:ResourceGroup"])
def test_missing_name_is_refused(world, token):
    own = KINDS[f"azure-native:{token}"].given[-1]
    assert any(failure.startswith(f"{own}:") for failure in world.check(token, **{own: None}))


@pytest.mark.parametrize("token", TOKENS)
def test_change_of_an_id_replaces(world, token):
    line = KINDS[f"azure-native:{token}"]
    inputs = world.minimal(token)
    own = line.given[-1]
    changed = {**inputs, own: "other"}
    assert [(change.path, change.replaces) for change in world.backend.diff(line.token, inputs, {}, changed)] == [
        (own, True)
    ]


@pytest.mark.parametrize("token", TOKENS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_not_known_yet_is_never_refused(world, token, data):
    inputs = world.minimal(token)
    path = data.draw(st.sampled_from(sorted(inputs)))
    failures = world.backend.check(f"azure-native:{token}", hidden(data, inputs, path))[1]
    assert failures == []


def hidden(data: st.DataObject, value: dict[str, Any], key: str) -> dict[str, Any]:
    """The value with something at or below `key` not known yet."""
    inner = value[key]
    if isinstance(inner, dict) and inner and data.draw(st.booleans()):
        return {**value, key: hidden(data, inner, data.draw(st.sampled_from(sorted(inner))))}
    return {**value, key: UNKNOWN}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("token", TOKENS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_gets_an_answer(world, token, data):
    line = KINDS[f"azure-native:{token}"]
    name = data.draw(st.sampled_from(sorted(line.schema.inputs.properties)))
    inputs = {**world.minimal(token), name: data.draw(JSON)}
    given_back, failures = world.backend.check(line.token, inputs)
    assert all(failure.reason for failure in failures)
    if not failures:
        world.backend.predict(line.token, "urn", given_back)


# Against the facts of ARM's schemas.

SINCE_THEN = {"azure-native:security:Pricing": {"scopeId"}}
"""Inputs that types have got since the facts were written down."""


@pytest.mark.parametrize("token", COMPARED)
def test_replaces_what_the_schemas_say(token):
    definitions = FACTS["defs"]

    def flagged(definition: Any, prefix: str = "") -> set[str]:
        found: set[str] = set()
        for name, entry in definition["p"].items():
            if entry.get("rep"):
                found.add(prefix + name)
            elif entry["t"]["k"] == "r" and prefix.count(".") < 2:
                found |= flagged(definitions[entry["t"]["r"]], f"{prefix}{name}.")
        return found

    line = KINDS[token]
    ours = {*line.given, *line.replaces} - {"subscriptionId", *SINCE_THEN.get(token, ())}
    assert ours == flagged(definitions[FACTS["types"][token]["d"]])


@pytest.mark.parametrize("token", COMPARED)
def test_smallest_inputs_fit_the_schemas(world, token):
    specification = importlib.util.spec_from_file_location("validate", SCHEMAS / "validate.py")
    assert specification is not None
    assert specification.loader is not None
    validate = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(validate)
    short = token.removeprefix("azure-native:")
    findings = validate.check(FACTS, [{"type": token, "inputs": world.minimal(short)}])
    assert [finding for finding in findings if finding[0] == "ERROR"] == []
