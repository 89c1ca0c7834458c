"""EC2's network access control lists."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Setting, Type, call, read
from localcloud.aws.table.common import EC2_TAGS, filters, tagged
from localcloud.backend import Properties, RejectedError

_LAST: Final = 32767
"""The number of the entry that denies what no other entry names; AWS adds it by itself."""

_DIRECTIONS: Final = {"egress": True, "ingress": False}

_LIST: Final = read(
    "describe_network_acls",
    "NetworkAcls[0].{vpcId: VpcId, ownerId: OwnerId, tags: Tags}",
    NetworkAclIds=["{id}"],
)


def _entries(session: Session, identity: str) -> list[Properties]:
    path = "NetworkAcls[0].Entries"
    held: list[Properties] = session.ask("describe_network_acls", path, NetworkAclIds=[identity]) or []
    return [each for each in held if each["RuleNumber"] != _LAST]


def _read_entries(session: Session, values: Properties) -> Properties:
    found: Properties = {}
    for each in _entries(session, values["id"]):
        ports = each.get("PortRange", {})
        rule: Properties = {
            "action": each["RuleAction"],
            "ruleNo": each["RuleNumber"],
            "protocol": each["Protocol"],
            "fromPort": int(ports.get("From") or 0),
            "toPort": int(ports.get("To") or 0),
            "cidrBlock": each.get("CidrBlock"),
            "ipv6CidrBlock": each.get("Ipv6CidrBlock"),
        }
        direction = "egress" if each["Egress"] else "ingress"
        found.setdefault(direction, []).append({name: value for name, value in rule.items() if value is not None})
    return found


def _set_entries(session: Session, values: Properties) -> None:
    acl = {"NetworkAclId": values["id"]}
    for each in _entries(session, values["id"]):
        session.call("delete_network_acl_entry", acl | {"RuleNumber": each["RuleNumber"], "Egress": each["Egress"]})
    for direction, is_egress in _DIRECTIONS.items():
        for rule in values.get(direction) or []:
            parameters: Properties = {
                "RuleNumber": rule["ruleNo"],
                "RuleAction": rule["action"],
                "Protocol": rule["protocol"],
                "Egress": is_egress,
                "PortRange": {"From": rule["fromPort"], "To": rule["toPort"]},
                "CidrBlock": rule.get("cidrBlock"),
                "Ipv6CidrBlock": rule.get("ipv6CidrBlock"),
            }
            session.call(
                "create_network_acl_entry",
                acl | {name: value for name, value in parameters.items() if value is not None},
            )


def _associations(session: Session, **wanted: str) -> dict[str, str]:
    """Subnets to their associations."""
    path = "NetworkAcls[].Associations[].[SubnetId, NetworkAclAssociationId]"
    return dict(session.ask("describe_network_acls", path, Filters=filters(**wanted)) or [])


def _read_subnets(session: Session, values: Properties) -> Properties:
    path = "NetworkAcls[0].Associations[].SubnetId"
    return {"subnetIds": session.ask("describe_network_acls", path, NetworkAclIds=[values["id"]]) or []}


def _move(session: Session, vpc: str, subnets: set[str], acl: str) -> None:
    associations = _associations(session, vpc_id=vpc)
    for subnet in sorted(subnets):
        if subnet not in associations:
            raise RejectedError(f"subnetIds names {subnet}, which isn't there (aws:ec2/subnet:Subnet).")
        parameters = {"AssociationId": associations[subnet], "NetworkAclId": acl}
        session.call("replace_network_acl_association", parameters)


def _default_of(session: Session, vpc: str) -> str:
    wanted = filters(vpc_id=vpc, default="true")
    return session.ask("describe_network_acls", "NetworkAcls[0].NetworkAclId", Filters=wanted)


def _set_subnets(session: Session, values: Properties) -> None:
    held, wanted = set(_read_subnets(session, values)["subnetIds"]), set(values.get("subnetIds") or [])
    _move(session, values["vpcId"], wanted - held, values["id"])
    _move(session, values["vpcId"], held - wanted, _default_of(session, values["vpcId"]))


def _release_subnets(session: Session, values: Properties) -> None:
    if values["id"] in session.ask("describe_network_acls", "NetworkAcls[].NetworkAclId"):
        _set_subnets(session, values | {"subnetIds": []})


def _adopt_default(session: Session, values: Properties) -> dict[str, Any]:
    acl = values["defaultNetworkAclId"]
    if not session.ask("describe_network_acls", "NetworkAcls[?IsDefault].NetworkAclId", NetworkAclIds=[acl]):
        raise RejectedError(f"defaultNetworkAclId names {acl}, which isn't the default of a VPC.")
    # As the provider does: AWS lets everything in and out by default, nobody asked for that.
    _set_entries(session, {"id": acl})
    return {"id": acl}


NETWORK_ACLS: Final[Mapping[str, Type]] = {
    "aws:ec2/networkAcl:NetworkAcl": Type(
        service="ec2",
        identity="NetworkAcl.NetworkAclId",
        create=call("create_network_acl", VpcId="{vpcId}", TagSpecifications=tagged("network-acl")),
        reads=(_LIST, _read_entries, _read_subnets),
        settings=(
            Setting(_set_entries, _set_entries, tuple(_DIRECTIONS)),
            Setting(_set_subnets, _set_subnets, ("subnetIds",)),
        ),
        delete=(_release_subnets, call("delete_network_acl", NetworkAclId="{id}")),
        tags=EC2_TAGS,
        listing=read("describe_network_acls", "NetworkAcls[].NetworkAclId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:network-acl/{id}"},
        computed=("egress", "ingress", "subnetIds"),
        replaces=("vpcId",),
    ),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": Type(
        service="ec2",
        identity="{defaultNetworkAclId}",
        create=_adopt_default,
        takes=("defaultNetworkAclId",),
        # Its subnets are left out: they come and go by themselves, and nobody changed the list.
        reads=(_LIST, _read_entries),
        settings=(Setting(_set_entries, _set_entries, tuple(_DIRECTIONS)),),
        tags=EC2_TAGS,
        outputs={"arn": "arn:aws:ec2:{region}:{account}:network-acl/{id}", "defaultNetworkAclId": "{id}"},
        computed=("subnetIds",),
        replaces=("defaultNetworkAclId",),
        write_only=("subnetIds",),
    ),
}
