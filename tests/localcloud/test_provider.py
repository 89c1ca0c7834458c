"""The engine's protocol in front of a backend, over a real gRPC channel."""
# ruff: noqa: ARG002  the arguments are those of `Backend`

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.types import WSGIApplication

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from localcloud.backend import UNKNOWN, Change, CheckFailure, Found, PartlyDoneError, Properties, RejectedError
from localcloud.provider import FIND, Provider
from localcloud.values import SECRET_MARK, SIGNATURE, UNKNOWN_TEXT, from_wire, to_wire

KIND = "aws:toy/box:Box"
URN = f"urn:pulumi:test::hosting::hosting:toy:Room${KIND}::box"
SECRET_TEXT = "hunter2"


class Boxes:
    """A cloud of one type: boxes with a name, a colour and a lid."""

    package = "aws"

    def __init__(self) -> None:
        self.boxes: dict[str, Properties] = {}
        self.configuration: Mapping[str, Any] = {}
        self.applied_everything: list[bool] = []
        self.lid_jams = False

    def configure(self, configuration: Mapping[str, Any]) -> None:
        if configuration.get("account") == "other":
            raise RejectedError("The account other isn't this cloud's.")
        self.configuration = configuration

    def check(self, kind: str, inputs: Properties) -> tuple[Properties, list[CheckFailure]]:
        failures = [CheckFailure("colour", "colour must be text")] if isinstance(inputs.get("colour"), int) else []
        return {"lid": True} | inputs, failures

    def diff(self, kind: str, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Change]:
        return [
            Change(name, "update" if name in old_inputs else "add", replaces=name == "name")
            for name in inputs
            if inputs[name] is UNKNOWN or inputs[name] != old_inputs.get(name)
        ] + [Change(name, "delete") for name in old_inputs if name not in inputs]

    def deletes_before_replacing(self, kind: str, old_inputs: Properties, inputs: Properties) -> bool:
        return True

    def predict(self, kind: str, urn: str, inputs: Properties) -> Properties:
        return {} if inputs["name"] is UNKNOWN else {"arn": f"arn:{inputs['name']}"}

    def create(self, kind: str, urn: str, inputs: Properties) -> tuple[str, Properties]:
        if inputs["name"] == "taken":
            raise RejectedError("A box named taken exists.")
        if inputs["name"] == "broken":
            raise ValueError(SECRET_TEXT)
        outputs = inputs | {"arn": f"arn:{inputs['name']}", "weight": 3}
        self.boxes[inputs["name"]] = outputs
        if self.lid_jams:
            raise PartlyDoneError(inputs["name"], outputs, ["The lid jams."])
        return inputs["name"], outputs

    def read(self, kind: str, identity: str, inputs: Properties | None) -> Found | None:
        if identity not in self.boxes:
            return None
        outputs = self.boxes[identity]
        wanted = outputs if inputs is None else inputs
        return Found(identity, outputs, {name: outputs[name] for name in wanted if name not in ("arn", "weight")})

    def update(
        self, kind: str, identity: str, old_inputs: Properties, inputs: Properties, *, everything: bool
    ) -> Properties:
        self.applied_everything.append(everything)
        self.boxes[identity] |= inputs
        return self.boxes[identity]

    def delete(self, kind: str, identity: str, outputs: Properties) -> None:
        self.boxes.pop(identity, None)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        return {"token": token, **arguments}

    def find(self, kind: str, inputs: Properties) -> list[str]:
        return [name for name in self.boxes if name == inputs["name"]]

    def back_door(self) -> WSGIApplication:
        raise NotImplementedError


@pytest.fixture
def boxes() -> Boxes:
    return Boxes()


@pytest.fixture
def provider(boxes: Boxes) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(boxes), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None).wait()


def create(
    provider: provider_pb2_grpc.ResourceProviderStub, inputs: Properties | Struct, *, preview: bool = False
) -> provider_pb2.CreateResponse:
    properties = inputs if isinstance(inputs, Struct) else to_wire(inputs)
    return provider.Create(provider_pb2.CreateRequest(urn=URN, properties=properties, preview=preview))


def test_plugin_version_is_that_of_the_sdk(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    assert provider.GetPluginInfo(Empty()).version.startswith("7.")


def test_configure_decodes_json_settings(provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes) -> None:
    answer = provider.Configure(
        provider_pb2.ConfigureRequest(args=to_wire({"region": "us-east-1", "accounts": '["1"]', "version": "7.51.0"}))
    )
    assert boxes.configuration == {"region": "us-east-1", "accounts": ["1"]}
    assert answer.supportsPreview
    assert not answer.acceptSecrets


def test_refused_configuration_is_one_sentence(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        provider.Configure(provider_pb2.ConfigureRequest(args=to_wire({"account": "other"})))
    assert caught.value.details() == "The account other isn't this cloud's."


def test_check_gives_defaults_and_failures(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = provider.Check(provider_pb2.CheckRequest(urn=URN, news=to_wire({"name": "a", "colour": 3})))
    assert from_wire(answer.inputs) == {"name": "a", "colour": 3, "lid": True}
    assert [(each.property, each.reason) for each in answer.failures] == [("colour", "colour must be text")]


def test_diff_names_each_change_and_what_replaces(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = provider.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            old_inputs=to_wire({"name": "a", "colour": "red"}),
            news=to_wire({"name": UNKNOWN, "lid": True}),
        )
    )
    difference = provider_pb2.PropertyDiff
    assert {path: each.kind for path, each in answer.detailedDiff.items()} == {
        "name": difference.UPDATE_REPLACE,
        "lid": difference.ADD,
        "colour": difference.DELETE,
    }
    assert list(answer.replaces) == ["name"]
    assert answer.deleteBeforeReplace
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME


def test_no_difference_is_said_so(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    inputs = to_wire({"name": "a"})
    answer = provider.Diff(provider_pb2.DiffRequest(urn=URN, old_inputs=inputs, news=inputs))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert answer.hasDetailedDiff


def test_ignored_changes_are_no_difference(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = provider.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            old_inputs=to_wire({"name": "a"}),
            news=to_wire({"name": "a", "colour": "red"}),
            ignoreChanges=["colour"],
        )
    )
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_changed_region_replaces_the_provider(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = provider.DiffConfig(
        provider_pb2.DiffRequest(
            urn=URN, old_inputs=to_wire({"region": "us-east-1"}), news=to_wire({"region": "eu-west-2"})
        )
    )
    assert list(answer.replaces) == ["region"]


def test_preview_of_a_creation_shows_only_what_is_certain(
    provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes
) -> None:
    answer = create(provider, {"name": "a", "colour": UNKNOWN}, preview=True)
    assert from_wire(answer.properties) == {"name": "a", "colour": UNKNOWN, "arn": "arn:a"}
    assert not boxes.boxes


def test_secrets_reach_the_backend_unwrapped(provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes) -> None:
    create(provider, to_wire({"name": "a", "colour": {SIGNATURE: SECRET_MARK, "value": "red"}}))
    assert boxes.boxes["a"]["colour"] == "red"


def test_rejection_is_one_sentence(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        create(provider, {"name": "taken"})
    assert caught.value.details() == "A box named taken exists."
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_unforeseen_failure_names_the_exception_and_no_value(
    provider: provider_pb2_grpc.ResourceProviderStub, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(grpc.RpcError) as caught:
        create(provider, {"name": "broken"})
    assert "ValueError" in (caught.value.details() or "")
    assert SECRET_TEXT not in (caught.value.details() or "")
    assert "in create" in caplog.text
    assert SECRET_TEXT not in caplog.text


def test_partly_made_object_is_kept_and_applied_again(
    provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes
) -> None:
    boxes.lid_jams = True
    with pytest.raises(grpc.RpcError) as caught:
        create(provider, {"name": "a"})
    metadata = dict(caught.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])  # type: ignore[arg-type]
    failure = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(failure)
    assert (failure.id, list(failure.reasons)) == ("a", ["The lid jams."])
    assert from_wire(failure.properties) == {"id": "a", "name": "a", "arn": "arn:a", "weight": 3}

    inputs = to_wire({"name": "a"})
    for _ in range(2):
        provider.Update(provider_pb2.UpdateRequest(id="a", urn=URN, old_inputs=inputs, news=inputs))
    assert boxes.applied_everything == [True, False]


def test_refresh_keeps_to_the_inputs_and_import_gives_all(
    provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes
) -> None:
    create(provider, {"name": "a", "lid": True})
    boxes.boxes["a"]["colour"] = "green"
    refreshed = provider.Read(
        provider_pb2.ReadRequest(
            id="a", urn=URN, inputs=to_wire({"name": "a"}), properties=to_wire({"name": "a", "arn": "arn:a"})
        )
    )
    assert from_wire(refreshed.inputs) == {"name": "a"}
    imported = provider.Read(provider_pb2.ReadRequest(id="a", urn=URN))
    assert from_wire(imported.inputs) == {"name": "a", "lid": True, "colour": "green"}


def test_an_objects_id_is_among_its_outputs(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    inputs = to_wire({"name": "a"})
    created = create(provider, inputs)
    updated = provider.Update(provider_pb2.UpdateRequest(id="a", urn=URN, old_inputs=inputs, news=inputs))
    refreshed = provider.Read(provider_pb2.ReadRequest(id="a", urn=URN, inputs=inputs, properties=inputs))

    assert [from_wire(answer.properties)["id"] for answer in (created, updated, refreshed)] == ["a", "a", "a"]


def test_object_that_is_gone_has_no_id(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    assert provider.Read(provider_pb2.ReadRequest(id="a", urn=URN)).id == ""


def test_preview_of_an_update_merges_and_changes_nothing(
    provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes
) -> None:
    create(provider, {"name": "a", "colour": "red"})
    answer = provider.Update(
        provider_pb2.UpdateRequest(
            id="a",
            urn=URN,
            olds=to_wire(boxes.boxes["a"]),
            old_inputs=to_wire({"name": "a", "colour": "red"}),
            news=to_wire({"name": "a", "lid": UNKNOWN}),
            preview=True,
        )
    )
    assert from_wire(answer.properties) == {"name": "a", "lid": UNKNOWN, "arn": "arn:a", "weight": 3}
    assert boxes.boxes["a"]["colour"] == "red"


def test_deleting_twice_succeeds(provider: provider_pb2_grpc.ResourceProviderStub, boxes: Boxes) -> None:
    create(provider, {"name": "a"})
    for _ in range(2):
        provider.Delete(provider_pb2.DeleteRequest(id="a", urn=URN))
    assert not boxes.boxes


def test_invoke_reaches_the_backend(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = provider.Invoke(provider_pb2.InvokeRequest(tok="aws:toy/getBox:getBox", args=to_wire({"size": 1})))
    assert from_wire(getattr(answer, "return")) == {"token": "aws:toy/getBox:getBox", "size": 1}


def test_find_looks_for_what_a_creation_left(provider: provider_pb2_grpc.ResourceProviderStub) -> None:
    create(provider, {"name": "a"})
    request = provider_pb2.InvokeRequest(tok=FIND, args=to_wire({"type": KIND, "inputs": {"name": "a"}}))
    assert from_wire(getattr(provider.Invoke(request), "return")) == {"ids": ["a"]}


def test_calls_that_are_not_offered_are_declined_quietly(
    provider: provider_pb2_grpc.ResourceProviderStub, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        provider.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert not caplog.records


def test_unknown_text_is_one_object() -> None:
    assert from_wire(to_wire({"list": [UNKNOWN], "text": UNKNOWN_TEXT})) == {"list": [UNKNOWN], "text": UNKNOWN}
