"""The account of a stack: who is in it, with which rights, and what the policies of its keys, buckets and roles say."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, cast

from policies.iam.context import Context, State, Values
from policies.iam.decision import Caller, Kind, unlike
from policies.iam.patterns import UNKNOWN, with_holes
from policies.iam.statements import EVERYTHING, UNKNOWN_DOCUMENT, Document
from policies.properties import UnusableError, camel_case
from policies.resources import Resource, Stack, aws_region

ROLE: Final = "aws:iam/role:Role"
USER: Final = "aws:iam/user:User"
KEY: Final = "aws:kms/key:Key"
KEYS: Final = (KEY, "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey")
TABLE: Final = "aws:dynamodb/table:Table"
TABLES: Final = (TABLE, "aws:dynamodb/tableReplica:TableReplica")
BUCKETS: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")

_INLINE: Final = {
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:iam/userPolicy:UserPolicy": "user",
    "aws:iam/groupPolicy:GroupPolicy": "group",
}
"""Documents that belong to one principal, by the property that names it."""

_ATTACHED: Final = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role",),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("user",),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("group",),
    "aws:iam/policyAttachment:PolicyAttachment": ("roles", "users", "groups"),
}
"""Managed policies given to principals, by the properties that name these."""

_MEMBERSHIPS: Final = (
    ("aws:iam/userGroupMembership:UserGroupMembership", "user", "groups"),
    ("aws:iam/groupMembership:GroupMembership", "users", "group"),
)
"""What puts users into groups, by the properties that name these."""

_BUCKET_POLICIES: Final = ("aws:s3/bucketPolicy:BucketPolicy",)

VIA_SERVICE: Final = "kms:ViaService"

NOT_A_SERVICE: Final[Mapping[str, Values]] = {
    "aws:PrincipalIsAWSService": ("false",),
    "aws:PrincipalServiceName": State.ABSENT,
    "aws:PrincipalServiceNamesList": State.ABSENT,
    "aws:SourceAccount": State.ABSENT,
    "aws:SourceArn": State.ABSENT,
    "aws:SourceOrgID": State.ABSENT,
}
"""What a request says that no service of AWS makes on its own account."""


def raw(resource: Resource, name: str) -> Any:
    """A property as a plain value, unknown or not; None if it isn't set."""
    wire_name = camel_case(name)
    resource.reads.add((wire_name,))
    return resource.all_properties().get(wire_name)


def text(resource: Resource, name: str) -> str | None:
    """A property that is a text, with a mark in place of each part that isn't known; None if it isn't set."""
    value = raw(resource, name)
    return None if value is None else with_holes(str(value))


def document(resource: Resource, name: str = "policy") -> Document | None:
    """A property that is a policy document; None if it isn't set. Raises UnusableError for what is none."""
    value = raw(resource, name)
    if value is None:
        return None
    try:
        return Document.read(value)
    except ValueError:
        raise UnusableError(
            f"{camel_case(name)} of {resource.resource_name} is no policy document: correct it"
        ) from None


def via_services(documents: Iterable[Document]) -> frozenset[str]:
    """The services that policies name as those through which a key is used."""
    return frozenset[str]().union(*map(_via_services, documents))


@lru_cache(maxsize=4096)
def _via_services(policy: Document) -> frozenset[str]:
    return frozenset(
        wanted
        for statement in policy.statements
        for test in statement.tests
        if test.key.lower() == VIA_SERVICE.lower()
        for wanted in test.wanted
        if not re.search(rf"[*?{UNKNOWN}]|true|false", wanted)
    )


class Account:
    """Everybody and everything in a stack's account that policies are about. Made by `Stack.derived`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.id = self._account_id()
        self._arns: dict[str, str] = {}
        self._bucket_documents: dict[str, list[Document]] = {}
        self._key_documents: dict[str, list[Document]] = {}
        self._rights = self._rights_by_principal()
        self._principals = {each.urn: each for each in stack.of_type(ROLE, USER)}
        self.callers: Mapping[str, Caller] = {urn: self._caller(each) for urn, each in self._principals.items()}
        """The roles and users that the stack declares, by URN."""
        self._labels = {
            caller.name: f"the {caller.kind} {self._principals[urn].resource_name}"
            for urn, caller in self.callers.items()
        }
        names = frozenset(self._labels)
        who: dict[str, Values] = {**NOT_A_SERVICE, "aws:PrincipalAccount": (self.id,), "kms:CallerAccount": (self.id,)}
        self.unlisted = Caller(
            "unlisted",
            "anybody else in the account",
            self.id,
            listed=names,
            context=Context({**who, "aws:PrincipalArn": unlike(*names)}),
        )
        other = unlike(self.id)
        self.stranger = Caller(
            "stranger",
            "somebody in another account",
            self.id,
            context=Context({**NOT_A_SERVICE, "aws:PrincipalAccount": other, "kms:CallerAccount": other}),
        )

    def resource(self, urn: str) -> Resource:
        """The role or user with this URN."""
        return self._principals[urn]

    def label(self, caller: Caller) -> str:
        """What to call a caller: a role or user by its logical name, anybody else by its own."""
        return self._labels.get(caller.name, caller.name)

    @staticmethod
    def others_named_by(documents: Iterable[Document]) -> list[Caller]:
        """The services and identity providers that a resource's policies name."""
        names = {
            (kind, name)
            for each in documents
            for statement in each.statements
            for kind, name in statement.principals or ()
        }
        kinds: Mapping[str, Kind] = {"Service": "service", "Federated": "federated"}
        return [Caller(kinds[kind], name, "") for kind, name in sorted(names) if kind in kinds]

    def arn(self, resource: Resource) -> str:
        """The ARN of a resource; where it isn't known yet, what follows from its name."""
        if resource.urn not in self._arns:
            self._arns[resource.urn] = self._read_arn(resource)
        return self._arns[resource.urn]

    def _read_arn(self, resource: Resource) -> str:
        known = text(resource, "arn")
        if known is not None and known != UNKNOWN:
            return known
        region = aws_region(resource) or UNKNOWN
        match resource.resource_type:
            case kind if kind in (ROLE, USER):
                principal = "role" if kind == ROLE else "user"
                path = text(resource, "path") or "/"
                predicted = f"arn:aws:iam::{self.id}:{principal}{path}{text(resource, 'name') or UNKNOWN}"
            case kind if kind in BUCKETS:
                predicted = f"arn:aws:s3:::{text(resource, 'bucket') or UNKNOWN}"
            case kind if kind in KEYS:
                predicted = f"arn:aws:kms:{region}:{self.id}:key/{UNKNOWN}"
            case kind if kind == TABLE:
                predicted = f"arn:aws:dynamodb:{region}:{self.id}:table/{text(resource, 'name') or UNKNOWN}"
            case kind if kind in TABLES:
                # The table of the same name in another region.
                original = next(iter(self.named(resource, "global_table_arn", TABLE)), None)
                name = UNKNOWN if original is None else self.arn(original).rpartition("/")[2]
                predicted = f"arn:aws:dynamodb:{region}:{self.id}:table/{name}"
            case _:
                predicted = UNKNOWN
        return predicted

    def key_documents(self, key: Resource) -> list[Document]:
        """The policies that a key has or may come to have. Without one KMS gives it to the account."""
        if key.urn not in self._key_documents:
            self._key_documents[key.urn] = self._read_key_documents(key)
        return self._key_documents[key.urn]

    def _read_key_documents(self, key: Resource) -> list[Document]:
        found = [document(key)] + [document(each) for each in self._of_key.get(key.urn, ())]
        known = [each for each in found if each is not None]
        return known or [
            Document.read(
                {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{self.id}:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    },
                }
            )
        ]

    def bucket_documents(self, bucket: Resource) -> list[Document]:
        """The policies of a bucket."""
        if bucket.urn not in self._bucket_documents:
            self._bucket_documents[bucket.urn] = self._read_bucket_documents(bucket)
        return self._bucket_documents[bucket.urn]

    def _read_bucket_documents(self, bucket: Resource) -> list[Document]:
        found = [document(bucket), *(document(each) for each in self._of_bucket.get(bucket.urn, ()))]
        return [each for each in found if each is not None]

    def trust(self, role: Resource) -> Document:
        """The policy that says who may take on a role."""
        return document(role, "assume_role_policy") or UNKNOWN_DOCUMENT

    @cached_property
    def by_name(self) -> Mapping[str, Resource]:
        """Everything that is known by ARN, id or name, where that is known."""
        found: dict[str, Resource] = {}
        for resource in self._stack.resources:
            if not resource.is_of_cloud:
                continue
            for name in ("arn", "id", "key_id", "name", "bucket"):
                value = resource.all_properties().get(camel_case(name))
                if isinstance(value, str) and UNKNOWN not in with_holes(value):
                    found.setdefault(f"{resource.resource_type} {value}", resource)
        return found

    def named(self, user: Resource, name: str, *types: str) -> list[Resource]:
        """The resources of these types that a property of `user` names: by value, else by what it was computed from."""
        values = raw(user, name)
        return self.meant(user, name, values if isinstance(values, list) else [values], *types)

    def meant(self, user: Resource, name: str, values: Sequence[object], *types: str) -> list[Resource]:
        """The resources of these types that the values of a property of `user` name."""
        found: dict[str, Resource] = {}
        for value in values:
            if value is None:
                continue
            if isinstance(value, str) and UNKNOWN not in with_holes(value):
                named = [self.by_name.get(f"{kind} {value}") for kind in types]
            else:
                named = [each for each in self._stack.sources(user, name) if each.resource_type in types]
            found |= {each.urn: each for each in named if each is not None}
        return list(found.values())

    @cached_property
    def via_services(self) -> frozenset[str]:
        """The services that any policy names as those through which a key is used."""
        documents = [each for caller in self.callers.values() for each in caller.policies]
        for key in self._stack.of_type(*KEYS):
            documents += self.key_documents(key)
        return via_services(documents)

    @cached_property
    def _of_key(self) -> Mapping[str, list[Resource]]:
        return self._users_of("key_id", ["aws:kms/keyPolicy:KeyPolicy"], *KEYS)

    @cached_property
    def _of_bucket(self) -> Mapping[str, list[Resource]]:
        return self._users_of("bucket", _BUCKET_POLICIES, *BUCKETS)

    def _users_of(self, name: str, types: Iterable[str], *targets: str) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for user in self._stack.of_type(*types):
            for target in self.named(user, name, *targets):
                found[target.urn].append(user)
        return found

    def _account_id(self) -> str:
        accounts = {
            each
            for resource in self._stack.resources
            if resource.resource_type.startswith(("aws:", "pulumi:providers:aws"))
            for each in resource.allowed_accounts
        }
        return accounts.pop() if len(accounts) == 1 else UNKNOWN

    def _caller(self, principal: Resource) -> Caller:
        arn = self.arn(principal)
        kind: Kind = "role" if principal.resource_type == ROLE else "user"
        documents = [*self._rights.get(principal.urn, ()), *self._own_rights(principal)]
        context: dict[str, Values] = {
            **NOT_A_SERVICE,
            "aws:PrincipalArn": (arn,),
            "aws:PrincipalAccount": (self.id,),
            "kms:CallerAccount": (self.id,),
            "aws:PrincipalType": ("AssumedRole" if kind == "role" else "User",),
        }
        return Caller(kind, arn, self.id, tuple(documents), self._boundary(principal), context=Context(context))

    def _own_rights(self, principal: Resource) -> list[Document]:
        if principal.resource_type != ROLE:
            return []
        inline = raw(principal, "inline_policies") or []
        documents = [Document.read(cast("Mapping[str, Any]", each).get("policy") or {}) for each in inline]
        return documents + self._managed(principal, "managed_policy_arns")

    def _managed(self, user: Resource, name: str) -> list[Document]:
        """Managed policies by ARN. Of one that isn't in the stack nothing is known: it may allow everything."""
        values = raw(user, name)
        documents: list[Document] = []
        for value in values if isinstance(values, list) else [values]:
            if value is None:
                continue
            found = self.meant(user, name, [value], "aws:iam/policy:Policy")
            documents += [document(each) or EVERYTHING for each in found] or [EVERYTHING]
        return documents

    def _boundary(self, principal: Resource) -> Document | None:
        """The permission boundary; None if there is none, or none in the stack, so that nothing of it is known."""
        found = self.named(principal, "permissions_boundary", "aws:iam/policy:Policy")
        return document(found[0]) if len(found) == 1 else None

    def _rights_by_principal(self) -> Mapping[str, list[Document]]:
        rights: dict[str, list[Document]] = defaultdict(list)
        kinds = {"role": ROLE, "user": USER, "group": "aws:iam/group:Group"}
        for kind, name in _INLINE.items():
            for policy in self._stack.of_type(kind):
                for principal in self.named(policy, name, kinds[name]):
                    rights[principal.urn].append(document(policy) or UNKNOWN_DOCUMENT)
        for attachment in self._stack.of_type(*_ATTACHED):
            for name in _ATTACHED[attachment.resource_type]:
                for principal in self.named(attachment, name, kinds[name.removesuffix("s")]):
                    rights[principal.urn] += self._managed(attachment, "policy_arn")
        for kind, of_user, of_group in _MEMBERSHIPS:
            for membership in self._stack.of_type(kind):
                groups = self.named(membership, of_group, kinds["group"])
                for user in self.named(membership, of_user, USER):
                    rights[user.urn] += [each for group in groups for each in rights.get(group.urn, ())]
        return rights
