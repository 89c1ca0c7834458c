"""The authority of the certificates under which services call each other, in AWS Private CA."""

from policies.properties import UnusableError
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.tables import tls_setting

AUTHORITY = "aws:acmpca/certificateAuthority:CertificateAuthority"
CERTIFICATE = "aws:acmpca/certificate:Certificate"
INSTALLED = "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate"

_ROOT_TEMPLATE = "arn:aws:acm-pca:::template/RootCACertificate/V1"
_HARDWARE = "FIPS_140_2_LEVEL_3_OR_HIGHER"
_LONGEST_YEARS = 10
_MANAGED = "AmazonECSManaged"
"""As the managed policy for Service Connect's TLS asks for it (AWS Managed Policy Reference)."""


@rule(AUTHORITY)
def authority_is_strong(authority: Resource) -> Findings:
    """Whoever has the authority's key, or breaks it, speaks for every service."""
    configuration = authority.certificate_authority_configuration
    if configuration.key_algorithm not in tls_setting("aws-certificate").accepted:
        yield "the authority's key is weak: set key_algorithm to EC_prime256v1"
    if configuration.signing_algorithm not in tls_setting("aws-private-ca-signature").accepted:
        yield "what the authority signs can be forged: set signing_algorithm to SHA256WITHECDSA"
    if authority.get("key_storage_security_standard", _HARDWARE) != _HARDWARE:
        yield f"the authority's key lies in weaker hardware: set key_storage_security_standard to {_HARDWARE}"
    if authority.get("usage_mode", "GENERAL_PURPOSE") != "SHORT_LIVED_CERTIFICATE":
        yield "certificates that are stolen stay good for years: set usage_mode to SHORT_LIVED_CERTIFICATE"
    if authority.get("type", "SUBORDINATE") != "ROOT":
        yield "another authority, which isn't judged here, speaks for this one: set type to ROOT"
    if authority.get("permanent_deletion_time_in_days", 30) < 30:
        yield "the authority can be gone before anybody notices: set permanent_deletion_time_in_days to 30"
    if not authority.get("enabled", True):
        yield "the authority is switched off: remove enabled"


@rule(AUTHORITY)
def authority_lets_mesh_in(authority: Resource) -> Findings:
    """ECS finds the authority by its tag: without it, services get no certificates and can't call each other."""
    tags = authority.get("tags", None)
    if tags is None or str(tags.get(_MANAGED, "")).lower() != "true":
        yield f"ECS may not use the authority: set its tag {_MANAGED} to true"


@stack_rule(AUTHORITY)
def authority_has_certificate_of_its_own(authority: Resource, stack: Stack) -> Findings:
    """Until its own certificate is installed an authority issues none, and services can't call each other."""
    installed = [
        each
        for each in stack.of_type(INSTALLED)
        if authority in stack.meant(each, "certificate_authority_arn", [AUTHORITY], "arn")
    ]
    if not installed:
        yield "the authority has no certificate: add an aws.acmpca.CertificateAuthorityCertificate"


@rule(CERTIFICATE)
def authority_certificate_ends(certificate: Resource) -> Findings:
    """An authority that lives for ever, or that may make further ones, outlives every reason to trust it."""
    if certificate.get("template_arn", None) != _ROOT_TEMPLATE:
        yield f"the certificate is no root's own: set template_arn to {_ROOT_TEMPLATE}"
    if certificate.signing_algorithm not in tls_setting("aws-private-ca-signature").accepted:
        yield "the certificate's signature can be forged: set signing_algorithm to SHA256WITHECDSA"
    validity = certificate.validity
    if validity.type != "YEARS" or _number(validity.value) > _LONGEST_YEARS:
        yield f"the certificate lives too long: set validity to at most {_LONGEST_YEARS} YEARS"


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        raise UnusableError("validity.value is no number: set it to one") from None
