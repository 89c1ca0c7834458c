"""Every rule against its samples: what it lets pass, what it refuses and with which words, and what it can't know yet.

The samples lie beside this file and in `../proofs`, a YAML file for each file of rules, in it a table for each rule:

- `type` and `properties` are a resource that passes, or `stack` is a stack that passes (a mapping by name of
  resources with `type`, `properties`, `name`, `parent`, `protect`, `ignoreChanges`, `aliases`, `provider`, and
  `dependencies`: property -> names; such a property isn't known yet, unless it is said);
- `violated` lists pairs of a part of the message and a change to that resource or stack (null takes away);
- what is said for the first type of a rule is tried for its other types too, unless `types: differ` says that they
  behave differently: then each has samples of its own;
- `undetermined` lists changes that hide a value (`!unknown`), `passed` and `not-applicable` list others;
  `!version` is the installed version of a package.
  A rule that reads no property can't be undetermined and says `reads no property`.
"""

import ast
import importlib
import json
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, get_args, get_origin
from urllib.parse import urlsplit

import pulumi
import pulumi._types as sdk_types  # the SDK's own account of its types
import pytest
import yaml

import policies.network
import policies.proofs
import policies.rules
from policies import ownership, properties, tables
from policies.containers import Container
from policies.detections import Detection
from policies.documents import Statement
from policies.effects import Effects
from policies.incidents import Incident
from policies.network.paths import Path as Way
from policies.network.ports import Access
from policies.network.reach import Declared, Network
from policies.network.references import Named, Property, References
from policies.pack import all_rules
from policies.principals import AwsRole, Called, Delivery, Key, Principals, Queue, SharedTable
from policies.rbac.directory import Directory, Grantee
from policies.resources import OF_NO_REGION, Resource, Stack, canonical_type
from policies.rulebook import ANY_TYPE, Rule
from policies.rules.aws.belonging import Reference
from policies.rules.azure import container_apps, segmentation
from policies.rules.tenants import NAMES, UNTAGGED
from policies.tables import reviewed_types
from policies.terms import Terms

HERE: Final = Path(__file__).parent
FOLDERS: Final = (HERE, HERE.parent / "proofs")
NO_PROPERTY: Final = "reads no property"


# The SDKs warn of their own deprecated classes when they are imported.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!version", lambda _loader, node: version(node.value))
_Loader.add_constructor("!unknown", lambda _loader, _node: properties.proxy.UNKNOWN_STRING_VALUE)


@dataclass(frozen=True)
class Sample:
    rule: str
    answer: str
    stack: Mapping[str, Mapping[str, Any]]
    message: str = ""

    def __str__(self) -> str:
        return f"{self.rule}, {self.answer}"


def _merged(base: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    result = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result


def _computed(stack: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The stack, in which what is computed from another resource has a value that is still to come."""
    hidden = properties.proxy.UNKNOWN_STRING_VALUE
    return {
        key: {**one, "properties": {**dict.fromkeys(one["dependencies"], hidden), **one.get("properties", {})}}
        if "dependencies" in one
        else one
        for key, one in stack.items()
    }


def _tables() -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for file in sorted(file for folder in FOLDERS for file in folder.rglob("*.yaml")):
        content = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506  # a safe loader with one more tag
        tables |= {name: table for name, table in content.items() if not name.startswith("_")}
    return tables


TABLES: Final = _tables()
RULES: Final[dict[str, Rule]] = {rule.name: rule for rule in all_rules()}


def _samples() -> Iterator[Sample]:
    for name, table in TABLES.items():
        single = "stack" not in table
        base = {
            "sample": {
                key: table[key]
                for key in ("name", "type", "properties", "protect", "ignoreChanges", "parent", "provider")
                if key in table
            }
        }
        base = base if single else table["stack"]

        def stacks(
            patch: Any, table: Any = table, name: str = name, single: bool = single, base: Any = base
        ) -> Iterator[Any]:
            if single:
                own = {key[1:]: value for key, value in patch.items() if key.startswith("$")}
                rest = {key: value for key, value in patch.items() if not key.startswith("$")}
                patch = {"sample": own | ({"properties": rest} if rest else {})}
            merged = _merged(base, patch)
            yield merged
            first, *others = RULES[name].types
            for other in others if table.get("types") != "differ" else []:
                changed = {key: one | {"type": other} if one["type"] == first else one for key, one in merged.items()}
                if changed != merged:
                    yield changed

        # A rule that refuses whatever is of its types lets pass what is of another.
        concerns = any(RULES[name].concerns(one["type"]) for one in base.values())
        right = "passed" if concerns else "not-applicable"
        told = [(right, "", patch) for patch in [{}, *table.get("passed", [])]]
        told += [("violated", message, patch) for message, patch in table.get("violated", [])]
        for answer in ("undetermined", "not-applicable"):
            told += [(answer, "", patch) for patch in table.get(answer, []) if table.get(answer) != NO_PROPERTY]
        for answer, message, patch in told:
            for stack in stacks(patch):
                yield Sample(name, answer, _computed(stack), message)


SAMPLES: Final = list(_samples())
SAMPLES_BY_RULE: Final = {name: [one for one in SAMPLES if one.rule == name] for name in RULES}


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_rule_answers_as_its_sample_says(sample, engine) -> None:
    verdict = engine([RULES[sample.rule]]).ask(sample.stack)

    assert verdict.answer == sample.answer, verdict
    assert "the rule itself failed" not in "".join(verdict.violations)
    assert [text for text in verdict.violations if not _says_what_to_change(RULES[sample.rule], text)] == []
    if sample.message:
        assert any(sample.message in text for text in verdict.violations), verdict.violations


def _says_what_to_change(rule: Rule, message: str) -> bool:
    """Whether a message says what is wrong, and behind a colon how to mend it, and names what has to be changed.

    That is a property, an element of a policy, an option, a type of resource to add, or a table of the pack.
    """
    said = message.removeprefix(f"{rule.summary}\n").removesuffix(" [Aware 6.c]")
    if said.startswith("undetermined: "):
        return True
    words = set(re.findall(r"[\w./-]*\w", said))
    known = TYPE_NAMES | {*IN_POLICIES, *OPTIONS} | {name for _, path in _reads(rule.name) for name in path}
    named = {word for word in words if known & {word, *re.split(r"[.\[\]]", word)} - PLAIN_WORDS}
    named |= {word for word in words if re.search(r"[A-Za-z\d]_[A-Za-z\d]|[a-z][A-Z]|\.toml$", word)}
    # One that is a plain word, or has to be empty, is known by the verb.
    named |= set(
        re.findall(r"(?:set|remove) (?!it\b|its\b|them\b|this\b|the\b|to\b)([\w.\[\]]+)(?: to\b| of\b|$)", said)
    )
    return ": " in said and bool(named)


TYPE_NAMES: Final = {
    kind.rpartition(":")[2]
    for kinds in (reviewed_types().judged, reviewed_types().unjudged, *(rule.types for rule in RULES.values()))
    for kind in kinds
}
IN_POLICIES: Final = ("Action", "Condition", "Deny", "Principal", "Resource", "Statement", "Version", "statement")
OPTIONS: Final = ("aliases", "argument", "parent", "protect", "region")
PLAIN_WORDS: Final = frozenset({"id", "key", "name", "tenant", "type", "value"})
"""Names of properties that stand in any sentence."""


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.answer == "undetermined"], ids=str)
def test_what_is_undetermined_is_refused_outside_a_preview(sample, engine) -> None:
    for phase in ("update", "analysis"):
        verdict = engine([RULES[sample.rule]], phase=phase).ask(sample.stack)

        assert any("undetermined: " in text for text in verdict.violations)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_has_its_samples(name) -> None:
    table = TABLES.get(name, {})

    assert table.get("violated")
    assert table.get("undetermined")
    if table["undetermined"] == NO_PROPERTY:
        assert not _reads(name)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_type_of_a_rule_is_violated_somewhere(name) -> None:
    found = {
        canonical_type(resource["type"])
        for one in SAMPLES
        if one.rule == name and one.answer == "violated"
        for resource in one.stack.values()
    }

    assert sorted(set(RULES[name].types) - found - {ANY_TYPE}) == []


def test_every_sample_has_its_rule() -> None:
    assert sorted(TABLES.keys() - RULES.keys()) == []


# What rules read, held against the clouds' SDKs: a misspelt name would find nothing, and the rule would say nothing.


@cache
def _reads(name: str) -> set[tuple[str, tuple[str, ...]]]:
    """The types and property paths that a rule reads while it judges its samples."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    for sample in SAMPLES_BY_RULE[name]:
        graph = Stack([_resource(key, sample.stack) for key in sample.stack], Terms(jurisdiction="us"))
        rule = RULES[name]
        judged = [one for one in graph.resources if rule.concerns(one.resource_type)]
        for resource in judged[: 1 if rule.over == "resource" else None]:
            rule.judge(resource, graph if rule.over == "stack" else None)
        found |= {(resource.resource_type, path) for resource in graph.resources for path in resource.reads}
    return found


def _all_reads() -> set[tuple[str, tuple[str, ...]]]:
    return {read for name in RULES for read in _reads(name)}


def _resource(key: str, stack: Mapping[str, Mapping[str, Any]]) -> Resource:
    """A resource of a sample; here the key stands for the URN, except that the types above must show in it."""
    resource = stack[key]
    return Resource(
        resource["type"],
        _urn(key, stack),
        resource.get("name", key),
        resource.get("properties", {}),
        protected=resource.get("protect", False),
        ignored_changes=resource.get("ignoreChanges", []),
        took_over=resource.get("aliases", []),
        parent_urn=_urn(resource["parent"], stack) if "parent" in resource else None,
        depends_on={
            name: [_urn(source, stack) for source in sources]
            for name, sources in resource.get("dependencies", {}).items()
        },
    )


def _urn(key: str, stack: Mapping[str, Mapping[str, Any]]) -> str:
    types, resource = [stack[key]["type"]], stack[key]
    while "parent" in resource:
        resource = stack[resource["parent"]]
        types.insert(0, resource["type"])
    return f"urn:pulumi:test::hosting::{'$'.join(types)}::{stack[key].get('name', key)}"


def _sdk_class(resource_type: str) -> type:
    package, module, name = resource_type.split(":")
    module = module.split("/")[0]
    root = {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "azuread": "pulumi_azuread"}[package]
    module += "_" if keyword.iskeyword(module) else ""
    found = getattr(importlib.import_module(root if module == "index" else f"{root}.{module}"), name)
    assert found.pulumi_type == resource_type
    return found


def _children(kinds: list[Any], name: str) -> list[Any]:
    """The types that the property `name` has in any of the given types; none if there is none."""
    found: list[Any] = []
    for kind in kinds:
        if kind is Any or get_origin(kind) in (dict, Mapping):
            found.append(Any)
        elif sdk_types.is_input_type(kind):
            names = sdk_types.input_type_py_to_pulumi_names(kind)
            found += [one for key, one in sdk_types.input_type_types(kind).items() if names.get(key, key) == name]
        elif sdk_types.is_output_type(kind):
            found += [one for key, one in sdk_types.output_type_types(kind).items() if key == name]
    return [part for one in found for part in _parts(one)]


def _parts(kind: Any) -> list[Any]:
    """A type without Optional, Input, Output and Sequence around it."""
    arguments = get_args(kind)
    if not arguments or get_origin(kind) in (dict, Mapping):
        return [kind]
    return [part for argument in arguments for part in _parts(argument)]


def _top(resource_type: str, name: str) -> list[Any]:
    resource_class = _sdk_class(resource_type)
    module, name_ = importlib.import_module(resource_class.__module__), resource_class.__name__
    # Where a nested type has the name already, the resource's own arguments have another.
    arguments = getattr(module, name_ + "InitArgs", None) or getattr(module, name_ + "Args")
    kinds = _children([arguments], name)
    outputs = sdk_types.resource_types(resource_class)
    return kinds + (_parts(outputs[name]) if name in outputs else [])


CLOUDS: Final = ("aws:", "azure-native:", "azuread:")


@pytest.mark.parametrize(
    "resource_type", sorted({kind for rule in RULES.values() for kind in rule.types if kind.startswith(CLOUDS)})
)
def test_types_that_rules_name_exist(resource_type) -> None:
    assert _sdk_class(resource_type)


def test_properties_that_rules_read_exist() -> None:
    missing = []
    for resource_type, path in _all_reads():
        # Every resource has an id.
        if not resource_type.startswith(CLOUDS) or path == ("id",):
            continue
        kinds = [pulumi.Resource]
        for depth, name in enumerate(path):
            kinds = _top(resource_type, name) if depth == 0 else _children(kinds, name)
            if not kinds:
                missing.append((resource_type, ".".join(path)))
                break
    assert sorted(set(missing)) == []


OWN: Final = (
    *(
        Declared,
        Network,
        References,
        Resource,
        Stack([]),
        Statement,
        Container(properties.Record({"name": "a"})),
        Incident,
        Reference("", ""),
    ),
    *(Directory(Stack([])), Grantee(None, ""), container_apps._Doubles(Stack([]))),
)
"""Classes of the pack whose attributes are no properties of the cloud."""


IN_DOCUMENTS: Final = (
    *("countNumber", "countType", "selection", "tagStatus"),
    *("InputParameters", "Owner", "Properties", "Resources", "Scope", "Source", "SourceIdentifier", "Type"),
    "Statement",
)
"""Names in documents of JSON that a property holds, of which the SDKs know nothing."""


def _names_in_source() -> set[str]:
    """The properties that the source of the rules reads, by attribute or by a name in quotes."""
    known = {name for kind in (*OWN, str, dict, set, list) for name in dir(kind)}
    known |= {
        name for kind in (Access, Named, Property, Way, segmentation._Flow) for name in kind.__dataclass_fields__
    } | {*Declared.model_fields}
    names: set[str] = set()
    packages = (policies.rules, policies.proofs, policies.network)
    folders = [Path(package.__file__ or "").parent for package in packages]
    for file in [*(file for folder in folders for file in folder.rglob("*.py")), Path(ownership.__file__)]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            # The model of networks has attributes of its own: there a property is read by a name in quotes.
            if isinstance(node, ast.Attribute) and node.attr not in known and file.parent != folders[-1]:
                names.add(node.attr)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                where = {"get": slice(1), "part": slice(1), "has": slice(1), "numbered": slice(1)}
                where |= {"refers_to": slice(1, 2), "meant": slice(1, 2), "one_of": slice(None), "documents": slice(1)}
                where["document"] = slice(1)
                chosen = node.args[where.get(node.func.attr, slice(0))]
                names |= {one.value for one in chosen if isinstance(one, ast.Constant)}
    return names


def test_samples_exercise_every_property_that_rules_read() -> None:
    """What no sample exercises isn't held against the SDKs either."""
    read = {name for _, path in _all_reads() for name in path}
    models = [each for each in vars(tables).values() if isinstance(each, type) and issubclass(each, tables.BaseModel)]
    own = {*(name for model in models for name in model.model_fields), "regions", "null"}
    own |= {*dir(Detection), *Detection.model_fields, *Incident.model_fields, *AwsRole.model_fields}
    own |= {*dir(Effects), *Effects.model_fields, *dir(AwsRole), *Principals.model_fields}
    own |= {name for model in (Called, Delivery, Key, Queue, SharedTable) for name in model.model_fields}
    own |= {*dir(json), *dir(re), *dir(urlsplit("")), *IN_DOCUMENTS}

    unread = sorted(name for name in _names_in_source() - own if properties.camel_case(name) not in read)
    assert unread == []


def test_types_without_tags_have_none() -> None:
    assert sorted(kind for kind in UNTAGGED if _top(kind, "tags")) == []


def test_types_of_no_region_take_none() -> None:
    types = [kind for kind in (*reviewed_types().judged, *reviewed_types().unjudged) if kind.startswith("aws:")]

    assert [kind for kind in types if bool(_top(kind, "region")) is kind.startswith(OF_NO_REGION)] == []


def test_properties_that_hold_names_exist() -> None:
    assert all(_top(kind, properties.camel_case(name)) for kind, names in NAMES.items() for name in names)
