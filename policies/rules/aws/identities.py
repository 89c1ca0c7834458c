"""Identities in AWS IAM that people or programs could hold apart from roles: none is allowed."""

from typing import Final

from policies.resources import Resource
from policies.rulebook import Findings, rule

LOCAL: Final = (
    "aws:iam/accessKey:AccessKey",
    "aws:iam/group:Group",
    "aws:iam/groupMembership:GroupMembership",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
    "aws:iam/signingCertificate:SigningCertificate",
    "aws:iam/sshKey:SshKey",
    "aws:iam/user:User",
    "aws:iam/userGroupMembership:UserGroupMembership",
    "aws:iam/userLoginProfile:UserLoginProfile",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
)
"""Users of an account, what belongs to them, and what they sign in with."""

PROVIDERS: Final = (
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation",
    "aws:iam/samlProvider:SamlProvider",
)
"""Who else could vouch for people or programs, or whom the account could vouch to."""

ATTACHMENTS: Final = (
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
)


@rule(*LOCAL)
def account_has_no_local_users(_identity: Resource) -> Findings:
    """A user, key or password of the account outlives whoever left, is shared unseen, and knows no second factor."""
    yield (
        "the account gets an identity of its own: remove it; people come through the identity provider, programs by "
        "an aws.iam.Role"
    )


@rule(*PROVIDERS)
def account_has_no_other_identity_provider(_provider: Resource) -> Findings:
    """Whoever holds a second identity provider lets in whom they please, without the second factor."""
    yield (
        "another identity provider is let in: remove it, and keep to identityProviderArn in hosting:cloudIntegrated of "
        "the stack file"
    )


@rule(*ATTACHMENTS)
def role_has_no_managed_policy_attached(_attachment: Resource) -> Findings:
    """What a managed policy allows stands elsewhere, and AWS or others change it: no rule sees it."""
    yield "a managed policy is attached: write what the role may do in an aws.iam.RolePolicy of its own"
