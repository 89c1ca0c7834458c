"""The daemon: one process a cloud, found by its record, ended by a signal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from localcloud.provider import FIND
from localcloud.values import from_wire, to_wire

GUID = "00000000-0000-4000-8000-000000000001"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, cloud: str = "aws") -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "localcloud", cloud, "--directory", str(tmp_path), *arguments]
        environment = os.environ | {"AWS_ENDPOINT_URL": "http://192.0.2.1", "AWS_PROFILE": "somebody"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def record(directory: Path, process: "subprocess.Popen[str]", cloud: str = "aws") -> dict[str, Any]:
    """The record of a cloud that has come up."""
    path = directory / f"{cloud}.json"
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return json.loads(path.read_text())


def test_cloud_serves_engine_and_boto3_and_ends_cleanly(start: Start, tmp_path: Path) -> None:
    process = start()
    found = record(tmp_path, process)
    assert found.keys() == {"pid", "instance", "providerPort", "httpPort", "startedAt"}
    assert found["pid"] == process.pid

    kind, inputs = "aws:s3/bucket:Bucket", {"bucket": "data"}
    urn = f"urn:pulumi:test::hosting::{kind}::data"
    with grpc.insecure_channel(f"127.0.0.1:{found['providerPort']}") as channel:
        provider = provider_pb2_grpc.ResourceProviderStub(channel)
        assert provider.GetPluginInfo(Empty()).version
        provider.Configure(provider_pb2.ConfigureRequest(args=to_wire({"region": "us-east-1"})))
        assert provider.Create(provider_pb2.CreateRequest(urn=urn, properties=to_wire(inputs))).id == "data"
        request = provider_pb2.InvokeRequest(tok=FIND, args=to_wire({"type": kind, "inputs": inputs}))
        assert from_wire(getattr(provider.Invoke(request), "return")) == {"ids": ["data"]}

    session = boto3.session.Session(aws_access_key_id="any", aws_secret_access_key="any")
    s3 = session.client("s3", "us-east-1", endpoint_url=f"http://127.0.0.1:{found['httpPort']}")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["data"]

    second = start()
    assert "already runs" in second.communicate(timeout=60)[1]
    assert second.returncode == 1
    assert (tmp_path / "aws.json").exists()

    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, "", "")
    assert not (tmp_path / "aws.json").exists()


def test_taken_port_is_one_sentence(start: Start, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--http-port", str(port))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert f"Port {port}" in errors
    assert not (tmp_path / "aws.json").exists()


@pytest.mark.parametrize(
    ("cloud", "kind", "inputs"),
    [
        ("azure", "azure-native:resources:ResourceGroup", {"resourceGroupName": "a", "location": "eastus"}),
        ("entra", "azuread:index/group:Group", {"displayName": "a", "securityEnabled": True}),
    ],
)
def test_clouds_in_memory_serve_the_engine_and_their_back_door(
    start: Start, tmp_path: Path, cloud: str, kind: str, inputs: dict[str, Any]
) -> None:
    found = record(tmp_path, start(cloud=cloud), cloud)
    configuration = {"subscriptionId": GUID, "tenantId": GUID}
    with grpc.insecure_channel(f"127.0.0.1:{found['providerPort']}") as channel:
        provider = provider_pb2_grpc.ResourceProviderStub(channel)
        assert provider.GetPluginInfo(Empty()).version
        provider.Configure(provider_pb2.ConfigureRequest(args=to_wire(configuration)))
        urn = f"urn:pulumi:test::hosting::{kind}::a"
        identity = provider.Create(provider_pb2.CreateRequest(urn=urn, properties=to_wire(inputs))).id
    with urlopen(f"http://127.0.0.1:{found['httpPort']}/") as answer:
        assert json.load(answer) == {"value": [{"id": identity}]}
