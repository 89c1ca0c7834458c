"""Mutants are refused, or live, as the policy pack would answer; and when."""

from functools import cached_property

import pytest

from hosting.mutation.judge import Judge
from hosting.mutation.mutants import Mutants
from policies.rulebook import Rule, rule, stack_rule
from tests.hosting.mutation.sample_stack import BUCKET, KEY, POLICY


@rule(KEY)
def key_rotates(key):
    """Why."""
    if not key.get("enable_key_rotation", False):
        yield "off"


@rule(POLICY)
def policy_denies(policy):
    """Why."""
    if policy.document("policy").Statement[0].Effect != "Deny":
        yield "allows"


@stack_rule(BUCKET)
def bucket_has_policy(bucket, stack):
    """Why."""
    if not stack.referring("bucket", bucket, [POLICY], "bucket"):
        yield "has none"


@stack_rule(POLICY)
def policy_names_own_key(policy, stack):
    """Why."""
    if any(stack.tenant(each) != stack.tenant(policy) for each in stack.sources(policy, "policy")):
        yield "another's"


@stack_rule(BUCKET)
def bucket_has_no_other_beside_it(_bucket, stack):
    """Why."""
    if len(stack.derived(_buckets)) > 2:
        yield "too many"


def _buckets(stack):
    return stack.of_type(BUCKET)


@stack_rule(KEY)
def key_has_alias_in_the_update(key, _stack):
    """Why."""
    if key.get("id", None) is not None and key.get("deletion_window_in_days", 30) < 7:
        yield "short"


RULES = [
    key_rotates,
    policy_denies,
    bucket_has_policy,
    policy_names_own_key,
    bucket_has_no_other_beside_it,
    key_has_alias_in_the_update,
]


@pytest.fixture
def verdict(recorded):
    stack = recorded()
    judge = Judge(RULES, stack)
    assert judge.baseline() == []

    def ask(kind, path, operator, detail=None):
        [mutant] = [
            each
            for each in Mutants(stack).of(kind)
            if (each.path, each.operator) == (path, operator) and detail in (None, each.detail)
        ]
        return judge.judge(mutant)

    return ask


def test_known_property_is_refused_in_the_preview(verdict):
    found = verdict(KEY, "enableKeyRotation", "flipped")
    assert (found.refused, found.rules) == ("preview", ("key-rotates",))


def test_document_that_is_known_later_is_refused_before_it_is_made(verdict):
    found = verdict(POLICY, "policy.Statement[Deny].Effect", "flipped")
    assert (found.refused, found.rules) == ("update", ("policy-denies",))


def test_missing_companion_is_refused(verdict):
    assert verdict(POLICY, "(resource)", "resource-removed").rules == ("bucket-has-policy",)


def test_changed_reference_is_refused_by_the_rule_that_reads_the_other_side(verdict):
    assert verdict(POLICY, "bucket", "other-text").rules == ("bucket-has-policy",)


def test_another_tenants_key_is_refused_by_its_dependency(verdict):
    found = verdict(POLICY, "policy.Statement[Deny].Resource", "other-tenant")
    assert (found.refused, found.rules) == ("preview", ("policy-names-own-key",))


def test_added_companion_is_refused_by_what_counts_its_type(verdict):
    assert verdict(BUCKET, "(companion)", "companion-added", f"plain-bucket: {BUCKET}").rules == (
        "bucket-has-no-other-beside-it",
        "bucket-has-policy",
    )


def test_moved_resource_is_judged_where_it_then_is(verdict):
    found = verdict(KEY, "(parent)", "other-parent", "another tenant")
    assert (found.refused, found.rules) == ("preview", ("policy-names-own-key",))


def test_what_no_rule_reads_lives(verdict):
    found = verdict(KEY, "(protect)", "unprotected")
    assert (found.refused, found.judged) == (None, True)


def test_what_only_outputs_show_is_no_refusal_beforehand(recorded):
    """A rule over outputs speaks when the resource stands; it counts only where the preview could not know."""

    @stack_rule(POLICY)
    def document_is_short(policy, _stack):
        """Why."""
        if len(policy.document("policy").Statement) > 1:
            yield "long"

    stack = recorded()
    judge = Judge([document_is_short], stack)
    [mutant] = [each for each in Mutants(stack).of(POLICY) if each.operator == "statement-added"]
    assert judge.judge(mutant).refused == "reported"


def test_undetermined_is_no_refusal_in_the_preview_but_one_in_the_update(recorded):
    @rule(KEY)
    def needs_what_is_unknown(key):
        """Why."""
        if key.get("enable_key_rotation", True) is not True:
            raise UndeterminedError("unknown")
        yield from ()

    from policies.properties import UndeterminedError  # noqa: PLC0415  # named in the rule above only

    stack = recorded()
    judge = Judge([needs_what_is_unknown], stack)
    [mutant] = [each for each in Mutants(stack).of(KEY) if each.operator == "flipped"]
    assert judge.judge(mutant).refused == "update"


def test_what_the_preview_knows_as_little_as_before_is_asked_in_the_update(recorded):
    @stack_rule(POLICY)
    def keys_of_documents_rotate(policy, stack):
        """Why."""
        named = [each.Resource for each in policy.document("policy").Statement]
        if named and not all(each.enable_key_rotation for each in stack.of_type(KEY)):
            yield "off"

    stack = recorded()
    judge = Judge([keys_of_documents_rotate], stack)
    [mutant] = [each for each in Mutants(stack).of(KEY) if each.operator == "flipped"]
    assert judge.judge(mutant).refused == "reported"


def test_violation_of_the_unmutated_stack_refuses_nothing(recorded):
    @rule(KEY)
    def never(_key):
        """Why."""
        yield "always"

    stack = recorded()
    judge = Judge([never], stack)
    assert judge.baseline()
    assert {judge.judge(each).refused for each in Mutants(stack).of(KEY) if each.operator == "flipped"} == {None}


def test_proofs_are_asked_last_and_only_about_what_nothing_else_refuses_or_explains(recorded):
    asked = []

    def check(key, _stack):
        asked.append(key.urn)
        if not key.get("enable_key_rotation", False):
            yield "off"

    proof = Rule("proof", "Why.", "policies.proofs.any", (KEY,), "stack", check)
    stack = recorded()
    [flipped] = [each for each in Mutants(stack).of(KEY) if each.operator == "flipped"]
    alone, together = Judge([proof], stack), Judge([proof, key_rotates], stack)
    assert alone.judge(flipped).rules == ("proof",)
    asked.clear()
    assert alone.judge(flipped, asks_proofs=False).refused is None
    assert together.judge(flipped).rules == ("key-rotates",)
    assert asked == []


@pytest.mark.parametrize(
    "reads",
    [
        lambda key: key.all_properties().get("enableKeyRotation"),
        lambda key: {**key.all_properties()}["enableKeyRotation"],
        lambda key: key.get("enable_key_rotation", None),
        lambda key: key.names() and "enableKeyRotation" in key.names() and key.enable_key_rotation,
    ],
)
def test_however_a_property_is_read_its_mutants_are_judged_again(recorded, reads):
    @stack_rule(BUCKET)
    def keys_rotate(_bucket, stack):
        """Why."""
        if not all(reads(key) for key in stack.of_type(KEY)):
            yield "off"

    stack = recorded()
    judge = Judge([keys_rotate], stack)
    [flipped] = [each for each in Mutants(stack).of(KEY) if each.operator == "flipped"]
    [removed] = [
        each for each in Mutants(stack).of(KEY) if (each.operator, each.path) == ("removed", "enableKeyRotation")
    ]
    assert judge.judge(flipped).rules == ("keys-rotate",)
    assert judge.judge(removed).rules == ("keys-rotate",)


class _Keys:
    def __init__(self, stack):
        self._stack = stack

    @cached_property
    def all_rotate(self):
        return all(each.enable_key_rotation for each in self._stack.of_type(KEY))


class _Guarded:
    def __init__(self, stack):
        self._stack = stack

    @property
    def are(self):
        return self._stack.derived(_Keys).all_rotate


@pytest.mark.parametrize(
    "read",
    [
        lambda stack: stack.derived(_Keys).all_rotate,
        lambda stack: stack.derived(_Guarded).are,
    ],
)
def test_what_is_derived_when_it_is_first_needed_counts_for_every_rule_that_asks_for_it(recorded, read):
    @stack_rule(BUCKET)
    def one(_bucket, stack):
        """Why."""
        if not read(stack):
            yield "off"

    @stack_rule(POLICY)
    def another(_policy, stack):
        """Why."""
        if not read(stack):
            yield "off"

    stack = recorded()
    judge = Judge([one, another], stack)
    [flipped] = [each for each in Mutants(stack).of(KEY) if each.operator == "flipped"]
    assert judge.judge(flipped).rules == ("another", "one")


def test_resource_of_what_is_derived_is_the_one_that_is_judged(recorded):
    @stack_rule(BUCKET)
    def is_among_all(bucket, stack):
        """Why."""
        if bucket not in stack.derived(_buckets) or bucket not in set(stack.derived(_buckets)):
            yield "missing"

    assert Judge([is_among_all], recorded()).baseline() == []
