"""Which mutants a stack has, and what a run is like with one."""

import json

import pytest

from hosting.mutation.mutants import Mutants
from tests.hosting.mutation.sample_stack import ALARM, BUCKET, KEY, POLICY, SERVICE, TOPIC_POLICY


def one(mutants, kind, path, operator, detail=""):
    [found] = [
        each
        for each in mutants
        if (each.resource_type, each.path, each.operator, each.detail) == (kind, path, operator, detail)
    ]
    return found


def test_only_the_first_tenants_resources_are_mutated(mutants_of):
    assert {each.urn.rsplit("-", 1)[-1] for each in mutants_of()} == {"acme"}


def test_type_pattern_chooses(mutants_of):
    assert {each.resource_type for each in mutants_of(type_pattern="aws:kms/*")} == {KEY}


def test_one_of_resources_that_are_alike_is_mutated(recorded, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    for number, rotates in enumerate((True, True, False)):
        recording.add(KEY, f"key-{number}", {"enableKeyRotation": rotates, "description": str(number)})
    chosen = Mutants(recorded(recording)).representatives()
    assert {urn.rsplit("::")[-1]: len(alike) for urn, alike in chosen.items()} == {"key-0": 2, "key-2": 1}


def test_property_is_otherwise_in_inputs_and_in_what_came_of_them(mutants_of, recorded):
    stack = recorded()
    mutant = one(mutants_of(), KEY, "enableKeyRotation", "flipped", "false")
    for run in (stack.preview, stack.update):
        varied = mutant.vary(run)
        assert varied.inputs[mutant.urn].enable_key_rotation is False
        assert varied.states[mutant.urn].enable_key_rotation is False
        assert run.inputs[mutant.urn].enable_key_rotation is True


@pytest.mark.parametrize(
    ("place", "left"), [("identity.userAssignedIdentities[]", ["b"]), ("identity.userAssignedIdentities", None)]
)
def test_list_that_comes_out_as_an_object_is_otherwise_there_too(mutants_of, recorded, recording, place, left):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    kind = "azure-native:storage:StorageAccount"
    inputs = {"identity": {"userAssignedIdentities": ["a", "b"]}}
    outputs = {"identity": {"userAssignedIdentities": {"a": {"clientId": "x"}, "b": {}}}}
    recording.add(kind, "data", inputs, outputs=outputs)
    [mutant, *_] = [each for each in mutants_of(recording) if each.path == place and each.operator.endswith("removed")]
    state = mutant.vary(recorded(recording).update).states[mutant.urn]
    there = state.identity.get("user_assigned_identities", None)
    assert (there and there.names()) == left


def test_what_refers_to_a_resource_follows_its_name(mutants_of, recorded, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    arn = "arn:aws:s3:::data"
    bucket = recording.add(
        BUCKET, "data", {"bucket": "data", "tags": {"Name": "data"}}, outputs={"arn": arn, "id": "data"}
    )
    policy = recording.add(
        POLICY,
        "data",
        {
            "bucket": "data",
            "policy": json.dumps({"Statement": [{"Resource": [f"{arn}/*", "arn:aws:s3:::data-of-others"]}]}),
        },
        sources={"bucket": [bucket], "policy": [bucket]},
    )
    stack = recorded(recording)
    varied = one(mutants_of(recording), BUCKET, "bucket", "other-text").vary(stack.update)
    assert varied.states[bucket].arn == f"{arn}-other"
    assert varied.inputs[bucket].tags.Name == "data"
    for each in (varied.inputs[policy], varied.states[policy]):
        assert each.bucket == "data-other"
        assert each.document("policy").Statement[0].Resource == [f"{arn}-other/*", "arn:aws:s3:::data-of-others"]
    assert varied.followed == {policy}
    named = one(mutants_of(recording), BUCKET, "tags.Name", "other-text").vary(stack.update)
    assert (named.followed, list(named.inputs)) == (frozenset(), [bucket])
    assert stack.update.inputs[policy].bucket == "data"


def test_a_region_follows_in_the_resources_own_identities_only(mutants_of, recorded, recording):
    arns = {name: f"arn:aws:sns:us-east-1:123456789012:{name}" for name in ("told", "own")}
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    policy = recording.add(
        TOPIC_POLICY,
        "told",
        {"arn": arns["told"], "region": "us-east-1"},
        outputs={"id": arns["own"], "owner": arns["told"]},
    )
    alarm = recording.add(
        ALARM,
        "told",
        {"alarmActions": [arns["told"]], "okActions": [arns["own"]]},
        sources={"alarmActions": [policy], "okActions": [policy]},
    )
    stack = recorded(recording)

    mutant = next(each for each in mutants_of(recording) if (each.path, each.operator) == ("region", "other-region"))
    varied = mutant.vary(stack.update)

    assert varied.states[policy].id == arns["own"].replace("us-east-1", varied.inputs[policy].region) != arns["own"]
    assert varied.inputs[alarm].alarm_actions == [arns["told"]]
    assert varied.inputs[alarm].ok_actions == [varied.states[policy].id]
    assert varied.followed == {alarm}


def test_document_that_is_not_known_yet_is_mutated_in_the_update_only(mutants_of, recorded):
    stack = recorded()
    mutant = one(mutants_of(), POLICY, "policy.Statement[Deny].Effect", "flipped", "Allow")
    assert mutant.vary(stack.preview) is None
    changed = mutant.vary(stack.update).inputs[mutant.urn].policy
    assert json.loads(changed)["Statement"][0]["Effect"] == "Allow"


def test_property_depends_no_longer_on_what_it_does_not_name(mutants_of, recorded):
    stack = recorded()
    mutant = one(mutants_of(), POLICY, "policy.Statement[Deny].Resource", "anyone", "*")
    assert mutant.vary(stack.preview) is None
    state = mutant.vary(stack.update).states[mutant.urn]
    assert state.depends_on["policy"] == ()
    untouched = one(mutants_of(), POLICY, "policy.Statement[Deny].Action", "anyone", "*").vary(stack.update)
    assert len(untouched.states[mutant.urn].depends_on["policy"]) == 1


def test_reference_to_another_tenant(mutants_of, recorded):
    stack = recorded()
    mutant = one(mutants_of(), POLICY, "policy.Statement[Deny].Resource", "other-tenant")
    previewed = mutant.vary(stack.preview).states[mutant.urn]
    assert [urn.rsplit("::", 1)[-1] for urn in previewed.depends_on["policy"]] == ["tenant-globex"]
    updated = mutant.vary(stack.update).inputs[mutant.urn].policy
    assert "key/globex" in updated
    assert "acme" not in updated


def test_name_of_another_tenant(mutants_of, recorded):
    mutant = one(mutants_of(), BUCKET, "bucket", "other-tenant")
    assert mutant.vary(recorded().preview).inputs[mutant.urn].bucket == "data-globex"


def test_unprotected(mutants_of, recorded):
    mutant = one(mutants_of(), KEY, "(protect)", "unprotected")
    varied = mutant.vary(recorded().preview)
    assert not varied.inputs[mutant.urn].protected
    assert not varied.states[mutant.urn].protected
    assert not [each for each in mutants_of() if each.resource_type == BUCKET and each.operator == "unprotected"]


def test_other_parent_gives_another_urn_to_the_resource_and_to_those_that_need_it(mutants_of, recorded):
    stack = recorded()
    mutant = one(mutants_of(), KEY, "(parent)", "other-parent", "what tenants share")
    varied = mutant.vary(stack.preview)
    [new] = varied.inputs
    assert varied.renamed == {new: mutant.urn}
    assert varied.states[mutant.urn] is None
    assert varied.states[new].parent_urn.endswith("CloudIntegrated::service")
    [user] = [urn for urn in varied.states if "BucketPolicy" in urn]
    assert varied.states[user].depends_on["policy"] == (new,)


def test_parent_of_another_tenant_gives_the_same_urn(mutants_of, recorded):
    mutant = one(mutants_of(), KEY, "(parent)", "other-parent", "another tenant")
    assert mutant.vary(recorded().preview).states[mutant.urn].parent_urn.endswith("Tenant::globex")


def test_removed_resource_is_one_that_nothing_needs(mutants_of, recorded):
    mutant = one(mutants_of(), POLICY, "(resource)", "resource-removed")
    assert mutant.vary(recorded().preview).states == {mutant.urn: None}
    assert not [each for each in mutants_of() if each.resource_type == KEY and each.operator == "resource-removed"]


def test_companion_stands_beside_with_its_reference(mutants_of, recorded):
    mutant = one(mutants_of(), KEY, "(companion)", "companion-added", "key-granted-to-stranger: aws:kms/grant:Grant")
    [(urn, grant)] = mutant.vary(recorded().preview).inputs.items()
    assert urn.endswith("Tenant$aws:kms/grant:Grant::tenant-acme-key-granted-to-stranger")
    assert grant.parent_urn.endswith("Tenant::acme")


def test_companion_that_is_there_already_changes_nothing(mutants_of, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    recording.add(KEY, "key", {"keyId": "key-1"})
    stranger = {"granteePrincipal": "arn:aws:iam::999999999999:root", "operations": ["Decrypt", "GenerateDataKey"]}
    recording.add("aws:kms/grant:Grant", "grant", {"keyId": "key-1", "name": "g", **stranger})
    made = [each for each in mutants_of(recording) if (each.resource_type, each.path) == (KEY, "(companion)")]
    same = [each for each in made if each.equivalent]
    assert [each.detail for each in same] == ["key-granted-to-stranger: aws:kms/grant:Grant"]
    assert len(made) > 1


def test_what_the_sdk_demands_is_stillborn_when_left_out(mutants_of):
    assert one(mutants_of(), POLICY, "bucket", "removed").stillborn
    assert one(mutants_of(), POLICY, "policy.Statement[Deny].Action", "removed").stillborn
    assert one(mutants_of(), BUCKET, "bucket", "removed").stillborn is None


def test_a_number_beyond_the_bounds_of_the_sdk_is_stillborn(mutants_of, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    recording.add(KEY, "key", {"rotationPeriodInDays": 100})
    assert one(mutants_of(recording), KEY, "rotationPeriodInDays", "halved").stillborn
    assert one(mutants_of(recording), KEY, "rotationPeriodInDays", "huge").stillborn
    assert one(mutants_of(recording), KEY, "rotationPeriodInDays", "doubled").stillborn is None


def test_alike_elements_are_mutated_inside_once(mutants_of, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    group = {
        "securityRules": [{"access": "Deny", "priority": 1}, {"access": "Deny", "priority": 2}, {"access": "Allow"}]
    }
    recording.add("azure-native:network:NetworkSecurityGroup", "group", group)
    made = [(each.path, each.operator) for each in mutants_of(recording)]
    assert made.count(("securityRules[Deny]", "element-removed")) == 2
    assert made.count(("securityRules[Deny].access", "flipped")) == 1
    assert made.count(("securityRules[Allow].access", "flipped")) == 1


def test_words_about_a_mutant_hold_no_value(recording, mutants_of):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    recording.add("aws:secretsmanager/secretVersion:SecretVersion", "a", {"secretId": "b", "secretString": "hunter2"})
    assert mutants_of(recording)
    assert not [each for each in mutants_of(recording) if "hunter2" in f"{each} {each.kind} {each!r}"]


@pytest.mark.parametrize(("says", "is_equivalent"), [("us-east-1", True), ("us-west-2", False)])
def test_region_is_as_good_left_out_where_the_provider_says_the_same(mutants_of, recording, says, is_equivalent):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    recording.add(KEY, "key", {"region": "us-east-1"}, provider={"region": says})
    assert (one(mutants_of(recording), KEY, "region", "removed").equivalent is not None) == is_equivalent


def test_components_are_not_mutated(mutants_of, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    recording.add(SERVICE, "service", {"jurisdiction": "us"})
    assert mutants_of(recording) == []


def test_of_providers_the_properties_are_mutated_only(mutants_of, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    recording.add("pulumi:providers:aws", "aws", {"region": "us-east-1"}, protect=True)
    made = mutants_of(recording)
    assert {("region", "other-region"), ("insecure", "set")} <= {(each.path, each.operator) for each in made}
    assert not [each for each in made if each.path.startswith("(")]


def test_what_the_program_does_not_set_is_set_in_inputs_and_in_what_came_of_them(mutants_of, recorded):
    stack = recorded()
    mutant = one(mutants_of(), KEY, "bypassPolicyLockoutSafetyCheck", "set", "true")
    for run in (stack.preview, stack.update):
        varied = mutant.vary(run)
        assert varied.inputs[mutant.urn].bypass_policy_lockout_safety_check is True
        assert varied.states[mutant.urn].bypass_policy_lockout_safety_check is True
        assert "bypassPolicyLockoutSafetyCheck" not in run.inputs[mutant.urn].names()


def test_inside_objects_too_what_is_not_set_is_set(mutants_of, recorded, recording):
    recording.add("pulumi:pulumi:Stack", "hosting-test")
    rules = {"defaultAction": "Deny"}
    kind = "azure-native:storage:StorageAccount"
    recording.add(kind, "data", {"networkRuleSet": rules}, unknown=("networkRuleSet",))
    mutant = one(mutants_of(recording), kind, "networkRuleSet.bypass", "set", "None")
    stack = recorded(recording)
    assert mutant.vary(stack.preview) is None
    varied = mutant.vary(stack.update).inputs[mutant.urn].network_rule_set
    assert (varied.default_action, varied.bypass) == ("Deny", "None")
    assert not [each for each in mutants_of(recording) if (each.path, each.operator) == ("networkRuleSet", "set")]
