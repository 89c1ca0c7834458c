"""Decisions, held against a maintained evaluator; where that one can't go, against what the documentation says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.iam.context import Context, State
from policies.iam.decision import Caller, decide, unlike
from policies.iam.statements import EVERYTHING, Document
from policies.iam.truth import Truth

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/somebody"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
OBJECT = "arn:aws:s3:::acme/a"
VERSION = {"Version": "2012-10-17"}


def document(*statements):
    return Document.read({**VERSION, "Statement": list(statements)})


def allow(**parts):
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **parts}


def deny(**parts):
    return allow(Effect="Deny", **parts)


def role(*statements, boundary=None):
    who = Context({"aws:PrincipalArn": (ROLE,), "aws:PrincipalAccount": (ACCOUNT,)})
    return Caller("role", ROLE, ACCOUNT, (document(*statements),), boundary, context=who)


def one_or_some(values):
    return st.one_of(values, st.lists(values, min_size=1, max_size=2, unique=True))


ACTIONS = st.sampled_from(
    ["*", "kms:*", "kms:Dec*", "KMS:decrypt", "kms:CreateGrant", "s3:*", "s3:Get?bject", "s3:GetObject"]
)
RESOURCES = st.sampled_from(
    [
        "*",
        KEY,
        f"arn:aws:kms:*:{ACCOUNT}:key/*",
        f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1",
        OBJECT,
        "arn:aws:s3:::acme/*",
        "arn:aws:s3:::${aws:PrincipalTag/tenant}/*",
    ]
)
TENANTS = st.sampled_from(["acme", "globex", "", "*", "?*", "ac*", "Acme", "${aws:PrincipalTag/tenant}"])
TESTS = st.one_of(
    st.tuples(
        st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
        st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"]),
        st.sampled_from(["", "IfExists"]),
        st.sampled_from(["aws:PrincipalTag/tenant", "aws:RequestedRegion"]),
        one_or_some(TENANTS),
    ),
    st.tuples(
        st.just(""),
        st.sampled_from(["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]),
        st.sampled_from(["", "IfExists"]),
        st.just("aws:PrincipalArn"),
        one_or_some(
            st.sampled_from([ROLE, f"arn:aws:iam::{ACCOUNT}:role/*", "*", f"arn:aws:iam::{ACCOUNT}:role/other"])
        ),
    ),
    st.tuples(
        st.just(""),
        st.sampled_from(["Bool", "Null"]),
        st.just(""),
        st.sampled_from(["aws:SecureTransport", "aws:PrincipalTag/tenant"]),
        st.sampled_from(["true", "false"]),
    ),
    st.tuples(
        st.just(""),
        st.sampled_from(["NumericLessThan", "NumericGreaterThanEquals"]),
        st.sampled_from(["", "IfExists"]),
        st.just("aws:MultiFactorAuthAge"),
        st.sampled_from(["60", "3600"]),
    ),
)
PRINCIPALS = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": ROLE},
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"AWS": SESSION},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"},
        {"AWS": "210987654321"},
        {"Service": "s3.amazonaws.com"},
    ]
)


@st.composite
def statement(draw, *, of_resource=False):
    made = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    made[draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))] = draw(one_or_some(ACTIONS))
    made[draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))] = draw(one_or_some(RESOURCES))
    if of_resource:
        names = ["Principal"] * 4 + ["NotPrincipal"] * (made["Effect"] == "Deny")
        name = draw(st.sampled_from(names))
        made[name] = draw(
            PRINCIPALS if name == "Principal" else st.just({"AWS": [ROLE, SESSION, f"arn:aws:iam::{ACCOUNT}:root"]})
        )
    for quantifier, operator, ending, key, wanted in draw(st.lists(TESTS, max_size=2)):
        if operator in ("Bool", "Null") and (operator == "Null") != (key != "aws:SecureTransport"):
            continue
        made.setdefault("Condition", {}).setdefault(quantifier + operator + ending, {})[key] = wanted
    return made


STATEMENTS = st.lists(statement(), max_size=3)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "aws:PrincipalTag/tenant": st.sampled_from(["acme", "globex", "", "*"]),
        "aws:RequestedRegion": st.sampled_from(["acme", "us-east-1"]),
        "aws:SecureTransport": st.sampled_from(["true", "false"]),
        "aws:MultiFactorAuthAge": st.sampled_from(["10", "600"]),
    },
)


@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    identity=STATEMENTS,
    boundary=st.none() | st.lists(statement(), min_size=1, max_size=2),
    resource=st.none() | st.lists(statement(of_resource=True), min_size=1, max_size=3),
    asked=st.tuples(st.sampled_from([("kms:Decrypt", KEY), ("s3:GetObject", OBJECT)]), CONTEXTS),
)
def test_nothing_is_called_denied_that_the_evaluator_allows(evaluator, identity, boundary, resource, asked):
    (action, arn), keys = asked
    context = Context({name: (value,) for name, value in keys.items()}, rest=State.ABSENT)
    who = role(*identity, boundary=None if boundary is None else document(*boundary))
    documents = [] if resource is None else [document(*resource)]
    ours = decide(who, action, arn, context, documents, own_policies_suffice=action.startswith("s3:"))

    simulation = {
        "request": {
            "principal": SESSION,
            "action": action,
            "resource": {"resource": arn, "accountId": ACCOUNT},
            "contextVariables": {"aws:PrincipalArn": ROLE, "aws:PrincipalAccount": ACCOUNT, **keys},
        },
        "identityPolicies": [{"name": "own", "policy": {**VERSION, "Statement": identity}}] if identity else [],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    if resource is not None:
        simulation["resourcePolicy"] = {**VERSION, "Statement": resource}
    if boundary is not None:
        policy = {**VERSION, "Statement": boundary}
        simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": policy}]
    theirs = evaluator.decide(simulation) == "Allowed"

    assert ours is not Truth.UNKNOWN
    if theirs:
        assert ours is not Truth.NO
    else:
        assert ours is not Truth.YES


def of_key(who, policy, action="kms:Decrypt", **context):
    return decide(who, action, KEY, Context(context), [document(policy)], own_policies_suffice=False)


def test_a_key_that_leaves_it_to_the_account_asks_the_accounts_policies():
    to_account = allow(Principal={"AWS": ACCOUNT}, Action="kms:*")

    assert of_key(role(allow()), to_account) is Truth.YES
    assert of_key(role(), to_account) is Truth.NO
    assert of_key(role(allow(), deny(Action="kms:Decrypt")), to_account) is Truth.NO
    assert of_key(role(allow(), boundary=document(allow(Action="s3:*"))), to_account) is Truth.NO


def test_no_identity_policy_opens_a_key_whose_policy_does_not():
    assert of_key(role(allow()), allow(Principal={"AWS": f"{ROLE}2"})) is Truth.NO


def test_a_boundary_limits_a_role_but_not_its_session():
    nothing = document(allow(Action="s3:*"))

    assert of_key(role(boundary=nothing), allow(Principal={"AWS": ROLE})) is Truth.NO
    assert of_key(role(boundary=nothing), allow(Principal={"AWS": SESSION})) is Truth.POSSIBLE


def test_somebody_else_of_the_account_is_whoever_is_not_listed():
    other = Caller(
        "unlisted", "somebody", ACCOUNT, listed=frozenset({ROLE}), context=Context({"aws:PrincipalArn": unlike(ROLE)})
    )

    assert of_key(other, allow(Principal={"AWS": ROLE})) is Truth.NO
    assert of_key(other, allow(Principal={"AWS": SESSION})) is Truth.NO
    assert of_key(other, allow(Principal={"AWS": f"{ROLE}2"})) is Truth.POSSIBLE
    assert of_key(other, allow(Principal={"AWS": ACCOUNT})) is Truth.YES
    only = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    assert of_key(other, allow(Principal={"AWS": ACCOUNT}, Condition=only)) is Truth.NO


@pytest.mark.parametrize("principal", ["*", {"AWS": "210987654321"}, {"AWS": "arn:aws:iam::210987654321:role/a"}])
def test_strangers(principal):
    stranger = Caller("stranger", "somebody", ACCOUNT, context=Context({"aws:PrincipalAccount": unlike(ACCOUNT)}))

    assert of_key(stranger, allow(Principal=principal)) > Truth.UNKNOWN
    assert of_key(stranger, allow(Principal={"AWS": ACCOUNT})) is Truth.NO
    ours = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    assert of_key(stranger, allow(Principal=principal, Condition=ours)) is Truth.NO


def test_a_service_needs_the_resources_policy_only():
    service = Caller("service", "s3.amazonaws.com", "")

    assert of_key(service, allow(Principal={"Service": "s3.amazonaws.com"})) is Truth.YES
    assert of_key(service, allow(Principal={"Service": "sns.amazonaws.com"})) is Truth.NO
    assert of_key(service, allow(Principal={"AWS": ACCOUNT})) is Truth.NO


def test_what_is_not_known_is_neither_allowed_nor_denied():
    unknown = Document.read("04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    who = Caller("role", ROLE, ACCOUNT, (unknown,))
    to_account = allow(Principal={"AWS": ACCOUNT})

    assert of_key(who, to_account) is Truth.UNKNOWN
    assert of_key(who, allow(Principal={"AWS": ROLE})) is Truth.UNKNOWN
    assert of_key(Caller("role", ROLE, ACCOUNT, (unknown,), document(allow(Action="s3:*"))), to_account) is Truth.NO
    assert decide(role(allow()), "kms:Decrypt", KEY, Context(), [unknown], own_policies_suffice=False) is Truth.UNKNOWN
    half = allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/04da6b54-80e4-46f7-96ec-b56ff0331ba9"})
    assert of_key(role(allow()), half) is Truth.UNKNOWN


def test_a_refusal_counts_only_where_it_surely_holds():
    to_account = allow(Principal={"AWS": ACCOUNT})
    elsewhere = deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}})

    assert of_key(role(allow(), elsewhere), to_account) is Truth.POSSIBLE
    assert of_key(role(allow(), elsewhere), to_account, **{"aws:RequestedRegion": ("eu-central-1",)}) is Truth.NO
    assert (
        decide(role(allow()), "s3:GetObject", OBJECT, Context(), [document(deny(NotPrincipal={"AWS": ROLE}))])
        is Truth.POSSIBLE
    )


def test_everything_is_everything():
    assert decide(Caller("role", ROLE, ACCOUNT, (EVERYTHING,)), "s3:GetObject", OBJECT, Context()) is Truth.YES


@pytest.mark.parametrize("content", ["[]", "{", '{"Statement": ["Allow"]}', 1])
def test_what_is_no_document_is_refused(content):
    with pytest.raises(ValueError, match=r"object|Expecting"):
        Document.read(content)
