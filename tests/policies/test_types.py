"""The reviewed types against those that the program creates and those that rules name."""

import ast
import importlib
from pathlib import Path

import pulumi
import pytest

import infra
from policies.pack import all_rules
from policies.tables import reviewed_types

# The SDKs warn of their own deprecated classes when they are imported.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CLOUDS = ("aws:", "azure-native:", "azuread:")


def _sdk_modules(tree):
    """The SDKs' modules that a file imports, by the names it gives them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pulumi_"):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((a.asname or a.name, a.name) for a in node.names if a.name.startswith("pulumi_"))


def _created_types(source):
    """The types of the cloud resources that a file creates, in whatever branch."""
    tree = ast.parse(source)
    modules = {name: importlib.import_module(path) for name, path in _sdk_modules(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found = getattr(modules[node.value.id], node.attr)
            if isinstance(found, type) and issubclass(found, pulumi.CustomResource):
                yield found.pulumi_type


def test_types_are_collected_from_source():
    source = "from pulumi_aws import s3\nimport pulumi_azure_native as azure\nif never: s3.Bucket('b', s3.BucketArgs())"

    assert list(_created_types(source)) == ["aws:s3/bucket:Bucket"]


@pytest.fixture(scope="module")
def created():
    files = Path(infra.__file__).parent.rglob("*.py")
    types = {found for file in files for found in _created_types(file.read_text("utf-8"))}
    assert len(types) > 60
    return {found for found in types if found.startswith(CLOUDS)}


@pytest.fixture(scope="module")
def named():
    return {name for rule in all_rules() for name in rule.types if name.startswith(CLOUDS)}


def test_what_the_program_creates_is_reviewed(created):
    assert sorted(created - {*reviewed_types().judged, *reviewed_types().unjudged}) == []


def test_what_rules_name_is_judged_or_refused(named):
    assert sorted(named) == sorted((*reviewed_types().judged, *reviewed_types().refused))


def test_what_no_rule_names_is_in_use(created, named):
    """A type that is neither created nor judged has no business in the list."""
    assert sorted(created - named) == sorted(reviewed_types().unjudged)


def test_what_is_unjudged_or_refused_has_a_reason():
    assert all((*reviewed_types().unjudged.values(), *reviewed_types().refused.values()))
