"""Every bucket of the stack, of a tenant or for logs, is closed in the same way."""

import pytest

IN_EACH_REGION = {
    "config": "config",
    "edge-logs": "edge-logs",
    "tenant-acme-data": "tenant-acme",
    "tenant-globex-data": "tenant-globex",
    "tenant-initech-data": "tenant-initech",
}
BUCKETS = {
    "trail-logs": "hostco-ci-us-trail-logs",
    **{
        f"{name}{suffix}": f"hostco-ci-us-{bucket}{suffix}"
        for name, bucket in IN_EACH_REGION.items()
        for suffix in ("", "-2")
    },
}


@pytest.fixture(params=BUCKETS)
def name(request):
    return request.param


def of_bucket(stack, kind, name):
    return stack.inputs(f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", name)


def test_there_are_no_other_buckets(stack):
    assert {name: r["inputs"]["bucket"] for name, r in stack.of_type("aws:s3/bucket:Bucket").items()} == BUCKETS


def test_what_belongs_to_a_bucket_configures_that_bucket(stack, name):
    companions = [r for r in stack.resources if r["type"].startswith("aws:s3/bucket") and r["name"] == name]

    assert len(companions) >= 6
    assert {r["inputs"]["bucket"] for r in companions} == {BUCKETS[name]}


def test_a_bucket_and_its_companions_are_protected(stack, name):
    below = [r for r in stack.resources if r["type"].startswith("aws:s3/bucket") and r["name"] == name]

    assert all(r["protect"] for r in below)
    assert of_bucket(stack, "Bucket", name)["forceDestroy"] is False


def test_a_bucket_is_versioned(stack, name):
    assert of_bucket(stack, "BucketVersioning", name)["versioningConfiguration"] == {"status": "Enabled"}


def test_a_bucket_cannot_be_made_public(stack, name):
    block = of_bucket(stack, "BucketPublicAccessBlock", name)

    assert {key for key in block if block[key] is True} == {
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    }


def test_a_bucket_knows_no_access_lists(stack, name):
    assert of_bucket(stack, "BucketOwnershipControls", name)["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_a_bucket_refuses_plain_http_and_old_tls(stack, statements, name):
    found = statements(of_bucket(stack, "BucketPolicy", name)["policy"])
    arn = f"arn:aws:s3:::{BUCKETS[name]}"

    for sid, condition in {
        "RefusePlainHttp": {"Bool": {"aws:SecureTransport": "false"}},
        "RefuseOldTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }.items():
        assert found[sid] == {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": condition,
        }


def test_nobody_is_let_in_by_name_of_everyone(stack, statements, name):
    for statement in statements(of_bucket(stack, "BucketPolicy", name)["policy"]).values():
        assert statement["Effect"] == "Deny" or "*" not in str(statement["Principal"])


def test_a_policy_waits_for_the_access_block(stack, name):
    block = stack.of_type("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")[name]

    assert block["urn"] in stack.of_type("aws:s3/bucketPolicy:BucketPolicy")[name]["dependencies"]
