"""The local cloud's servers: started when a stack needs them, found again by the next command, ended on request.

A cloud's data live in its server's memory. Its record (`cloud/aws.json`) names the server; a stack's record
(`cloud/stack-ci-us.json`) names the server that holds the stack, so that a stack whose data are gone is noticed.
"""

import contextlib
import fcntl
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import grpc
import psutil
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import deserialize_properties
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hosting.checkout import Checkout
from hosting.errors import HostingError

CloudName = Literal["aws", "azure", "entra"]

PACKAGES: Final[Mapping[CloudName, str]] = {"aws": "aws", "azure": "azure-native", "entra": "azuread"}
"""The Pulumi package that each simulated cloud stands in for."""

CLOUD_OF_SERVICE: Final[Mapping[str, CloudName]] = {"aware": "azure", "cloud-integrated": "aws", "identity": "entra"}

_START_SECONDS = 60
_END_SECONDS = 10


class Server(BaseModel):
    """The record that a running server keeps: who it is and where it listens."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    instance: str
    provider_port: int = Field(alias="providerPort")
    http_port: int = Field(alias="httpPort")

    def is_running(self, folder: Path) -> bool:
        """Whether the process still is the cloud whose record is in `folder`, and not another that got its number."""
        try:
            command = psutil.Process(self.pid).cmdline()
        except psutil.Error:
            return False
        return "localcloud" in command and str(folder) in command


class LocalCloud:
    """One simulated cloud of a checkout."""

    def __init__(self, checkout: Checkout, name: CloudName) -> None:
        self.name: CloudName = name
        self._checkout = checkout
        self._folder = checkout.local / "cloud"
        self._record = self._folder / f"{name}.json"

    def server(self) -> Server | None:
        """The server, if it runs."""
        try:
            server = Server.model_validate_json(self._record.read_text())
        except (FileNotFoundError, ValidationError):
            return None
        return server if server.is_running(self._folder) else None

    def start(self, http_port: int | None) -> Server:
        """The running server, started if need be. Raises HostingError when it can't start (a port in use)."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{self.name}.starting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            running = self.server()
            if running is None:
                return self._start(http_port)
            if http_port not in (None, running.http_port):
                raise HostingError(
                    f"The local {self.name} cloud already runs, with port {running.http_port}: run `make stop` first."
                )
            return running

    def _start(self, http_port: int | None) -> Server:
        self._record.unlink(missing_ok=True)
        log = self._folder / f"{self.name}.log"
        command = [sys.executable, "-m", "localcloud", self.name, "--directory", str(self._folder)]
        if http_port is not None:
            command += ["--http-port", str(http_port)]
        process = _start_detached(command, log)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            # Asked first: the record may appear just before the process would be seen to have ended.
            ended = not _is_alive(process)
            server = self.server()
            if server is not None:
                return server
            if ended:
                said = log.read_text(errors="replace").strip().splitlines()
                raise HostingError(said[-1] if said else f"The local {self.name} cloud ended as it started: see {log}.")
            time.sleep(0.05)
        process.terminate()
        raise HostingError(f"The local {self.name} cloud did not start within {_START_SECONDS} s: see {log}.")

    def stop(self) -> bool:
        """Ends the server; whether there was one. Its data go with it, so the stacks in it are forgotten."""
        server = self.server()
        if server is None:
            self._record.unlink(missing_ok=True)
            return False
        process = psutil.Process(server.pid)
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_END_SECONDS)
        self._record.unlink(missing_ok=True)
        return True

    def holds(self, stack: str) -> bool:
        """Whether the running server is the one in which `stack` was brought up (or the stack never was)."""
        holder = self._holder(stack)
        server = self.server()
        return holder is None or (server is not None and server.instance == holder)

    def remember(self, stack: str) -> None:
        """Records that `stack` is in the running server."""
        server = self.server()
        if server is None:
            raise HostingError(f"The local {self.name} cloud is not running: run `make up STACK={stack}`.")
        record = self._stack_record(stack)
        unfinished = record.with_suffix(f".{uuid.uuid4().hex}")
        unfinished.write_text(json.dumps({"cloud": self.name, "instance": server.instance}))
        unfinished.replace(record)

    def stacks(self) -> list[str]:
        """The stacks that were brought up in this cloud."""
        names = [path.stem.removeprefix("stack-") for path in sorted(self._folder.glob("stack-*.json"))]
        return [name for name in names if self._content(name).get("cloud") == self.name]

    def forget(self, stack: str) -> None:
        """Removes the record of `stack`."""
        self._stack_record(stack).unlink(missing_ok=True)

    def find(self, kind: str, inputs: Mapping[str, Any]) -> list[str]:
        """The ids of the objects that creating a resource with these inputs would have made."""
        request = provider_pb2.InvokeRequest(tok="localcloud:index:find")
        request.args.update({"type": kind, "inputs": dict(inputs)})
        with self._provider() as stub:
            try:
                answer = stub.Invoke(request, timeout=30)
            except grpc.RpcError as error:
                reason = error.details() if isinstance(error, grpc.Call) else type(error).__name__
                raise HostingError(f"The local {self.name} cloud can't be searched for a {kind}: {reason}") from None
        return [str(identity) for identity in deserialize_properties(getattr(answer, "return"))["ids"]]

    def problems(self, urn: str, inputs: Mapping[str, Any]) -> list[str]:
        """What the cloud has against a resource with these inputs before it is made."""
        request = provider_pb2.CheckRequest(urn=urn)
        request.news.update(dict(inputs))
        with self._provider() as stub:
            answer = stub.Check(request, timeout=30)
        return [f"{each.property}: {each.reason}" for each in answer.failures]

    @contextlib.contextmanager
    def _provider(self) -> Generator[Any]:
        server = self.server()
        if server is None:
            raise HostingError(f"The local {self.name} cloud is not running.")
        with grpc.insecure_channel(f"127.0.0.1:{server.provider_port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)

    def _holder(self, stack: str) -> str | None:
        return self._content(stack).get("instance")

    def _content(self, stack: str) -> dict[str, str]:
        try:
            return json.loads(self._stack_record(stack).read_text())
        except FileNotFoundError:
            return {}

    def _stack_record(self, stack: str) -> Path:
        return self._folder / f"stack-{stack}.json"


def _start_detached(command: Sequence[str], log: Path) -> psutil.Process:
    """Starts a process that is nobody's child, so that it outlives this command and whatever ends it."""
    shell = ["sh", "-c", '"$@" >"$0" 2>&1 </dev/null & echo $!', str(log), *command]
    started = subprocess.run(shell, stdout=subprocess.PIPE, text=True, check=True, start_new_session=True)
    return psutil.Process(int(started.stdout))


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def environment_of(servers: Mapping[CloudName, Server], region: str = "us-east-1") -> dict[str, str]:
    """What makes the engine, boto3 and AWS's own commands talk to these servers, and in AWS to a region."""
    providers = ",".join(f"{PACKAGES[name]}:{server.provider_port}" for name, server in sorted(servers.items()))
    environment = {"PULUMI_DEBUG_PROVIDERS": providers}
    for name in ("azure", "entra"):
        if name in servers:
            environment[f"LOCALCLOUD_{name.upper()}_URL"] = f"http://127.0.0.1:{servers[name].http_port}"
    if "aws" in servers:
        environment |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{servers['aws'].http_port}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
        }
    return environment
