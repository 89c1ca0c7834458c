"""IAM roles and their policies."""

from collections.abc import Mapping
from typing import Final

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
}
