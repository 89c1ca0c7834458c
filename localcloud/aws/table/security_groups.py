"""EC2's security groups and their rules."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from moto.ec2.models import ec2_backends

from localcloud.aws.cloud import ACCOUNT, Session
from localcloud.aws.model import Question, Setting, Step, Type, call, read
from localcloud.aws.table.common import EC2_TAGS, filters
from localcloud.backend import Properties, RejectedError

Direction = Literal["ingress", "egress"]


STANDALONE_RULES: Final = "standalone rules"
"""The part of the cloud's memory that knows which security group rules are resources of their own."""


def _create_security_group(session: Session, values: Properties) -> dict[str, Any]:
    parameters = {
        "GroupName": values["name"],
        "Description": values["description"],
        "VpcId": values.get("vpcId"),
    }
    if values.get("tagList"):
        parameters["TagSpecifications"] = [{"ResourceType": "security-group", "Tags": values["tagList"]}]
    answer = session.call("create_security_group", {name: each for name, each in parameters.items() if each})
    # As the provider does: AWS lets everything out of a new group, nobody asked for that.
    _revoke_all(session, answer["GroupId"], "egress")
    return answer


def _adopt_default_group(session: Session, values: Properties) -> dict[str, Any]:
    wanted = filters(vpc_id=values["vpcId"], group_name="default")
    group = session.ask("describe_security_groups", "SecurityGroups[0].GroupId", Filters=wanted)
    if group is None:
        raise RejectedError(f"vpcId names {values['vpcId']}, which isn't there.")
    for direction in ("ingress", "egress"):
        _revoke_all(session, group, direction)
    return {"GroupId": group}


def _rules(session: Session, group: str, direction: Direction) -> list[Properties]:
    rules = session.ask("describe_security_group_rules", "SecurityGroupRules", Filters=filters(group_id=group))
    return [rule for rule in rules if rule["IsEgress"] == (direction == "egress")]


def _revoke_all(session: Session, group: str, direction: Direction) -> None:
    _revoke(session, group, direction, [rule["SecurityGroupRuleId"] for rule in _rules(session, group, direction)])


def _revoke(session: Session, group: str, direction: Direction, rules: list[str]) -> None:
    if rules:
        session.call(f"revoke_security_group_{direction}", {"GroupId": group, "SecurityGroupRuleIds": rules})


def _inline_rules(session: Session, values: Properties) -> Properties:
    """The rules that aren't resources of their own, in the form of the inline properties."""
    found: Properties = {}
    standalone = session.cloud.memory.get(STANDALONE_RULES, {})
    for direction in ("ingress", "egress"):
        grouped: dict[tuple[Any, ...], Properties] = {}
        for rule in _rules(session, values["id"], direction):
            if rule["SecurityGroupRuleId"] in standalone:
                continue
            everything = rule["IpProtocol"] == "-1"
            first, last = (0, 0) if everything else (rule.get("FromPort", 0), rule.get("ToPort", 0))
            key = (rule["IpProtocol"], first, last, rule.get("Description", ""))
            entry = grouped.setdefault(key, {"protocol": key[0], "fromPort": first, "toPort": last})
            if key[3]:
                entry["description"] = key[3]
            source = rule.get("ReferencedGroupInfo", {}).get("GroupId")
            if source == values["id"]:
                entry["self"] = True
            for name, value in (
                ("cidrBlocks", rule.get("CidrIpv4")),
                ("ipv6CidrBlocks", rule.get("CidrIpv6")),
                ("prefixListIds", rule.get("PrefixListId")),
                ("securityGroups", source if source != values["id"] else None),
            ):
                if value:
                    entry.setdefault(name, []).append(value)
        if grouped:
            found[direction] = list(grouped.values())
    return found


def _set_inline_rules(direction: Direction) -> Setting:
    def apply(session: Session, values: Properties) -> None:
        standalone = session.cloud.memory.get(STANDALONE_RULES, {})
        rules = [rule["SecurityGroupRuleId"] for rule in _rules(session, values["id"], direction)]
        _revoke(session, values["id"], direction, [rule for rule in rules if rule not in standalone])
        permissions = [_permission(rule, values["id"]) for rule in values.get(direction) or []]
        if permissions:
            session.call(
                f"authorize_security_group_{direction}", {"GroupId": values["id"], "IpPermissions": permissions}
            )

    return Setting(apply, apply, (direction,))


def _permission(rule: Properties, group: str) -> Properties:
    note = {"Description": rule["description"]} if rule.get("description") else {}
    sources = [*rule.get("securityGroups", []), *([group] if rule.get("self") else [])]
    permission: Properties = {
        "IpProtocol": str(rule["protocol"]),
        "IpRanges": [{"CidrIp": each, **note} for each in rule.get("cidrBlocks", [])],
        "Ipv6Ranges": [{"CidrIpv6": each, **note} for each in rule.get("ipv6CidrBlocks", [])],
        "PrefixListIds": [{"PrefixListId": each, **note} for each in rule.get("prefixListIds", [])],
        "UserIdGroupPairs": [{"GroupId": each, **note} for each in sources],
    }
    if permission["IpProtocol"] != "-1":
        permission |= {"FromPort": rule["fromPort"], "ToPort": rule["toPort"]}
    return permission


_RULE_SOURCES: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def _rule_problem(inputs: Properties) -> str | None:
    given = [name for name in _RULE_SOURCES if inputs.get(name) is not None]
    if len(given) != 1:
        return f"exactly one of {', '.join(_RULE_SOURCES)} is needed, {len(given)} are given"
    return None


def _create_rule(direction: Direction) -> Step:
    def create(session: Session, values: Properties) -> str:
        rule = {
            "protocol": values["ipProtocol"],
            "fromPort": values.get("fromPort"),
            "toPort": values.get("toPort"),
            "description": values.get("description"),
            "cidrBlocks": [values["cidrIpv4"]] if values.get("cidrIpv4") else [],
            "ipv6CidrBlocks": [values["cidrIpv6"]] if values.get("cidrIpv6") else [],
            "prefixListIds": [values["prefixListId"]] if values.get("prefixListId") else [],
            "securityGroups": [source] if (source := values.get("referencedSecurityGroupId")) else [],
        }
        parameters: Properties = {
            "GroupId": values["securityGroupId"],
            "IpPermissions": [_permission(rule, values["securityGroupId"])],
        }
        if values.get("tagList"):
            parameters["TagSpecifications"] = [{"ResourceType": "security-group-rule", "Tags": values["tagList"]}]
        answer = session.call(f"authorize_security_group_{direction}", parameters)
        identity = answer["SecurityGroupRules"][-1]["SecurityGroupRuleId"]
        session.cloud.memory.setdefault(STANDALONE_RULES, {})[identity] = {}
        _change_rule(session, values | {"id": identity})
        return identity

    return create


def _read_rule(direction: Direction) -> Question:
    def question(session: Session, values: Properties) -> Properties | None:
        found = session.ask("describe_security_group_rules", "SecurityGroupRules", SecurityGroupRuleIds=[values["id"]])
        rule = next((each for each in found or [] if each["IsEgress"] == (direction == "egress")), None)
        if rule is None:
            return None
        properties: Properties = {
            "securityGroupId": rule["GroupId"],
            "ipProtocol": rule["IpProtocol"],
            "cidrIpv4": rule.get("CidrIpv4"),
            "cidrIpv6": rule.get("CidrIpv6"),
            "prefixListId": rule.get("PrefixListId"),
            "referencedSecurityGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId"),
            "description": rule.get("Description"),
            "tags": {tag["Key"]: tag["Value"] for tag in rule.get("Tags", [])},
        }
        if rule["IpProtocol"] != "-1":
            properties |= {"fromPort": rule.get("FromPort"), "toPort": rule.get("ToPort")}
        return {name: value for name, value in properties.items() if value is not None}

    return question


def _delete_rule(direction: Direction) -> Step:
    def delete(session: Session, values: Properties) -> None:
        _revoke(session, values["securityGroupId"], direction, [values["id"]])
        session.cloud.memory.get(STANDALONE_RULES, {}).pop(values["id"], None)

    return delete


def _change_rule(session: Session, values: Properties) -> None:
    # moto's own modification forgets every source but an IPv4 range, and its creation the description of a group.
    group = ec2_backends[ACCOUNT][session.region].get_security_group_from_id(values["securityGroupId"])
    rule = group.get_rule(values["id"]) if group else None
    if rule is None:
        raise RejectedError(f"The rule {values['id']} isn't there any more: refresh first.")
    ranges = {
        "CidrIp": values.get("cidrIpv4"),
        "CidrIpv6": values.get("cidrIpv6"),
        "Description": values.get("description"),
    }
    source = values.get("referencedSecurityGroupId")
    rule.ip_protocol = values["ipProtocol"]
    rule.from_port, rule.to_port = values.get("fromPort"), values.get("toPort")
    rule.ip_range = {name: value for name, value in ranges.items() if value}
    rule.source_group = {"GroupId": source} if source else {}
    rule.prefix_list_id = values.get("prefixListId")


def _security_group_rule(direction: Direction) -> Type:
    properties = (*_RULE_SOURCES, "description", "fromPort", "ipProtocol", "securityGroupId", "toPort")
    return Type(
        service="ec2",
        identity="@",
        create=_create_rule(direction),
        takes=properties,
        reads=(_read_rule(direction),),
        settings=(
            Setting(
                _change_rule,
                properties=tuple(name for name in properties if name != "securityGroupId"),
            ),
        ),
        delete=(_delete_rule(direction),),
        tags=EC2_TAGS,
        key=("securityGroupId", "ipProtocol", "fromPort", "toPort", *_RULE_SOURCES),
        listing=read(
            "describe_security_group_rules",
            f"SecurityGroupRules[?IsEgress==`{'true' if direction == 'egress' else 'false'}`].SecurityGroupRuleId",
        ),
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}",
            "securityGroupRuleId": "{id}",
        },
        replaces=("securityGroupId",),
        check=_rule_problem,
    )


SECURITY_GROUPS: Final[Mapping[str, Type]] = {
    "aws:ec2/securityGroup:SecurityGroup": Type(
        service="ec2",
        identity="GroupId",
        create=_create_security_group,
        takes=("description", "name", "vpcId"),
        reads=(
            read(
                "describe_security_groups",
                "SecurityGroups[0].{name: GroupName, description: Description, ownerId: OwnerId, vpcId: VpcId, "
                "tags: Tags}",
                GroupIds=["{id}"],
            ),
            _inline_rules,
        ),
        settings=(_set_inline_rules("ingress"), _set_inline_rules("egress")),
        delete=(call("delete_security_group", GroupId="{id}"),),
        tags=EC2_TAGS,
        name="name",
        key=("name", "vpcId"),
        listing=read("describe_security_groups", "SecurityGroups[].GroupId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        computed=("egress", "ingress", "vpcId"),
        replaces=("description", "name", "namePrefix", "vpcId"),
        write_only=("revokeRulesOnDelete",),
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Type(
        service="ec2",
        identity="GroupId",
        create=_adopt_default_group,
        takes=("vpcId",),
        reads=(
            read(
                "describe_security_groups",
                "SecurityGroups[0].{name: GroupName, description: Description, ownerId: OwnerId, vpcId: VpcId, "
                "tags: Tags}",
                GroupIds=["{id}"],
            ),
            _inline_rules,
        ),
        settings=(_set_inline_rules("ingress"), _set_inline_rules("egress")),
        tags=EC2_TAGS,
        key=("vpcId",),
        listing=read("describe_security_groups", "SecurityGroups[?GroupName=='default'].GroupId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
        defaults={"revokeRulesOnDelete": False},
        replaces=("vpcId",),
        write_only=("revokeRulesOnDelete",),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _security_group_rule("ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _security_group_rule("egress"),
}
