"""A session of one tenant reaches that tenant's data, and nothing of another's; nobody reaches any without a tag."""

import pytest

REGIONS = {"us-east-1": "", "us-west-2": "-2"}
ROLE = "arn:aws:iam::123456789012:role/hostco-ci-us-tenant-data"


def key(tenant, region="us-east-1"):
    return f"arn:aws:kms:{region}:123456789012:alias/tenant/{tenant}"


def bucket(tenant, region="us-east-1"):
    return f"arn:aws:s3:::hostco-ci-us-tenant-{tenant}{REGIONS[region]}"


def through_s3(tenant, region="us-east-1"):
    return {
        "kms:ViaService": f"s3.{region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": bucket(tenant, region),
    }


OBJECT_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


@pytest.fixture
def acme(policies):
    return policies.session("tenant-data", tenant="acme")


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("action", OBJECT_ACTIONS)
def test_a_session_reaches_its_tenants_objects(allowed, acme, action, region):
    assert allowed(acme, action, f"{bucket('acme', region)}/a", region=region)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("action", KEY_ACTIONS)
def test_a_session_uses_its_tenants_key_through_the_bucket(allowed, acme, action, region):
    assert allowed(acme, action, key("acme", region), through_s3("acme", region), region=region)


@pytest.mark.parametrize("action", OBJECT_ACTIONS)
def test_a_session_is_denied_another_tenants_objects(allowed, acme, action):
    assert not allowed(acme, action, f"{bucket('globex')}/a")


def test_a_session_is_denied_another_tenants_list(allowed, acme):
    assert allowed(acme, "s3:ListBucket", bucket("acme"))
    assert not allowed(acme, "s3:ListBucket", bucket("globex"))


@pytest.mark.parametrize("action", KEY_ACTIONS)
@pytest.mark.parametrize("context_of", ["acme", "globex"])
def test_a_session_is_denied_another_tenants_key(allowed, acme, action, context_of):
    assert not allowed(acme, action, key("globex"), through_s3(context_of))
    assert not allowed(acme, action, key("globex"), {"kms:EncryptionContext:tenant": context_of})


@pytest.mark.parametrize("action", KEY_ACTIONS)
def test_a_direct_use_of_the_key_names_the_tenant(allowed, acme, action):
    assert allowed(acme, action, key("acme"), {"kms:EncryptionContext:tenant": "acme"})
    assert not allowed(acme, action, key("acme"), {"kms:EncryptionContext:tenant": "globex"})
    assert not allowed(acme, action, key("acme"))


def test_the_key_is_no_use_through_another_service_or_for_another_bucket(allowed, acme):
    assert not allowed(acme, "kms:Decrypt", key("acme"), through_s3("globex"))
    assert not allowed(
        acme,
        "kms:Decrypt",
        key("acme"),
        {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com", "kms:EncryptionContext:tenant": "acme"},
    )


@pytest.mark.parametrize("tags", [{}, {"tenant": ""}, {"Name": "acme"}, {"tenant": "*"}, {"tenant": "acme/a"}])
@pytest.mark.parametrize("action", OBJECT_ACTIONS)
def test_a_session_without_a_true_tag_reaches_no_objects(policies, allowed, tags, action):
    session = policies.session("tenant-data", **tags)

    assert not allowed(session, action, f"{bucket('acme')}/a")
    assert not allowed(session, action, f"{bucket('acme')}/a/b")


@pytest.mark.parametrize("tags", [{}, {"tenant": ""}, {"Name": "acme"}, {"tenant": "*"}])
def test_a_session_without_a_true_tag_uses_no_key(policies, allowed, tags):
    session = policies.session("tenant-data", **tags)

    assert not allowed(session, "kms:Decrypt", key("acme"), through_s3("acme"))
    assert not allowed(session, "kms:Decrypt", key("acme"), {"kms:EncryptionContext:tenant": "acme"})


@pytest.mark.parametrize("action", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"])
def test_a_session_reaches_its_tenants_items_only(policies, allowed, acme, action):
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"
    untagged = policies.session("tenant-data")

    assert allowed(acme, action, table, {"dynamodb:LeadingKeys": ["acme"]})
    assert not allowed(acme, action, table, {"dynamodb:LeadingKeys": ["globex"]})
    assert not allowed(acme, action, table, {"dynamodb:LeadingKeys": ["acme", "globex"]})
    assert not allowed(acme, action, table)
    assert not allowed(untagged, action, table, {"dynamodb:LeadingKeys": ["acme"]})


def test_a_session_scans_nothing(allowed, acme):
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"

    assert not allowed(acme, "dynamodb:Scan", table)


def tagged(value="acme", **more):
    return {"aws:RequestTag/tenant": value, "aws:TagKeys": ["tenant"], **more}


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession"])
def test_the_token_service_takes_on_the_role_with_a_tenant(policies, allowed, action):
    assert allowed(policies.session("tokens-task"), action, ROLE, tagged())


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession"])
@pytest.mark.parametrize(
    "request_tags",
    [
        {},
        tagged(""),
        {"aws:RequestTag/Name": "acme", "aws:TagKeys": ["Name"]},
        {"aws:RequestTag/tenant": "acme", "aws:RequestTag/role": "a", "aws:TagKeys": ["tenant", "role"]},
        tagged(**{"sts:TransitiveTagKeys": ["tenant"]}),
    ],
    ids=["untagged", "empty", "another", "more", "transitive"],
)
def test_the_token_service_is_denied_any_other_tags(policies, allowed, action, request_tags):
    assert not allowed(policies.session("tokens-task"), action, ROLE, request_tags)


OTHERS = ("tenant-data", "operator", "auditor", "break-glass", "backup", "restore", "replication")


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession"])
def test_nobody_else_takes_on_the_role_or_tags_a_session(policies, allowed, role, action):
    assert not allowed(policies.session(role, tenant="acme"), action, ROLE, tagged())


def test_no_role_of_the_stack_tags_what_tenants_are_told_apart_by(policies, allowed):
    assert len(policies.roles) > 8
    for name in policies.roles:
        who = policies.session(name.removeprefix("hostco-ci-us-"))
        assert not allowed(who, "iam:TagRole", ROLE)
        assert not allowed(who, "kms:TagResource", key("acme"))
        assert not allowed(who, "s3:PutBucketTagging", bucket("acme"))


def test_only_the_token_service_may_tag_a_session_of_any_role(policies):
    for name in policies.roles:
        decision = policies.decide(
            policies.session(name.removeprefix("hostco-ci-us-")), "sts:TagSession", ROLE, **tagged()
        )
        assert (decision == "Allowed") == (name == "hostco-ci-us-tokens-task"), name


def test_only_sessions_reach_items(policies, allowed):
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"
    keys = {"dynamodb:LeadingKeys": ["acme"]}

    for name in policies.roles:
        who = policies.session(name.removeprefix("hostco-ci-us-"), tenant="acme")
        assert allowed(who, "dynamodb:GetItem", table, keys) is (name == "hostco-ci-us-tenant-data"), name
        assert not allowed(who, "dynamodb:Scan", table), name


def test_only_sessions_and_copying_roles_use_a_tenants_key(policies, allowed):
    users = {
        name.removeprefix("hostco-ci-us-")
        for name in policies.roles
        for context in (through_s3("acme"), {"kms:EncryptionContext:tenant": "acme"}, {})
        if allowed(
            policies.session(name.removeprefix("hostco-ci-us-"), tenant="acme"), "kms:Decrypt", key("acme"), context
        )
    }

    assert users == {"tenant-data", "replication", "backup", "restore"}


def test_only_sessions_and_copying_roles_reach_a_tenants_objects(policies, allowed):
    readers = {
        name.removeprefix("hostco-ci-us-")
        for name in policies.roles
        if allowed(
            policies.session(name.removeprefix("hostco-ci-us-"), tenant="acme"), "s3:GetObject", f"{bucket('acme')}/a"
        )
    }

    assert readers == {"tenant-data", "backup", "restore"}
