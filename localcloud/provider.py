"""The engine's side of a simulated cloud: the gRPC service ResourceProvider in front of any `Backend`.

Names, arguments and meaning of the methods are those of the protocol (pulumi/provider.proto).
"""
# ruff: noqa: ARG002, D102, N802

import json
import logging
import re
import threading
import traceback
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Final, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from localcloud.backend import Backend, Change, PartlyDoneError, Properties, RejectedError
from localcloud.values import from_wire, merged, to_wire

FIND: Final = "localcloud:index:find"
"""Provider function {type, inputs} -> {ids}: what a creation with these inputs has left behind in the cloud."""

REPLACING_CONFIGURATION: Final = frozenset({"region", "subscriptionId", "tenantId"})
"""Provider settings whose change means another cloud: every resource of the provider is made anew."""

_WITHHELD: Final = "its message is withheld, for it could hold a secret"

_logger = logging.getLogger("localcloud")


class _Status(grpc.Status):
    def __init__(self, code: grpc.StatusCode, details: str, metadata: tuple[tuple[str, bytes], ...] = ()) -> None:
        self.code, self.details, self.trailing_metadata = code, details, metadata


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one backend to the engine. Calls reach the backend one at a time.

    It declines secrets and output values: the engine unwraps secrets on the way in and marks the outputs of the same
    name again on the way out, as it does for every provider that can't keep them apart.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._partly_done: set[tuple[str, str]] = set()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi-" + self._backend.package))

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        # The engine sends it at the end of every run; calls are short, there is nothing to break off.
        return Empty()

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        package = self._backend.package
        return provider_pb2.GetSchemaResponse(
            schema=json.dumps({"name": package, "version": version("pulumi-" + package)})
        )

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        old, new = from_wire(request.old_inputs), from_wire(request.news)
        changed = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        return _diff_response([Change(name, "update", name in REPLACING_CONFIGURATION) for name in changed])

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        with self._call("configure", self._backend.package, context):
            self._backend.configure(
                {name: _from_json(value) for name, value in from_wire(request.args).items() if name != "version"}
            )
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        with self._call("check", request.urn, context):
            inputs, failures = self._backend.check(_kind(request.urn), from_wire(request.news))
            return provider_pb2.CheckResponse(
                inputs=to_wire(inputs),
                failures=[provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures],
            )

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        kind, old_inputs, inputs = _kind(request.urn), from_wire(request.old_inputs), from_wire(request.news)
        with self._call("compare", request.urn, context):
            changes = self._backend.diff(kind, old_inputs, from_wire(request.olds), inputs)
            changes = [each for each in changes if not _is_below(each.path, request.ignoreChanges)]
            response = _diff_response(changes)
            if response.replaces:
                response.deleteBeforeReplace = self._backend.deletes_before_replacing(kind, old_inputs, inputs)
        return response

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        kind, inputs = _kind(request.urn), from_wire(request.properties)
        with self._call("create", request.urn, context):
            if request.preview:
                outputs = inputs | self._backend.predict(kind, request.urn, inputs)
                # An id that is certain lets rules judge in a preview what refers to it.
                return provider_pb2.CreateResponse(id=outputs.get("id", ""), properties=to_wire(outputs))
            identity, outputs = self._backend.create(kind, request.urn, inputs)
            return provider_pb2.CreateResponse(id=identity, properties=_with_id(identity, outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        is_import = not request.inputs.fields and not request.properties.fields
        with self._call("read", request.urn, context):
            found = self._backend.read(_kind(request.urn), request.id, None if is_import else from_wire(request.inputs))
            if found is None:
                return provider_pb2.ReadResponse(id="")
            return provider_pb2.ReadResponse(
                id=found.identity,
                properties=_with_id(found.identity, found.outputs),
                inputs=to_wire(found.inputs),
            )

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        kind, old_inputs, inputs = _kind(request.urn), from_wire(request.old_inputs), from_wire(request.news)
        with self._call("update", request.urn, context):
            if request.preview:
                outputs = merged(from_wire(request.olds), old_inputs, inputs)
                outputs |= self._backend.predict(kind, request.urn, inputs)
                return provider_pb2.UpdateResponse(properties=to_wire(outputs))
            # The engine doesn't say that the object was left half made: without this, what failed then would never
            # be applied, for the inputs are the same.
            everything = (request.urn, request.id) in self._partly_done
            outputs = self._backend.update(kind, request.id, old_inputs, inputs, everything=everything)
            self._partly_done.discard((request.urn, request.id))
            return provider_pb2.UpdateResponse(properties=_with_id(request.id, outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        kind = _kind(request.urn)
        with self._call("delete", request.urn, context):
            self._backend.delete(kind, request.id, from_wire(request.properties))
            self._partly_done.discard((request.urn, request.id))
        return Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        arguments = from_wire(request.args)
        with self._call("invoke", request.tok, context):
            if request.tok == FIND:
                result: Properties = {"ids": self._backend.find(arguments["type"], arguments["inputs"])}
            else:
                result = self._backend.invoke(request.tok, arguments)
            response = provider_pb2.InvokeResponse()
            getattr(response, "return").CopyFrom(to_wire(result))
            return response

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    def Construct(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    def Call(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    def List(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _decline(context)

    @contextmanager
    def _call(self, verb: str, subject: str, context: grpc.ServicerContext) -> Generator[None]:
        """One call of the backend. What it raises reaches the engine as one sentence, never as a traceback."""
        try:
            with self._lock:
                yield
        except RejectedError as error:
            failure = _Status(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except PartlyDoneError as error:
            self._partly_done.add((subject, error.identity))
            failure = _partly_done_status(error)
        except Exception as error:  # noqa: BLE001  whatever it is, the engine must get a sentence
            # The exception's text can hold a value of the inputs, so neither the engine nor the log gets it.
            frames = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("%s of %s: %s (%s)\n%s", verb, subject, type(error).__name__, _WITHHELD, frames)  # noqa: TRY400
            failure = _Status(
                grpc.StatusCode.INTERNAL,
                f"the local {self._backend.package} cloud failed to {verb} {subject} with {type(error).__name__}; "
                "its log shows where",
            )
        else:
            return
        context.abort_with_status(failure)


def _decline(context: grpc.ServicerContext) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, "the local cloud doesn't offer this call")


def _with_id(identity: str, outputs: Properties) -> Struct:
    """The outputs as real providers give them: the id is among them, and policy rules know an object by it."""
    return to_wire({"id": identity} | outputs)


def _kind(urn: str) -> str:
    """The resource's own type: the last of the types in the third part of its URN."""
    return urn.split("::")[2].rpartition("$")[2]


def _from_json(value: Any) -> Any:
    """Settings that aren't plain text come from the SDK as JSON text."""
    if isinstance(value, str) and (value[:1] in ("[", "{") or value in ("true", "false")):
        return json.loads(value)
    return value


def _is_below(path: str, prefixes: Iterable[str]) -> bool:
    return any(path == prefix or path.startswith((prefix + ".", prefix + "[")) for prefix in prefixes)


def _diff_response(changes: list[Change]) -> provider_pb2.DiffResponse:
    kinds: Mapping[tuple[str, bool], Any] = {
        ("add", False): provider_pb2.PropertyDiff.ADD,
        ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
        ("delete", False): provider_pb2.PropertyDiff.DELETE,
        ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
        ("update", False): provider_pb2.PropertyDiff.UPDATE,
        ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
    }
    response = provider_pb2.DiffResponse
    return response(
        changes=response.DIFF_SOME if changes else response.DIFF_NONE,
        diffs=sorted({_first_name(each.path) for each in changes}),
        replaces=sorted({_first_name(each.path) for each in changes if each.replaces}),
        detailedDiff={
            each.path: provider_pb2.PropertyDiff(kind=kinds[each.kind, each.replaces], inputDiff=True)
            for each in changes
        },
        hasDetailedDiff=True,
    )


def _first_name(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _partly_done_status(error: PartlyDoneError) -> _Status:
    detail = AnyMessage()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.identity, properties=_with_id(error.identity, error.outputs), reasons=error.reasons
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[detail])
    return _Status(grpc.StatusCode.UNKNOWN, str(error), (("grpc-status-details-bin", status.SerializeToString()),))
