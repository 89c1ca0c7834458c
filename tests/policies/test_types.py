"""The reviewed types, and their properties, against those that the program creates and those that rules name."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pulumi
import pytest

import infra
from hosting.mutation.sdk import PROVIDERS, shapes
from localcloud import schema
from policies.pack import all_rules
from policies.tables import Anything, json_documents, reviewed_properties, reviewed_types, spare_properties

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


def _paths(settable, above=()):
    for name, below in settable.items():
        is_free = isinstance(below, Anything)
        yield (*above, name), is_free
        yield from () if is_free else _paths(below, (*above, name))


def _reviewed_paths():
    of_the_engine = {"version", "__internal"}
    anywhere = {"azureApiVersion", "description", "location", "region", "tags"}
    return [
        (kind, path, is_free)
        for kind, settable in reviewed_properties().items()
        for path, is_free in _paths(settable)
        if path[0] not in anywhere | of_the_engine and (len(path) == 1 or path[0] not in json_documents().get(kind, ()))
    ]


def test_types_with_reviewed_properties_are_reviewed(created):
    with_properties = {each for each in reviewed_properties() if not each.startswith(PROVIDERS)}
    providers = sorted(set(reviewed_properties()) - with_properties)

    assert sorted(with_properties - {*reviewed_types().judged, *reviewed_types().unjudged}) == []
    assert sorted(created - {kind for kind, _, _ in _reviewed_paths()}) == []
    assert providers == [f"{PROVIDERS}{each}" for each in sorted(reviewed_types().packages)]


def test_reviewed_properties_exist():
    assert [(kind, path) for kind, path, _ in _reviewed_paths() if not shapes(kind, path)] == []


def test_names_are_free_where_the_sdk_says_so_only():
    wrong = []
    for kind, path, is_free in _reviewed_paths():
        found = shapes(kind, path)
        has_free_names = any(isinstance(each, schema.MapOf | schema.Anything) for each in found)
        if is_free != (has_free_names and not any(isinstance(each, schema.Record) for each in found)):
            wrong.append((kind, path))
    assert wrong == []


def test_reviewed_properties_are_set_by_the_program(created):
    """What nothing sets any more is to be reviewed anew before somebody sets it again."""
    source = "\n".join(file.read_text("utf-8") for file in Path(infra.__file__).parent.rglob("*.py"))
    words = {_bare(each) for each in re.findall(r"\w+", source)}
    paths = [(kind, path) for kind, path, _ in _reviewed_paths() if kind in created or kind.startswith(PROVIDERS)]
    spare = {
        (kind, tuple(each.removesuffix(".*").split("."))) for kind, some in spare_properties().items() for each in some
    }
    above = {(kind, path[:length]) for kind, path in spare for length in range(1, len(path))}
    paths = [each for each in paths if each not in spare | above]
    unset = [(kind, path) for kind, path in paths if _bare(path[-1]) not in words]

    assert [(kind, path) for kind, path in unset if not _is_set_by_the_sdk(kind, path)] == []


def _bare(name):
    return name.replace("_", "").lower()


def _is_set_by_the_sdk(kind, path):
    """Whether the SDK's class gives the property a value when it is given none."""
    owners = [each.arguments for each in shapes(kind, path[:-1]) if isinstance(each, schema.Record)]
    found = [name for each in owners for name in _DEFAULTED.findall(inspect.getsource(each.__init__))]
    return _bare(path[-1]) in {_bare(name) for name in found}


_DEFAULTED = re.compile(r"if (\w+) is None:\s+\1 = ")
