import pytest

from policies.documents import statements
from policies.effects import effects, in_words, is_classified, is_of_others, of_few
from policies.principals import principals
from policies.properties import Record

KINDS = ("rights", "watch", "guards", "copies", "runs", "work", "operation", "looks")


def covered(effect="Allow", **what):
    (statement,) = statements(Record({"Statement": {"Effect": effect, "Resource": "*", **what}}, "policy"))
    return of_few(statement)


def test_an_action_has_one_effect_and_each_list_is_in_order():
    kinds = [getattr(effects(), kind) for kind in KINDS]
    actions = [action for kind in kinds[:-2] for action in kind]

    assert len(set(map(str.lower, actions))) == len(actions)
    assert {*effects().operation}.isdisjoint(effects().of_few)
    assert all(list(kind) == sorted(kind) for kind in kinds)


@pytest.mark.parametrize(
    "action",
    [
        *("s3:PutBucketNotification", "s3:PutInventoryConfiguration", "s3:PutObjectAcl", "s3:PutBucketAcl"),
        *("s3:PutAccessPointPolicy", "events:PutTargets", "events:PutRule", "events:RemoveTargets"),
        *("events:DisableRule", "secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy"),
        *("ecs:UpdateService", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:ExecuteCommand"),
        *("lambda:UpdateFunctionCode", "lambda:AddPermission", "sns:SetTopicAttributes", "sns:AddPermission"),
        *("sqs:SetQueueAttributes", "sqs:AddPermission", "ssm:StartSession", "ssm:SendCommand"),
        *("sts:GetWebIdentityToken", "sts:GetServiceBearerToken", "cognito-identity:GetCredentialsForIdentity"),
        *("redshift-serverless:GetCredentials", "codeartifact:GetAuthorizationToken", "ebs:GetSnapshotBlock"),
        *("lambda:GetFunction", "ec2:GetConsoleOutput"),
        *("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "ec2:CreateSnapshot", "logs:PutSubscriptionFilter"),
    ],
)
def test_what_is_of_few_is_so_by_any_pattern(action):
    service, _, name = action.partition(":")

    assert action in covered(Action=action)
    assert action in covered(Action=[f"{service}:{name[:6]}*", "s3:GetObject"])
    assert action in covered(Action=action.lower())
    assert action in covered(Action="*")
    assert action in covered(NotAction="iam:Get*")


def test_what_a_refusal_leaves_out_is_not_surely_refused():
    assert covered("Deny", NotAction="iam:Get*") == frozenset()
    assert covered("Deny", Action="kms:D*") == {"kms:DeleteAlias", "kms:DeleteImportedKeyMaterial", "kms:DisableKey",
                                                "kms:DisableKeyRotation"}  # fmt: skip


@pytest.mark.parametrize(
    "action", ["s3:GetObject", "logs:Describe*", "logs:DescribeQ*", "ecr:BatchGetImage", "sqs:sendMessage", "kms:Sign"]
)
def test_what_only_looks_or_works_is_known(action):
    assert is_classified(action)


@pytest.mark.parametrize(
    "action",
    [
        *("kinesis:GetRecords", "athena:GetQueryResults", "glacier:GetJobOutput", "lambda:ListFunctions", "sso:List*"),
        *("identitystore:List*", "s3:GetJobTagging", "sts:GetCallerIdentities", "ec2:GetIpamPoolCidrs"),
    ],
)
def test_that_it_gets_or_lists_does_not_tell_what_an_action_does(action):
    assert not is_classified(action)


@pytest.mark.parametrize("action", ["s3:Getaway", "s3:Ge*t", "quantum:Entangle", "sqs:SendMessages", "GetObject"])
def test_what_nobody_has_looked_up_is_not(action):
    assert not is_classified(action)


@pytest.mark.parametrize("pattern", ["logs:G*", "logs:*", "sqs:*Message", "kms:GenerateDataKey*", "kms:Sig?", "*"])
def test_a_pattern_that_covers_what_is_known_may_cover_more(pattern):
    assert not is_classified(pattern)


def test_people_and_services_have_their_own_and_what_both_have():
    assert is_of_others("sqs:SendMessage", people=True)
    assert is_of_others("s3:Put*", people=True)
    assert is_of_others("ecs:StopTask", people=False)
    for people in (True, False):
        assert not is_of_others("kms:Decrypt", people=people)
        assert not is_of_others("s3:GetObject", people=people)


def test_roles_are_given_only_what_is_of_few():
    """A misspelt action would give nothing, and nobody would see it."""
    given = {action for role in principals().aws.values() for action in role.of_few}

    assert sorted(given - {*effects().of_few}) == []
    assert given.isdisjoint(effects().rights)


def test_long_lists_are_cut():
    assert in_words({"b:B", "a:A"}) == "a:A, b:B"
    assert in_words({f"a:{number}" for number in range(10)}).endswith("a:7 and 2 more")
