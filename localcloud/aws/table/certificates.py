"""Certificates, public ones and those of a private authority."""

from collections.abc import Mapping
from typing import Any, Final

from moto.acmpca.models import acmpca_backends

from localcloud.aws.cloud import ACCOUNT, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
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


def _enable_authority(session: Session, values: Properties) -> None:
    path = "CertificateAuthority.Status"
    held = session.ask("describe_certificate_authority", path, CertificateAuthorityArn=values["id"])
    wanted = "ACTIVE" if values["enabled"] else "DISABLED"
    # An authority without a certificate is neither enabled nor disabled.
    if held not in (wanted, "PENDING_CERTIFICATE"):
        session.call("update_certificate_authority", {"CertificateAuthorityArn": values["id"], "Status": wanted})


def _issue(session: Session, values: Properties) -> dict[str, Any]:
    parameters: Properties = {
        "CertificateAuthorityArn": values["certificateAuthorityArn"],
        "Csr": values["certificateSigningRequest"].encode(),
        "SigningAlgorithm": values["signingAlgorithm"],
        "TemplateArn": values.get("templateArn"),
        "Validity": {"Type": values["validity"]["type"], "Value": int(values["validity"]["value"])},
    }
    return session.call("issue_certificate", {name: each for name, each in parameters.items() if each is not None})


def _read_issued(session: Session, values: Properties) -> Properties | None:
    authority = values["id"].rpartition("/certificate/")[0]
    held = acmpca_backends[ACCOUNT][session.region].certificate_authorities.get(authority)
    if held is None or values["id"] not in held.issued_certificates:
        return None
    names = {"CertificateAuthorityArn": authority, "CertificateArn": values["id"]}
    answer = session.call("get_certificate", names)
    return {
        "arn": values["id"],
        "certificateAuthorityArn": authority,
        "certificate": answer["Certificate"],
        "certificateChain": answer.get("CertificateChain"),
    }


def _revoke(session: Session, values: Properties) -> None:
    """A revoked certificate is gone for the engine; moto keeps no list of them."""
    for authority in acmpca_backends[ACCOUNT][session.region].certificate_authorities.values():
        authority.issued_certificates.pop(values["id"], None)


def _issued(session: Session) -> list[str]:
    authorities = acmpca_backends[ACCOUNT][session.region].certificate_authorities.values()
    return [arn for authority in authorities for arn in authority.issued_certificates]


def _install(session: Session, values: Properties) -> None:
    parameters: Properties = {
        "CertificateAuthorityArn": values["certificateAuthorityArn"],
        "Certificate": values["certificate"].encode(),
    }
    if values.get("certificateChain"):
        parameters["CertificateChain"] = values["certificateChain"].encode()
    session.call("import_certificate_authority_certificate", parameters)


_AUTHORITY: Final = "aws:acmpca/certificateAuthority:CertificateAuthority"

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
            CertificateAuthorityArn="{certificateAuthorityArn}",
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
        replaces=(
            "certificateAuthorityArn",
            "domainName",
            "keyAlgorithm",
            "subjectAlternativeNames",
            "validationMethod",
        ),
        beside=("certificateAuthorityArn", "keyAlgorithm", "options"),
        references={"certificateAuthorityArn": _AUTHORITY},
    ),
    "aws:acm/certificateValidation:CertificateValidation": Type(
        service="acm",
        identity="{certificateArn}",
        reason="no object in AWS, only a wait",
        create_again=True,
        reads=(_certificate_problem,),
        replaces=("certificateArn", "validationRecordFqdns"),
        references={"certificateArn": "aws:acm/certificate:Certificate"},
    ),
    _AUTHORITY: Type(
        service="acm-pca",
        identity="CertificateAuthorityArn",
        create=call(
            "create_certificate_authority",
            CertificateAuthorityConfiguration="{certificateAuthorityConfiguration}",
            RevocationConfiguration="{revocationConfiguration}",
            CertificateAuthorityType="{type}",
            KeyStorageSecurityStandard="{keyStorageSecurityStandard}",
            UsageMode="{usageMode}",
            Tags="{tagList}",
        ),
        # Its certificate is left out: it changes when one is installed, and nobody changed the authority.
        reads=(
            read(
                "describe_certificate_authority",
                "[CertificateAuthority][?Status!='DELETED'] | [0].{arn: Arn, type: Type, usageMode: UsageMode, "
                "certificateAuthorityConfiguration: CertificateAuthorityConfiguration, "
                "revocationConfiguration: RevocationConfiguration, enabled: Status!='DISABLED', "
                "keyStorageSecurityStandard: KeyStorageSecurityStandard}",
                CertificateAuthorityArn="{id}",
            ),
            read("get_certificate_authority_csr", "{certificateSigningRequest: Csr}", CertificateAuthorityArn="{id}"),
        ),
        settings=(
            Setting(
                call(
                    "update_certificate_authority",
                    CertificateAuthorityArn="{id}",
                    RevocationConfiguration="{revocationConfiguration}",
                )
            ),
            Setting(_enable_authority, properties=("enabled",)),
        ),
        delete=(call("delete_certificate_authority", CertificateAuthorityArn="{id}"),),
        tags=Tags(
            add=call("tag_certificate_authority", CertificateAuthorityArn="{id}", Tags="{tagList}"),
            remove=call("untag_certificate_authority", CertificateAuthorityArn="{id}", Tags="{removedTagList}"),
            read=read("list_tags", "{tags: Tags}", CertificateAuthorityArn="{id}"),
        ),
        listing=read("list_certificate_authorities", "CertificateAuthorities[?Status!='DELETED'].Arn"),
        outputs={"arn": "{id}"},
        defaults={"enabled": True, "permanentDeletionTimeInDays": 30, "type": "SUBORDINATE"},
        computed=("keyStorageSecurityStandard", "revocationConfiguration", "usageMode"),
        replaces=("keyStorageSecurityStandard", "type"),
        write_only=("permanentDeletionTimeInDays",),
    ),
    "aws:acmpca/certificate:Certificate": Type(
        service="acm-pca",
        identity="CertificateArn",
        create=_issue,
        takes=("certificateAuthorityArn", "certificateSigningRequest", "signingAlgorithm", "templateArn", "validity"),
        reads=(_read_issued,),
        delete=(_revoke,),
        key=("certificateAuthorityArn", "certificateSigningRequest"),
        listing=_issued,
        outputs={"arn": "{id}"},
        replaces=(
            "apiPassthrough",
            "certificateAuthorityArn",
            "certificateSigningRequest",
            "signingAlgorithm",
            "templateArn",
            "validity",
        ),
        beside=("apiPassthrough", "certificateSigningRequest", "signingAlgorithm", "templateArn", "validity"),
    ),
    "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": Type(
        service="acm-pca",
        identity="{certificateAuthorityArn}",
        create=_install,
        takes=("certificate", "certificateAuthorityArn", "certificateChain"),
        reads=(
            read(
                "get_certificate_authority_certificate",
                "{certificate: Certificate, certificateChain: CertificateChain}",
                CertificateAuthorityArn="{id}",
            ),
        ),
        outputs={"certificateAuthorityArn": "{id}"},
        replaces=("certificate", "certificateAuthorityArn", "certificateChain"),
    ),
    "aws:acmpca/policy:Policy": Type(
        service="acm-pca",
        identity="{resourceArn}",
        create=call("put_policy", ResourceArn="{resourceArn}", Policy="{policy}"),
        create_again=True,
        reads=(read("get_policy", "{policy: Policy}", ResourceArn="{id}"),),
        delete=(call("delete_policy", ResourceArn="{id}"),),
        outputs={"resourceArn": "{id}"},
        replaces=("resourceArn",),
    ),
    "aws:acmpca/permission:Permission": Type(
        service="acm-pca",
        identity="{certificateAuthorityArn},{principal}",
        replaces=("actions", "certificateAuthorityArn", "principal", "sourceAccount"),
        computed=("sourceAccount",),
        references={"certificateAuthorityArn": _AUTHORITY},
    ),
}
