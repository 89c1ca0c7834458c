"""Each region that the stack uses is watched, and nothing of the audit lies in another."""

import pytest

BUCKET = "aws:s3/bucket:Bucket"
SITES = (("", "us-east-1"), ("-2", "us-west-2"))
RECORDS = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def below_audit(stack):
    """Everything of the room."""
    (room,) = stack.of_type("hosting:cloud_integrated:Audit").values()
    found = {room["urn"]}
    for _ in range(5):
        found |= {r["urn"] for r in stack.resources if r["parent"] in found}
    return [r for r in stack.resources if r["urn"] in found]


def test_what_watches_a_region_is_the_same_in_both(stack):
    once = {"Trail", "Audit"}
    rooms = {r["name"]: r["type"].split(":")[-1] for r in below_audit(stack) if not r["custom"]}
    of_rooms = [name for name, type_ in rooms.items() if type_ not in {*once, "Bucket", "ServiceRole"}]

    assert sorted(of_rooms) == sorted(
        f"{name}{suffix}" for name in ("regional-audit", "config", "detectors", "on-call") for suffix, _ in SITES
    )


@pytest.mark.parametrize("name", ["ci-us", "ci-eu"])
def test_nothing_lies_outside_the_regions_of_the_stack(stack, declare, name):
    abroad = {
        "jurisdiction": "eu",
        "region": "eu-central-1",
        "zones": [f"eu-central-1{zone}" for zone in "abc"],
        "secondRegion": None,
    }
    declared, regions = (
        (stack, {"us-east-1", "us-west-2"}) if name == "ci-us" else (declare(**abroad), {"eu-central-1"})
    )
    with_region = [r for r in below_audit(declared) if r["custom"] and "region" in r["inputs"]]

    assert {r["inputs"]["region"] for r in with_region} == regions
    assert {r["type"] for r in below_audit(declared) if r["custom"] and "region" not in r["inputs"]} == {
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    }


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_only_the_portals_load_balancer_writes_to_the_edges_bucket(stack, statements, suffix, region):
    policy = statements(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", f"edge-logs{suffix}")["policy"])

    assert {name for name, statement in policy.items() if statement["Effect"] == "Allow"} == {"LoadBalancerDelivers"}
    assert policy["LoadBalancerDelivers"]["Principal"] == {
        "Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
    assert (
        policy["LoadBalancerDelivers"]["Resource"]
        == f"arn:aws:s3:::hostco-ci-us-edge-logs{suffix}/*/AWSLogs/123456789012/*"
    )
    assert policy["LoadBalancerDelivers"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {
            "aws:SourceArn": (
                f"arn:aws:elasticloadbalancing:{region}:123456789012:loadbalancer/app/hostco-ci-us-portal{suffix}/*"
            )
        },
    }


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_the_edges_logs_are_encrypted_as_load_balancers_can_write_them(stack, suffix, region):
    (rule,) = stack.inputs(RECORDS, f"edge-logs{suffix}")["rules"]

    assert stack.of_type(BUCKET)[f"edge-logs{suffix}"]["protect"]
    assert stack.inputs(BUCKET, f"edge-logs{suffix}")["region"] == region
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_each_load_balancer_logs_to_the_bucket_of_its_region(stack):
    buckets = {b["inputs"]["bucket"]: b["inputs"]["region"] for b in stack.of_type(BUCKET).values()}

    for balancer in stack.of_type("aws:lb/loadBalancer:LoadBalancer").values():
        for logs in ("accessLogs", "connectionLogs"):
            assert balancer["inputs"][logs]["enabled"] is True
            assert buckets[balancer["inputs"][logs]["bucket"]] == balancer["inputs"]["region"]
