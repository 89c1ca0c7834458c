"""Runs a program without an engine, and gives what it asked for as plain data."""

import warnings
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, rpc

from policies.resources import Resource
from policies.rules.types import property_is_reviewed

with warnings.catch_warnings():
    # Loading the module is enough for the SDK to warn of its own deprecated classes; using one still fails a test.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pulumi_aws import ec2, lambda_, s3

    assert all((ec2.Vpc, lambda_.Function, s3.Bucket))  # the SDK loads a module when it is first looked into

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
"""What a cloud would compute for a resource of this type with these inputs, beside the inputs themselves."""


def _plain(value: Any) -> Any:
    """The value with the names of files in place of the files."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case pulumi.AssetArchive():
            return _plain(dict(value.assets))
        case pulumi.FileAsset():
            return value.path
        case _:
            return value


def _unreviewed(resource_type: str, inputs: dict[str, Any]) -> set[str]:
    """What the policy pack has against the properties that the program sets, in whatever branch of it."""
    judged = property_is_reviewed.judge(Resource(resource_type, "", "", inputs))
    return {f"{resource_type}: {each}" for each in judged.violations}


class _Recorder(mocks.MockMonitor):
    def __init__(self, answer: Answer) -> None:
        super().__init__(_Answers(answer))
        self.records: list[dict[str, Any]] = []
        self.unreviewed: set[str] = set()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the name of the engine's call
        response = super().RegisterResource(request)
        inputs = rpc.deserialize_properties(request.object)
        self.unreviewed |= _unreviewed(request.type, inputs)
        self.records.append(
            {
                "type": request.type,
                "name": request.name,
                "urn": response.urn,
                "parent": request.parent,
                "provider": request.provider,
                "custom": request.custom,
                "protect": request.protect,
                "ignored": list(request.ignoreChanges),
                "dependencies": sorted(request.dependencies),
                "inputs": _plain(inputs),
                "outputs": {"id": response.id, **_plain(rpc.deserialize_properties(response.object))},
                "sources": {name: sorted(each.urns) for name, each in request.propertyDependencies.items()},
            }
        )
        return response


class _Answers(mocks.Mocks):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        identity = args.resource_id or f"{args.typ}/{args.name}"
        return identity, {**args.inputs, **self.answer(args.typ, args.inputs)}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return self.answer(args.token, args.args), None


@pytest.fixture(scope="session")
def declared() -> Callable[[Callable[[], object], Answer], list[dict[str, Any]]]:
    """A function that runs a program once and gives each resource it declared, in the order of their names."""

    def run(program: Callable[[], object], answer: Answer) -> list[dict[str, Any]]:
        recorder = _Recorder(answer)
        mocks.set_mocks(recorder.mocks, project="hosting", stack="test", preview=False, monitor=recorder)
        pulumi.runtime.test(program)()
        assert recorder.unreviewed == set()
        # The root is declared by the first run of a session only.
        records = [record for record in recorder.records if record["type"] != "pulumi:pulumi:Stack"]
        return sorted(records, key=lambda record: (record["type"], record["name"]))

    return run
