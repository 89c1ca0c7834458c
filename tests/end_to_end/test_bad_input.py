"""What can go wrong around a run: each time one clear sentence, status 1, nothing changed and nothing lost."""

import json
import os
import re
import signal
import socket
import time

import psutil
import pytest


@pytest.fixture
def clone(deployed):
    """A clone in which ci-us is up."""
    return deployed("ci-us")


def sentence(printed):
    """The one sentence of a refusal."""
    lines = [line for line in printed.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, printed
    return lines[0].removeprefix("error: ")


COUNTED = {
    "aws:ec2/vpc:Vpc": ("ec2", "describe_vpcs", "Vpcs"),
    "aws:ec2/subnet:Subnet": ("ec2", "describe_subnets", "Subnets"),
    "aws:ec2/natGateway:NatGateway": ("ec2", "describe_nat_gateways", "NatGateways"),
    "aws:ec2/eip:Eip": ("ec2", "describe_addresses", "Addresses"),
    "aws:kms/key:Key": ("kms", "list_keys", "Keys"),
    "aws:s3/bucket:Bucket": ("s3", "list_buckets", "Buckets"),
    "aws:cloudtrail/trail:Trail": ("cloudtrail", "list_trails", "Trails"),
    "aws:lb/loadBalancer:LoadBalancer": ("elbv2", "describe_load_balancers", "LoadBalancers"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "describe_log_groups", "logGroups"),
}


def counts_in_cloud(clone, region):
    """How many objects of each type the local AWS holds, asked with a client of AWS's own."""
    counts = {}
    for kind, (service, operation, answer) in COUNTED.items():
        client = clone.client(service, region)
        arguments = {"Filters": [{"Name": "tag-key", "Values": ["stack"]}]} if service == "ec2" else {}
        if client.can_paginate(operation):
            found = client.get_paginator(operation).paginate(**arguments).build_full_result()[answer]
        else:
            found = getattr(client, operation)(**arguments)[answer]
        counts[kind] = len(found)
    return counts


def state_of(clone):
    return clone.export("ci-us")["deployment"]["resources"]


def test_an_unknown_stack(clone):
    assert sentence(clone.is_refused("up", "--stack", "uswest")).startswith("There is no stack 'uswest'")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"regoin": "us-east-1"}, "hosting:regoin is not a key here"),
        ({"region": "eu-central-1"}, "region 'eu-central-1' is outside the jurisdiction 'us'"),
        ({"addressSpace": "10.0.0.0/24"}, "can't hold the subnets of three zones"),
        ({"vpnAddressSpace": "10.50.0.0/20"}, "overlaps with addressSpace"),
        ({"tenants": [{"id": "Acme!"}]}, "'Acme!' is not a tenant id"),
        ({"tenants": [{"id": "a" * 20}]}, "is not a tenant id of 3 to 19"),
        ({"tenants": [{"id": "acme"}, {"id": "acme"}]}, "names 'acme' twice"),
        ({"jurisdiction": None}, "hosting:jurisdiction is missing"),
    ],
)
def test_a_setting_that_can_not_be_used(clone, values, said):
    before = state_of(clone)

    with clone.configured("ci-us", **values):
        assert said in sentence(clone.is_refused("up", "--stack", "ci-us"))

    assert state_of(clone) == before


def test_a_wrong_passphrase(clone):
    printed = clone.is_refused("up", "--stack", "ci-us", PULUMI_CONFIG_PASSPHRASE="not it")

    assert sentence(printed).startswith("The passphrase doesn't open the state of ci-us")


def test_a_policy_configuration_that_could_lower_a_rule(clone, tmp_path):
    lower = tmp_path / "lower.json"
    lower.write_text('{"kms-key-rotates": "disabled"}')
    printed = clone.is_refused("preview", "--stack", "ci-us", PULUMI_OPTION_POLICY_PACK_CONFIG=str(lower))

    assert "it may only hold the terms of stack-is-as-agreed: every rule is mandatory" in sentence(printed)


def test_a_port_in_use(new_clone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        printed = new_clone().is_refused("preview", "--stack", "ci-us", "--http-port", str(port))

    assert str(port) in sentence(printed)
    assert "in use" in sentence(printed)


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)


def state_file(clone, stack):
    """What the state file holds, while an update writes it."""
    file = clone.root / ".hosting" / "local" / "state" / ".pulumi" / "stacks" / "hosting" / f"{stack}.json"
    try:
        return json.loads(file.read_text())["checkpoint"]["latest"] or {}
    except (FileNotFoundError, ValueError, KeyError):
        return {}


def objects_under_way(clone, stack):
    """How many resources the state holds."""
    return len(state_file(clone, stack).get("resources", []))


def kinds_under_way(clone, stack):
    """The types of the resources that are being created."""
    return {pending["resource"]["type"] for pending in state_file(clone, stack).get("pending_operations", [])}


def engine_of(update):
    """The engine that a command has started."""
    family = psutil.Process(update.pid).children(recursive=True)
    (engine,) = [process for process in family if process.name() == "pulumi" and "up" in process.cmdline()]
    return engine


def test_two_updates_at_once(new_clone):
    clone = new_clone()
    first = clone.start("up", "--stack", "identity")
    wait_for(lambda: objects_under_way(clone, "identity") > 5)
    engine = engine_of(first)
    engine.suspend()
    try:
        printed = clone.is_refused("up", "--stack", "identity")
    finally:
        engine.resume()
        stdout, stderr = first.communicate(timeout=300)

    assert "is locked by process" in sentence(printed)
    assert first.returncode == 0, stdout + stderr
    assert "no changes" in clone.succeeds("preview", "--stack", "identity")


def test_an_update_that_was_killed_goes_on_and_makes_nothing_twice(new_clone):
    """Killed when the cloud has made the network and the engine doesn't know of it yet."""
    clone = new_clone()
    update = clone.start("up", "--stack", "ci-uk")
    wait_for(lambda: "aws:ec2/vpc:Vpc" in kinds_under_way(clone, "ci-uk"), seconds=300)
    family = [*psutil.Process(update.pid).children(recursive=True), psutil.Process(update.pid)]
    (engine,) = [process for process in family if process.name() == "pulumi"]
    engine.suspend()
    ec2 = clone.client("ec2", "eu-west-2")

    def is_made():
        if ec2.describe_vpcs(Filters=[{"Name": "tag:stack", "Values": ["ci-uk"]}])["Vpcs"]:
            return True
        engine.resume()
        time.sleep(0.002)
        engine.suspend()
        return False

    wait_for(is_made)
    assert "aws:ec2/vpc:Vpc" in kinds_under_way(clone, "ci-uk")
    for process in family:
        process.kill()
    update.communicate()

    printed = clone.succeeds("up", "--stack", "ci-uk")

    assert re.search(r"interrupted: [1-9]\d* of \d+ objects under way exist and are adopted", printed), printed
    kinds = [resource["type"] for resource in clone.export("ci-uk")["deployment"]["resources"]]
    assert counts_in_cloud(clone, "eu-west-2") == {kind: kinds.count(kind) for kind in COUNTED}
    assert "no changes" in clone.succeeds("preview", "--stack", "ci-uk")


def test_a_cloud_that_ends_in_the_middle(new_clone):
    clone = new_clone()
    update = clone.start("up", "--stack", "identity")
    wait_for(lambda: objects_under_way(clone, "identity") > 5)
    record = json.loads((clone.root / ".hosting" / "local" / "cloud" / "entra.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)
    stdout, stderr = update.communicate(timeout=300)

    assert update.returncode == 1
    assert "cloud ended in the middle" in sentence(stdout + stderr)
    assert "its resources with it: run `make stop`" in sentence(clone.is_refused("up", "--stack", "identity"))
    clone.succeeds("stop")
    clone.succeeds("up", "--stack", "identity")
