"""Route 53's records and health checks, and the names that services find each other by."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from moto.route53.models import route53_backends

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties


def _record_id(values: Properties) -> str | None:
    parts = [values.get(name) for name in ("zoneId", "name", "type", "setIdentifier")]
    return None if UNKNOWN in parts else "_".join(str(part).rstrip(".") for part in parts if part is not None)


def _record_set(values: Properties) -> Properties:
    record: Properties = {"Name": values["name"], "Type": values["type"]}
    if values.get("aliases"):
        alias = values["aliases"][0]
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record |= {"TTL": values.get("ttl"), "ResourceRecords": [{"Value": each} for each in values.get("records", [])]}
    for name, spelled in (("setIdentifier", "SetIdentifier"), ("healthCheckId", "HealthCheckId")):
        record[spelled] = values.get(name)
    for policy in values.get("failoverRoutingPolicies") or []:
        record["Failover"] = policy["type"]
    for policy in values.get("weightedRoutingPolicies") or []:
        record["Weight"] = policy["weight"]
    return {name: value for name, value in record.items() if value is not None}


def _change_record(action: str, session: Session, values: Properties) -> None:
    _hosted_zone(session, values["zoneId"], values["name"])
    change = {"Action": action, "ResourceRecordSet": _record_set(values)}
    session.call(
        "change_resource_record_sets", {"HostedZoneId": values["zoneId"], "ChangeBatch": {"Changes": [change]}}
    )


def _create_record(session: Session, values: Properties) -> None:
    _hosted_zone(session, values["zoneId"], values["name"])
    # Asked here, for moto's own answer to CREATE goes by its journal, and a record that is gone can't be made again.
    exists = _read_record(session, values | {"id": _record_id(values)}) is not None
    if exists and not values.get("allowOverwrite"):
        reason = f"the record {values['name']} of type {values['type']} already exists"
        raise RefusedError("ChangeResourceRecordSets", "InvalidChangeBatch", reason)
    _change_record("UPSERT", session, values)


def _update_record(session: Session, values: Properties) -> None:
    _change_record("UPSERT", session, values)


def _delete_record(session: Session, values: Properties) -> None:
    if _read_record(session, values) is not None:
        _change_record("DELETE", session, values)


def _hosted_zone(session: Session, identity: str, name: str) -> None:
    """The zone of the portal's domain is made outside every stack; here it is there when it is first used."""
    zones = route53_backends[ACCOUNT]["aws"].zones
    if identity in zones:
        return
    domain = ".".join(name.rstrip(".").split(".")[-2:])
    made = session.call("create_hosted_zone", {"Name": domain, "CallerReference": identity})
    zone = zones.pop(made["HostedZone"]["Id"].rpartition("/")[2])
    zone.resource_id = identity
    zones[identity] = zone


def _read_record(session: Session, values: Properties) -> Properties | None:
    zone = values.get("zoneId") or values["id"].split("_")[0]
    records = session.ask("list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
    for record in records or []:
        found: Properties = {
            "zoneId": zone,
            "name": record["Name"].rstrip("."),
            "type": record["Type"],
            "setIdentifier": record.get("SetIdentifier"),
            "ttl": record.get("TTL"),
            "records": [each["Value"] for each in record.get("ResourceRecords", [])] or None,
            "healthCheckId": record.get("HealthCheckId"),
            "failoverRoutingPolicies": [{"type": kind}] if (kind := record.get("Failover")) else None,
            "weightedRoutingPolicies": [{"weight": weight}] if (weight := record.get("Weight")) is not None else None,
        }
        if record.get("AliasTarget"):
            target = record["AliasTarget"]
            found |= {
                "aliases": [
                    {
                        "name": target["DNSName"].rstrip("."),
                        "zoneId": target["HostedZoneId"],
                        "evaluateTargetHealth": target["EvaluateTargetHealth"],
                    }
                ],
                "ttl": None,
            }
        if _record_id(found) == values["id"]:
            found["fqdn"] = found["name"]
            return {name: value for name, value in found.items() if value is not None}
    return None


_CHECK: Final = {
    "childHealthThreshold": "HealthThreshold",
    "childHealthchecks": "ChildHealthChecks",
    "disabled": "Disabled",
    "failureThreshold": "FailureThreshold",
    "fqdn": "FullyQualifiedDomainName",
    "invertHealthcheck": "Inverted",
    "ipAddress": "IPAddress",
    "port": "Port",
    "regions": "Regions",
    "requestInterval": "RequestInterval",
    "resourcePath": "ResourcePath",
    "searchString": "SearchString",
    "type": "Type",
}

_CHANGEABLE_CHECK: Final = tuple(name for name in _CHECK if name not in ("requestInterval", "type"))


def _check_config(values: Properties) -> Properties:
    return {_CHECK[name]: values[name] for name in _CHECK if values.get(name) is not None}


def _create_check(session: Session, values: Properties) -> dict[str, Any]:
    reference = values.get("referenceName", "check") + secrets.token_hex(8)
    parameters = {"CallerReference": reference, "HealthCheckConfig": _check_config(values)}
    return session.call("create_health_check", parameters)


def _change_check(session: Session, values: Properties) -> None:
    wanted = {name: values[name] for name in _CHANGEABLE_CHECK if name in values}
    session.call("update_health_check", {"HealthCheckId": values["id"], **_check_config(wanted)})


def _read_check(session: Session, values: Properties) -> Properties | None:
    held = session.call("get_health_check", {"HealthCheckId": values["id"]})["HealthCheck"]["HealthCheckConfig"]
    return {name: held[spelled] for name, spelled in _CHECK.items() if held.get(spelled) not in (None, [], "")}


def _create_namespace(session: Session, values: Properties) -> dict[str, Any]:
    named = f"Namespaces[?Name=='{values['name']}' && Type=='HTTP'].Id"
    if session.ask("list_namespaces", named):
        reason = f"the namespace {values['name']} exists"
        raise RefusedError("CreateHttpNamespace", "NamespaceAlreadyExists", reason)
    parameters: Properties = {"Name": values["name"], "CreatorRequestId": secrets.token_hex(8)}
    for name, spelled in (("description", "Description"), ("tagList", "Tags")):
        if values.get(name):
            parameters[spelled] = values[name]
    session.call("create_http_namespace", parameters)
    return {"id": session.ask("list_namespaces", named)[0]}


DNS: Final[Mapping[str, Type]] = {
    "aws:route53/record:Record": Type(
        service="route53",
        identity=_record_id,
        create=_create_record,
        takes=("name", "setIdentifier", "type", "zoneId"),
        reads=(_read_record,),
        settings=(
            Setting(
                _update_record,
                properties=(
                    "aliases",
                    "failoverRoutingPolicies",
                    "healthCheckId",
                    "records",
                    "ttl",
                    "weightedRoutingPolicies",
                ),
            ),
        ),
        references={"healthCheckId": "aws:route53/healthCheck:HealthCheck"},
        delete=(_delete_record,),
        outputs={"fqdn": "{name}"},
        replaces=("name", "type", "zoneId"),
        write_only=("allowOverwrite",),
        normal={"name": lambda name: name.rstrip(".")},
    ),
    "aws:route53/healthCheck:HealthCheck": Type(
        service="route53",
        identity="HealthCheck.Id",
        create=_create_check,
        takes=tuple(_CHECK),
        reads=(_read_check,),
        settings=(Setting(_change_check, properties=_CHANGEABLE_CHECK),),
        delete=(call("delete_health_check", HealthCheckId="{id}"),),
        tags=Tags(
            add=call("change_tags_for_resource", ResourceType="healthcheck", ResourceId="{id}", AddTags="{tagList}"),
            remove=call(
                "change_tags_for_resource", ResourceType="healthcheck", ResourceId="{id}", RemoveTagKeys="{removedTags}"
            ),
            read=read(
                "list_tags_for_resource", "{tags: ResourceTagSet.Tags}", ResourceType="healthcheck", ResourceId="{id}"
            ),
        ),
        listing=read("list_health_checks", "HealthChecks[].Id"),
        outputs={"arn": "arn:aws:route53:::healthcheck/{id}"},
        defaults={"disabled": False, "measureLatency": False},
        computed=("enableSni", "failureThreshold", "port", "regions", "requestInterval"),
        replaces=("measureLatency", "referenceName", "requestInterval", "type"),
        beside=(
            "cloudwatchAlarmName",
            "cloudwatchAlarmRegion",
            "enableSni",
            "insufficientDataHealthStatus",
            "measureLatency",
        ),
        write_only=("referenceName", "triggers"),
    ),
    "aws:servicediscovery/httpNamespace:HttpNamespace": Type(
        service="servicediscovery",
        identity="id",
        create=_create_namespace,
        takes=("description", "name"),
        reads=(
            read(
                "get_namespace",
                "Namespace.{name: Name, arn: Arn, description: Description, "
                "httpName: Properties.HttpProperties.HttpName}",
                Id="{id}",
            ),
        ),
        settings=(Setting(call("update_http_namespace", Id="{id}", Namespace={"Description": "{description}"})),),
        delete=(call("delete_namespace", Id="{id}"),),
        tags=Tags(
            add=call("tag_resource", ResourceARN="{arn}", Tags="{tagList}"),
            remove=call("untag_resource", ResourceARN="{arn}", TagKeys="{removedTags}"),
            read=read("list_tags_for_resource", "{tags: Tags}", ResourceARN="{arn}"),
        ),
        name="name",
        listing=read("list_namespaces", "Namespaces[].Id"),
        outputs={"arn": "arn:aws:servicediscovery:{region}:{account}:namespace/{id}", "httpName": "{name}"},
        replaces=("name",),
    ),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": Type(
        service="route53resolver",
        identity="rqlc-{random}",
        name="name",
        reason="moto checks the destination wrongly",
        outputs={
            "arn": "arn:aws:route53resolver:{region}:{account}:resolver-query-log-config/{id}",
            "ownerId": "{account}",
            "shareStatus": "NOT_SHARED",
        },
        replaces=("destinationArn", "name"),
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": Type(
        service="route53resolver",
        identity="rqlca-{random}",
        key=("resolverQueryLogConfigId", "resourceId"),
        replaces=("resolverQueryLogConfigId", "resourceId"),
        references={
            "resolverQueryLogConfigId": "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
            "resourceId": "aws:ec2/vpc:Vpc",
        },
    ),
}
