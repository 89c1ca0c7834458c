"""Every line of the table, against the SDK and through a whole life."""

import pytest

from localcloud.backend import UNKNOWN, RejectedError
from localcloud.entra.table import KINDS
from localcloud.schema import ListOf, Record

NAMES = [token.rpartition(":")[2] for token in KINDS]


def has_property(line, pattern):
    """Whether the SDK has an input at a pattern of the table."""
    found = line.schema.inputs
    for part in pattern.split("."):
        if not isinstance(found, Record) or part.removesuffix("[]") not in found.properties:
            return False
        found = found.properties[part.removesuffix("[]")].type
        if part.endswith("[]"):
            assert isinstance(found, ListOf)
            found = found.item
    return True


@pytest.mark.parametrize("token", KINDS)
def test_every_property_of_a_line_is_an_input(token):
    line = KINDS[token]
    named = [*line.fixed, *line.references, *line.told_apart_by]
    assert [name for name in named if not has_property(line, name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_lives_and_goes(world, name):
    token, inputs = world.token(name), world.inputs(name)
    identity, outputs = world.backend.create(token, "urn", inputs)
    found = world.backend.read(token, identity, inputs)
    assert (found.identity, found.outputs, found.inputs) == (identity, outputs, inputs)
    assert outputs.keys() <= KINDS[token].schema.outputs
    assert world.backend.diff(token, found.inputs, outputs, inputs) == []
    assert world.backend.find(token, inputs) == [identity]
    assert world.backend.update(token, identity, inputs, inputs, everything=False) == outputs
    world.backend.delete(token, identity, outputs)
    assert world.backend.read(token, identity, inputs) is None
    world.backend.delete(token, identity, outputs)


@pytest.mark.parametrize("name", NAMES)
def test_misspelt_and_missing_inputs_are_refused(world, name):
    assert any("no such property" in failure for failure in world.check(name, nonsense=1))
    required = [key for key, item in KINDS[world.token(name)].schema.inputs.properties.items() if item.required]
    for key in required:
        assert f"{key}: {world.token(name)} needs this property" in world.check(name, **{key: None})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_known_yet_is_never_refused(world, name):
    for key in world.inputs(name):
        assert world.check(name, **{key: UNKNOWN}) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_foretold(world, name):
    assert world.backend.predict(world.token(name), "urn", world.inputs(name)) == {}


@pytest.mark.parametrize(
    "name", [name for name in NAMES if KINDS[f"azuread:index/{name[0].lower()}{name[1:]}:{name}"].references]
)
def test_what_is_named_must_exist(world, name):
    line = KINDS[world.token(name)]
    for pattern in line.references:
        inputs = with_value(world.inputs(name), pattern.split("."), "00000000-0000-4000-8000-0000000000ff")
        with pytest.raises(RejectedError, match=r"which is no \w+"):
            world.backend.create(line.token, "urn", inputs)


def with_value(inputs, parts, value):
    """The inputs with a value at a pattern."""
    key, rest = parts[0].removesuffix("[]"), parts[1:]
    inner = with_value(inputs.get(key) or {}, rest, value) if rest else value
    return {**inputs, key: [inner] if parts[0].endswith("[]") else inner}


def test_documentation_tells_what_replaces():
    assert KINDS["azuread:index/group:Group"].fixed >= {"assignableToRole", "mailNickname", "types"}
    assert "displayName" not in KINDS["azuread:index/group:Group"].fixed
