"""IAM: roles, policies, sign-in of people, and Access Analyzer."""

import json
from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import Properties


def _release_role(session: Session, values: Properties) -> None:
    if not values.get("forceDetachPolicies"):
        return
    role = {"RoleName": values["id"]}
    for policy in session.ask("list_attached_role_policies", "AttachedPolicies[].PolicyArn", **role):
        session.call("detach_role_policy", role | {"PolicyArn": policy})
    for policy in session.ask("list_role_policies", "PolicyNames", **role):
        session.call("delete_role_policy", role | {"PolicyName": policy})


def _read_attachment(session: Session, values: Properties) -> Properties | None:
    attached = session.ask("list_attached_role_policies", "AttachedPolicies[].PolicyArn", RoleName=values["role"])
    if values["policyArn"] not in (attached or []):
        return None
    return {"role": values["role"], "policyArn": values["policyArn"]}


def _read_policy(session: Session, values: Properties) -> Properties | None:
    policy = session.ask("get_policy", "Policy", PolicyArn=values["id"])
    version = {"PolicyArn": values["id"], "VersionId": policy["DefaultVersionId"]}
    document = session.call("get_policy_version", version)["PolicyVersion"]["Document"]
    return {
        "arn": policy["Arn"],
        "name": policy["PolicyName"],
        "path": policy["Path"],
        "policyId": policy["PolicyId"],
        "attachmentCount": policy["AttachmentCount"],
        "description": policy.get("Description") or None,
        "policy": json.dumps(document),
        "tags": {tag["Key"]: tag["Value"] for tag in policy.get("Tags", [])},
    }


def _old_versions(session: Session, policy: str) -> list[str]:
    """The versions of a policy that aren't in force, the oldest first."""
    versions = session.ask("list_policy_versions", "Versions[?!IsDefaultVersion].VersionId", PolicyArn=policy)
    return sorted(versions, key=lambda version: int(version.removeprefix("v")))


def _change_policy(session: Session, values: Properties) -> None:
    policy = {"PolicyArn": values["id"]}
    # A policy has five versions at most.
    for version in _old_versions(session, values["id"])[:-3]:
        session.call("delete_policy_version", policy | {"VersionId": version})
    session.call("create_policy_version", policy | {"PolicyDocument": values["policy"], "SetAsDefault": True})


def _delete_policy(session: Session, values: Properties) -> None:
    policy = {"PolicyArn": values["id"]}
    for version in _old_versions(session, values["id"]):
        session.call("delete_policy_version", policy | {"VersionId": version})
    session.call("delete_policy", policy)


def _create_linked_role(session: Session, values: Properties) -> dict[str, Any]:
    """The role, made or taken over: all stacks share this account, and a service has one role in it. In AWS each stack
    has an account of its own, and the second creation is refused."""
    suffix = values.get("customSuffix")
    for arn in session.ask("list_roles", "Roles[].Arn", PathPrefix=f"/aws-service-role/{values['awsServiceName']}/"):
        if suffix is None or arn.endswith(f"_{suffix}"):
            return {"Role": {"Arn": arn}}
    names = ("awsServiceName", "customSuffix", "description")
    return session.call("create_service_linked_role", {name: values[name] for name in names if values.get(name)})


def _read_linked_role(session: Session, values: Properties) -> Properties | None:
    _, path, service, name = values["id"].partition(":role")[2].split("/")
    role = session.call("get_role", {"RoleName": name})["Role"]
    suffix = name.rpartition("_")[2] if values.get("customSuffix") else None
    return {
        "arn": role["Arn"],
        "awsServiceName": service,
        "createDate": role["CreateDate"].isoformat(),
        "customSuffix": suffix,
        "description": role.get("Description") or None,
        "name": name,
        "path": f"/{path}/{service}/",
        "uniqueId": role["RoleId"],
        "tags": {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
    }


def _describe_linked_role(session: Session, values: Properties) -> None:
    role = {"RoleName": values["id"].rpartition("/")[2]}
    session.call("update_role_description", role | {"Description": values.get("description") or ""})


def _delete_linked_role(session: Session, values: Properties) -> None:
    session.call("delete_service_linked_role", {"RoleName": values["id"].rpartition("/")[2]})


def _saml_name(_session: Session, values: Properties) -> Properties:
    return {"name": values["id"].rpartition("/")[2]}


def _password_problem(inputs: Properties) -> str | None:
    for name, shortest, longest in (
        ("minimumPasswordLength", 6, 128),
        ("maxPasswordAge", 1, 1095),
        ("passwordReusePrevention", 1, 24),
    ):
        value = inputs.get(name)
        if isinstance(value, int) and not shortest <= value <= longest:
            return f"{name} must be between {shortest} and {longest}"
    return None


IAM: Final[Mapping[str, Type]] = {
    "aws:iam/role:Role": Type(
        service="iam",
        identity="{name}",
        create=call(
            "create_role",
            RoleName="{name}",
            Path="{path}",
            AssumeRolePolicyDocument="{assumeRolePolicy}",
            Description="{description}",
            MaxSessionDuration="{maxSessionDuration}",
            PermissionsBoundary="{permissionsBoundary}",
            Tags="{tagList}",
        ),
        reads=(
            read(
                "get_role",
                "Role.{name: RoleName, path: Path, assumeRolePolicy: AssumeRolePolicyDocument, arn: Arn, "
                "createDate: CreateDate, description: Description, maxSessionDuration: MaxSessionDuration, "
                "permissionsBoundary: PermissionsBoundary.PermissionsBoundaryArn, uniqueId: RoleId, tags: Tags}",
                RoleName="{id}",
            ),
        ),
        settings=(
            Setting(call("update_assume_role_policy", RoleName="{id}", PolicyDocument="{assumeRolePolicy}")),
            Setting(
                call(
                    "update_role",
                    RoleName="{id}",
                    Description="{description}",
                    MaxSessionDuration="{maxSessionDuration}",
                )
            ),
            Setting(
                call("put_role_permissions_boundary", RoleName="{id}", PermissionsBoundary="{permissionsBoundary}"),
                call("delete_role_permissions_boundary", RoleName="{id}"),
            ),
        ),
        delete=(_release_role, call("delete_role", RoleName="{id}")),
        tags=Tags(
            add=call("tag_role", RoleName="{id}", Tags="{tagList}"),
            remove=call("untag_role", RoleName="{id}", TagKeys="{removedTags}"),
        ),
        name="name",
        outputs={"arn": "arn:aws:iam::{account}:role{path}{name}"},
        defaults={"description": "", "forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        replaces=("name", "namePrefix", "path"),
        write_only=("forceDetachPolicies",),
    ),
    "aws:iam/rolePolicy:RolePolicy": Type(
        service="iam",
        identity="{role}:{name}",
        create=call("put_role_policy", RoleName="{role}", PolicyName="{name}", PolicyDocument="{policy}"),
        create_again=True,
        reads=(
            read(
                "get_role_policy",
                "{role: RoleName, name: PolicyName, policy: PolicyDocument}",
                RoleName="{role}",
                PolicyName="{name}",
            ),
        ),
        delete=(call("delete_role_policy", RoleName="{role}", PolicyName="{name}"),),
        name="name",
        replaces=("name", "namePrefix", "role"),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Type(
        service="iam",
        identity="{role}/{policyArn}",
        create=call("attach_role_policy", RoleName="{role}", PolicyArn="{policyArn}"),
        reads=(_read_attachment,),
        delete=(call("detach_role_policy", RoleName="{role}", PolicyArn="{policyArn}"),),
        replaces=("policyArn", "role"),
    ),
    "aws:iam/policy:Policy": Type(
        service="iam",
        identity="arn:aws:iam::{account}:policy{path}{name}",
        create=call(
            "create_policy",
            PolicyName="{name}",
            Path="{path}",
            PolicyDocument="{policy}",
            Description="{description}",
            Tags="{tagList}",
        ),
        reads=(_read_policy,),
        settings=(Setting(_change_policy, properties=("policy",)),),
        delete=(_delete_policy,),
        tags=Tags(
            add=call("tag_policy", PolicyArn="{id}", Tags="{tagList}"),
            remove=call("untag_policy", PolicyArn="{id}", TagKeys="{removedTags}"),
        ),
        name="name",
        outputs={"arn": "arn:aws:iam::{account}:policy{path}{name}"},
        defaults={"path": "/"},
        replaces=("description", "name", "namePrefix", "path"),
        write_only=("delayAfterPolicyCreationInMs",),
    ),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Type(
        service="iam",
        identity=lambda _: "iam-account-password-policy",
        create=call(
            "update_account_password_policy",
            AllowUsersToChangePassword="{allowUsersToChangePassword}",
            HardExpiry="{hardExpiry}",
            MaxPasswordAge="{maxPasswordAge}",
            MinimumPasswordLength="{minimumPasswordLength}",
            PasswordReusePrevention="{passwordReusePrevention}",
            RequireLowercaseCharacters="{requireLowercaseCharacters}",
            RequireNumbers="{requireNumbers}",
            RequireSymbols="{requireSymbols}",
            RequireUppercaseCharacters="{requireUppercaseCharacters}",
        ),
        create_again=True,
        reads=(read("get_account_password_policy", "PasswordPolicy"),),
        delete=(call("delete_account_password_policy"),),
        defaults={"allowUsersToChangePassword": True, "minimumPasswordLength": 6},
        computed=(
            "hardExpiry",
            "maxPasswordAge",
            "passwordReusePrevention",
            "requireLowercaseCharacters",
            "requireNumbers",
            "requireSymbols",
            "requireUppercaseCharacters",
        ),
        check=_password_problem,
    ),
    "aws:iam/samlProvider:SamlProvider": Type(
        service="iam",
        identity="arn:aws:iam::{account}:saml-provider/{name}",
        create=call("create_saml_provider", Name="{name}", SAMLMetadataDocument="{samlMetadataDocument}"),
        reads=(
            read("get_saml_provider", "{samlMetadataDocument: SAMLMetadataDocument}", SAMLProviderArn="{id}"),
            _saml_name,
        ),
        settings=(
            Setting(
                call("update_saml_provider", SAMLProviderArn="{id}", SAMLMetadataDocument="{samlMetadataDocument}")
            ),
        ),
        delete=(call("delete_saml_provider", SAMLProviderArn="{id}"),),
        name="name",
        outputs={"arn": "arn:aws:iam::{account}:saml-provider/{name}"},
        replaces=("name",),
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Type(
        service="iam",
        identity="Role.Arn",
        create=_create_linked_role,
        takes=("awsServiceName", "customSuffix", "description"),
        reads=(_read_linked_role,),
        settings=(Setting(_describe_linked_role, _describe_linked_role, ("description",)),),
        delete=(_delete_linked_role,),
        tags=Tags(
            add=call("tag_role", RoleName="{name}", Tags="{tagList}"),
            remove=call("untag_role", RoleName="{name}", TagKeys="{removedTags}"),
        ),
        key=("awsServiceName", "customSuffix"),
        listing=read("list_roles", "Roles[].Arn", PathPrefix="/aws-service-role/"),
        replaces=("awsServiceName", "customSuffix"),
    ),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": Type(
        service="iam",
        identity="{roleName}",
        reason="no object in AWS, only a rule of the provider's",
        replaces=("roleName",),
        references={"roleName": "aws:iam/role:Role"},
    ),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": Type(
        service="iam",
        identity="{roleName}",
        reason="no object in AWS, only a rule of the provider's",
        replaces=("roleName",),
        references={"roleName": "aws:iam/role:Role"},
    ),
    "aws:accessanalyzer/analyzer:Analyzer": Type(
        service="accessanalyzer",
        identity="{analyzerName}",
        name="analyzerName",
        outputs={"arn": "arn:aws:access-analyzer:{region}:{account}:analyzer/{analyzerName}"},
        defaults={"type": "ACCOUNT"},
        replaces=("analyzerName", "configuration", "type"),
    ),
    "aws:accessanalyzer/archiveRule:ArchiveRule": Type(
        service="accessanalyzer",
        identity="{analyzerName}/{ruleName}",
        replaces=("analyzerName", "ruleName"),
        references={"analyzerName": "aws:accessanalyzer/analyzer:Analyzer"},
    ),
}
