"""Certificates."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Tags, Type, call, read
from localcloud.backend import Properties, RejectedError


def _read_certificate(session: Session, values: Properties) -> Properties | None:
    certificate = session.ask("describe_certificate", "Certificate", CertificateArn=values["id"])
    if not certificate:
        return None
    options = [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option.get("ResourceRecord", {}).get("Name"),
            "resourceRecordType": option.get("ResourceRecord", {}).get("Type"),
            "resourceRecordValue": option.get("ResourceRecord", {}).get("Value"),
        }
        for option in certificate.get("DomainValidationOptions", [])
    ]
    method = next((each.get("ValidationMethod") for each in certificate.get("DomainValidationOptions", [])), None)
    return {
        "arn": certificate["CertificateArn"],
        "domainName": certificate["DomainName"],
        "status": certificate["Status"],
        "subjectAlternativeNames": certificate.get("SubjectAlternativeNames", []),
        "type": certificate.get("Type"),
        "validationMethod": method,
        "domainValidationOptions": options,
    }


def _certificate_problem(session: Session, values: Properties) -> Properties:
    """A certificate is issued only once its record is in the zone: a real validation would wait in vain."""
    wanted = session.ask(
        "describe_certificate",
        "Certificate.DomainValidationOptions[].ResourceRecord.Name",
        CertificateArn=values["certificateArn"],
    )
    zones = session.of("route53")
    held = {
        record
        for zone in zones.ask("list_hosted_zones", "HostedZones[].Id")
        for record in zones.ask("list_resource_record_sets", "ResourceRecordSets[].Name", HostedZoneId=zone)
    }
    for name in wanted or []:
        if name.rstrip(".") + "." not in held:
            raise RejectedError(f"The certificate can't be validated: no hosted zone has the record {name}.")
    return {}


CERTIFICATES: Final[Mapping[str, Type]] = {
    "aws:acm/certificate:Certificate": Type(
        service="acm",
        identity="CertificateArn",
        create=call(
            "request_certificate",
            DomainName="{domainName}",
            KeyAlgorithm="{keyAlgorithm}",
            SubjectAlternativeNames="{subjectAlternativeNames}",
            ValidationMethod="{validationMethod}",
            Tags="{tagList}",
        ),
        reads=(_read_certificate,),
        delete=(call("delete_certificate", CertificateArn="{id}"),),
        tags=Tags(
            add=call("add_tags_to_certificate", CertificateArn="{id}", Tags="{tagList}"),
            remove=call("remove_tags_from_certificate", CertificateArn="{id}", Tags="{removedTagList}"),
            read=read("list_tags_for_certificate", "{tags: Tags}", CertificateArn="{id}"),
        ),
        listing=read("list_certificates", "CertificateSummaryList[].CertificateArn"),
        computed=("keyAlgorithm", "options", "subjectAlternativeNames", "validationMethod"),
        replaces=("domainName", "keyAlgorithm", "subjectAlternativeNames", "validationMethod"),
        beside=("keyAlgorithm", "options"),
    ),
    "aws:acm/certificateValidation:CertificateValidation": Type(
        service="acm",
        identity="{certificateArn}",
        reads=(_certificate_problem,),
        replaces=("certificateArn", "validationRecordFqdns"),
        references={"certificateArn": "aws:acm/certificate:Certificate"},
    ),
}
