"""DNS records."""

from collections.abc import Mapping
from typing import Final

from moto.route53.models import route53_backends

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Setting, Type
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
    if values.get("setIdentifier"):
        record["SetIdentifier"] = values["setIdentifier"]
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


DNS: Final[Mapping[str, Type]] = {
    "aws:route53/record:Record": Type(
        service="route53",
        identity=_record_id,
        create=_create_record,
        takes=("name", "setIdentifier", "type", "zoneId"),
        reads=(_read_record,),
        settings=(Setting(_update_record, properties=("aliases", "records", "ttl")),),
        delete=(_delete_record,),
        outputs={"fqdn": "{name}"},
        replaces=("name", "type", "zoneId"),
        write_only=("allowOverwrite",),
        normal={"name": lambda name: name.rstrip(".")},
    ),
}
