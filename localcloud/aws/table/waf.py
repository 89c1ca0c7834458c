"""WAF."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws import sdk
from localcloud.aws.cloud import Session
from localcloud.aws.model import Setting, Step, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties

_TAGS: Final = Tags(
    add=call("tag_resource", ResourceARN="{arn}", Tags="{tagList}"),
    remove=call("untag_resource", ResourceARN="{arn}", TagKeys="{removedTags}"),
    read=read("list_tags_for_resource", "{tags: TagInfoForResource.TagList}", ResourceARN="{arn}"),
)

WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"

_LISTS: Final = {"web_acl": "WebACLs", "ip_set": "IPSets"}

_SCOPES: Final = ("REGIONAL", "CLOUDFRONT")


def _held(session: Session, what: str, identity: str) -> Properties | None:
    """Name, scope and id by which WAF is asked for an object, which the id alone doesn't tell."""
    # A web ACL of CloudFront lives in us-east-1 only.
    for scope in _SCOPES if session.region == "us-east-1" else _SCOPES[:1]:
        for each in session.call(f"list_{what}s", {"Scope": scope}).get(_LISTS[what], []):
            if each["Id"] == identity:
                return {"Name": each["Name"], "Scope": scope, "Id": identity}
    return None


def _bodies(values: Properties) -> dict[str, Any] | None:
    bodies = values.get("customResponseBodies")
    if not bodies:
        return None
    return {each["key"]: {"Content": each["content"], "ContentType": each["contentType"]} for each in bodies}


def _acl(values: Properties) -> Properties:
    parameters: Properties = {
        "DefaultAction": values["defaultAction"],
        "Description": values.get("description"),
        "Rules": values.get("rules") or [],
        "VisibilityConfig": values["visibilityConfig"],
        "CustomResponseBodies": _bodies(values),
        "TokenDomains": values.get("tokenDomains"),
    }
    return {name: value for name, value in parameters.items() if value is not None}


def _create_acl(session: Session, values: Properties) -> dict[str, Any]:
    tags = {"Tags": values["tagList"]} if values.get("tagList") else {}
    return session.call("create_web_acl", {"Name": values["name"], "Scope": values["scope"], **_acl(values), **tags})


def _change_acl(session: Session, values: Properties) -> None:
    held = _held(session, "web_acl", values["id"]) or {}
    token = session.call("get_web_acl", held)["LockToken"]
    session.call("update_web_acl", held | _acl(values) | {"LockToken": token})


def _read_acl(session: Session, values: Properties) -> Properties | None:
    held = _held(session, "web_acl", values["id"])
    if held is None:
        return None
    acl = session.call("get_web_acl", held)["WebACL"]
    found = sdk.from_answer(WEB_ACL, {name: value for name, value in acl.items() if name != "CustomResponseBodies"})
    bodies = [
        {"key": key, "content": body["Content"], "contentType": body["ContentType"]}
        for key, body in acl.get("CustomResponseBodies", {}).items()
    ]
    return found | {"scope": held["Scope"]} | ({"customResponseBodies": bodies} if bodies else {})


def _change_set(session: Session, values: Properties) -> None:
    held = _held(session, "ip_set", values["id"]) or {}
    token = session.call("get_ip_set", held)["LockToken"]
    parameters = {"Addresses": values["addresses"], "Description": values.get("description"), "LockToken": token}
    session.call("update_ip_set", held | {name: each for name, each in parameters.items() if each is not None})


def _read_set(session: Session, values: Properties) -> Properties | None:
    held = _held(session, "ip_set", values["id"])
    if held is None:
        return None
    found = session.call("get_ip_set", held)["IPSet"]
    return {
        "name": found["Name"],
        "arn": found["ARN"],
        "addresses": found["Addresses"],
        "description": found.get("Description") or None,
        "ipAddressVersion": found["IPAddressVersion"],
        "scope": held["Scope"],
    }


def _delete(what: str) -> Step:
    def delete(session: Session, values: Properties) -> None:
        held = _held(session, what, values["id"])
        if held is not None:
            token = session.call(f"get_{what}", held)["LockToken"]
            session.call(f"delete_{what}", held | {"LockToken": token})

    return delete


def _logging_problem(inputs: Properties) -> str | None:
    """A log group of WAF's must have a name that begins so (WAF Developer Guide, "CloudWatch Logs")."""
    destinations = inputs["logDestinationConfigs"]
    for arn in destinations if isinstance(destinations, list) else []:
        if arn is not UNKNOWN and not arn.replace("/", ":").split(":")[6:][-1].startswith("aws-waf-logs-"):
            return f"logDestinationConfigs names {arn}, whose name doesn't begin with aws-waf-logs-"
    return None


def _associated(session: Session, values: Properties) -> Properties | None:
    acl, _, resource = values["id"].partition(",")
    held = session.call("get_web_acl_for_resource", {"ResourceArn": resource}).get("WebACL")
    return {"webAclArn": acl, "resourceArn": resource} if held and held["ARN"] == acl else None


WAF: Final[Mapping[str, Type]] = {
    WEB_ACL: Type(
        service="wafv2",
        identity="Summary.Id",
        create=_create_acl,
        takes=(
            "customResponseBodies",
            "defaultAction",
            "description",
            "name",
            "rules",
            "scope",
            "tokenDomains",
            "visibilityConfig",
        ),
        reads=(_read_acl,),
        settings=(
            Setting(
                _change_acl,
                _change_acl,
                (
                    "customResponseBodies",
                    "defaultAction",
                    "description",
                    "rules",
                    "tokenDomains",
                    "visibilityConfig",
                ),
            ),
        ),
        delete=(_delete("web_acl"),),
        tags=_TAGS,
        name="name",
        key=("name", "scope"),
        listing=read("list_web_acls", "WebACLs[].Id", Scope="REGIONAL"),
        replaces=("name", "namePrefix", "scope"),
        beside=("associationConfig", "captchaConfig", "challengeConfig", "dataProtectionConfig"),
    ),
    "aws:wafv2/ipSet:IpSet": Type(
        service="wafv2",
        identity="Summary.Id",
        create=call(
            "create_ip_set",
            Name="{name}",
            Scope="{scope}",
            Description="{description}",
            IPAddressVersion="{ipAddressVersion}",
            Addresses="{addresses}",
            Tags="{tagList}",
        ),
        reads=(_read_set,),
        settings=(Setting(_change_set, _change_set, ("addresses", "description")),),
        delete=(_delete("ip_set"),),
        tags=_TAGS,
        name="name",
        key=("name", "scope"),
        listing=read("list_ip_sets", "IPSets[].Id", Scope="REGIONAL"),
        replaces=("ipAddressVersion", "name", "namePrefix", "scope"),
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Type(
        service="wafv2",
        identity="{webAclArn},{resourceArn}",
        create=call("associate_web_acl", WebACLArn="{webAclArn}", ResourceArn="{resourceArn}"),
        reads=(_associated,),
        delete=(call("disassociate_web_acl", ResourceArn="{resourceArn}"),),
        replaces=("resourceArn", "webAclArn"),
        references={"resourceArn": "aws:lb/loadBalancer:LoadBalancer"},
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Type(
        service="wafv2",
        identity="{resourceArn}",
        create=call(
            "put_logging_configuration",
            LoggingConfiguration={
                "ResourceArn": "{resourceArn}",
                "LogDestinationConfigs": "{logDestinationConfigs}",
                "RedactedFields": "{redactedFields}",
                "LoggingFilter": "{loggingFilter}",
            },
        ),
        create_again=True,
        reads=(read("get_logging_configuration", "LoggingConfiguration", ResourceArn="{id}"),),
        delete=(call("delete_logging_configuration", ResourceArn="{id}"),),
        outputs={"resourceArn": "{id}"},
        replaces=("logDestinationConfigs", "resourceArn"),
        normal={"logDestinationConfigs": lambda arns: [each.removesuffix(":*") for each in arns]},
        check=_logging_problem,
    ),
}
