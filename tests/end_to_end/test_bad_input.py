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


def count_in_cloud(clone):
    """How many objects of each kind the local AWS holds, asked with a client of AWS's own."""
    ec2 = clone.client("ec2")
    own = [{"Name": "tag:stack", "Values": ["ci-us"]}]
    return {
        "networks": len(ec2.describe_vpcs(Filters=own)["Vpcs"]),
        "subnets": len(ec2.describe_subnets(Filters=own)["Subnets"]),
        "security groups": len(ec2.describe_security_groups(Filters=own)["SecurityGroups"]),
        "gateways": len(ec2.describe_nat_gateways(Filters=own)["NatGateways"]),
        "addresses": len(ec2.describe_addresses(Filters=own)["Addresses"]),
        "keys": len(clone.client("kms").list_keys()["Keys"]),
        "aliases": len([a for a in clone.client("kms").list_aliases()["Aliases"] if "aws/" not in a["AliasName"]]),
        "buckets": len(clone.client("s3").list_buckets()["Buckets"]),
        "roles": len([r for r in clone.client("iam").list_roles()["Roles"] if "aws-service-role" not in r["Path"]]),
        "trails": len(clone.client("cloudtrail").list_trails()["Trails"]),
        "load balancers": len(clone.client("elbv2").describe_load_balancers()["LoadBalancers"]),
        "log groups": len(clone.client("logs").describe_log_groups()["logGroups"]),
    }


def state_of(clone):
    return clone.export("ci-us")["deployment"]["resources"]


def test_an_unknown_stack(clone):
    assert sentence(clone.is_refused("up", "--stack", "uswest")).startswith("There is no stack 'uswest'")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"regoin": "us-east-1"}, "hosting:regoin is not a known setting"),
        ({"region": "eu-central-1"}, "region 'eu-central-1' is outside the jurisdiction 'us'"),
        ({"addressSpace": "10.0.0.0/24"}, "can't hold the subnets of three zones"),
        ({"vpnAddressSpace": "10.50.0.0/20"}, "overlap"),
        ({"tenants": [{"id": "Acme!"}]}, "'Acme!' is not a tenant id"),
        ({"tenants": [{"id": "a" * 21}]}, "is not a tenant id of 3 to 20"),
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


def test_a_policy_configuration_that_could_lower_a_rule(clone):
    printed = clone.is_refused("preview", "--stack", "ci-us", PULUMI_OPTION_POLICY_PACK_CONFIG="lower.json")

    assert "could lower or disable a mandatory rule: unset it" in sentence(printed)


def test_a_port_in_use(new_clone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        printed = new_clone().is_refused("preview", "--stack", "ci-us", "--http-port", str(port))

    assert str(port) in sentence(printed)
    assert "in use" in sentence(printed)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)


def state_file(clone):
    """What the state file holds, while an update writes it."""
    file = clone.root / ".hosting" / "local" / "state" / ".pulumi" / "stacks" / "hosting" / "ci-us.json"
    try:
        return json.loads(file.read_text())["checkpoint"]["latest"] or {}
    except (FileNotFoundError, ValueError, KeyError):
        return {}


def objects_under_way(clone):
    """How many resources the state holds."""
    return len(state_file(clone).get("resources", []))


def kinds_under_way(clone):
    """The types of the resources that are being created."""
    return {pending["resource"]["type"] for pending in state_file(clone).get("pending_operations", [])}


def test_two_updates_at_once(new_clone):
    clone = new_clone()
    first = clone.start("up", "--stack", "ci-us")
    wait_for(lambda: objects_under_way(clone) > 5)

    printed = clone.is_refused("up", "--stack", "ci-us")

    assert "is locked by process" in sentence(printed)
    stdout, stderr = first.communicate(timeout=300)
    assert first.returncode == 0, stdout + stderr
    assert "no changes" in clone.succeeds("preview", "--stack", "ci-us")


def test_an_update_that_was_killed_goes_on_and_makes_nothing_twice(clone, new_clone):
    """Killed when the cloud has made the network and the engine doesn't know of it yet."""
    interrupted = new_clone()
    update = interrupted.start("up", "--stack", "ci-us")
    wait_for(lambda: "aws:ec2/vpc:Vpc" in kinds_under_way(interrupted))
    family = [*psutil.Process(update.pid).children(recursive=True), psutil.Process(update.pid)]
    (engine,) = [process for process in family if process.name() == "pulumi"]
    engine.suspend()
    ec2 = interrupted.client("ec2")

    def is_made():
        if ec2.describe_vpcs(Filters=[{"Name": "tag:stack", "Values": ["ci-us"]}])["Vpcs"]:
            return True
        engine.resume()
        time.sleep(0.002)
        engine.suspend()
        return False

    wait_for(is_made)
    assert "aws:ec2/vpc:Vpc" in kinds_under_way(interrupted)
    for process in family:
        process.kill()
    update.communicate()

    printed = interrupted.succeeds("up", "--stack", "ci-us")

    assert re.search(r"interrupted: [1-9]\d* of \d+ objects under way exist and are adopted", printed), printed
    assert count_in_cloud(interrupted) == count_in_cloud(clone)
    assert "no changes" in interrupted.succeeds("preview", "--stack", "ci-us")


def test_a_cloud_that_ends_in_the_middle(new_clone):
    clone = new_clone()
    update = clone.start("up", "--stack", "ci-us")
    wait_for(lambda: objects_under_way(clone) > 5)
    record = json.loads((clone.root / ".hosting" / "local" / "cloud" / "aws.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)
    stdout, stderr = update.communicate(timeout=300)

    assert update.returncode == 1
    assert "cloud ended in the middle" in sentence(stdout + stderr)
    assert "its resources with it: run `make stop`" in sentence(clone.is_refused("up", "--stack", "ci-us"))
    clone.succeeds("stop")
    clone.succeeds("up", "--stack", "ci-us")
