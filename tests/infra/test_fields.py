"""A value that doesn't fit is refused with words, never with an expression."""

import pytest
from pydantic import TypeAdapter, ValidationError

from infra.fields import AddressRange, Arn, AwsAccountId, Digest, DomainName, EmailAddress, TenantId, Uuid

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AddressRange, "10.40.0.0/16"),
        (DomainName, "portal.ci-us.example.com"),
        (EmailAddress, "on-call+aware@ci-us.example.com"),
        (Digest, DIGEST),
        (Uuid, "00000000-0000-4000-8000-00000000000f"),
        (AwsAccountId, "123456789012"),
        (Arn, "arn:aws:iam::123456789012:saml-provider/workforce"),
        (TenantId, "abc"),
        (TenantId, "a123456789012345678"),
    ],
)
def test_what_fits_is_taken_as_it_is(kind, value):
    assert TypeAdapter(kind).validate_python(value) == value


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (AddressRange, "10.40.0.1/16", "an IPv4 range in CIDR notation"),
        (AddressRange, "10.40.0.0/33", "an IPv4 range in CIDR notation"),
        (AddressRange, "fd00::/8", "an IPv4 range in CIDR notation"),
        (DomainName, "portal", "a domain name"),
        (DomainName, "-a.example.com", "a domain name"),
        (DomainName, "https://a.example.com", "a domain name"),
        (EmailAddress, "on-call", "an e-mail address"),
        (EmailAddress, "on-call@example", "an e-mail address"),
        (EmailAddress, "on call@example.com", "an e-mail address"),
        (Digest, "latest", "the digest of an image"),
        (Digest, DIGEST.upper(), "the digest of an image"),
        (Digest, DIGEST + "0", "the digest of an image"),
        (Digest, f"registry.example.com/signal@{DIGEST}", "the digest of an image"),
        (Uuid, "00000000-0000-4000-8000-00000000000F", "a UUID in lower case"),
        (AwsAccountId, "12345678901", "an AWS account id of twelve digits"),
        (Arn, "workforce", "an ARN"),
        (Arn, "arn:aws:iam::12:saml-provider/workforce", "an ARN"),
        (TenantId, "ab", "a tenant id of 3 to 19"),
        (TenantId, "a1234567890123456789", "a tenant id of 3 to 19"),
        (TenantId, "Acme", "a tenant id of 3 to 19"),
        (TenantId, "1acme", "a tenant id of 3 to 19"),
        (TenantId, "a-b", "a tenant id of 3 to 19"),
        (TenantId, "acme\n", "a tenant id of 3 to 19"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(kind, value, wanted):
    with pytest.raises(ValidationError, match=f"is not {wanted}"):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize("word", ["blobs", "data", "search", "signing", "storage", "tenants"])
def test_words_of_the_hostings_own_are_no_tenants(word):
    with pytest.raises(ValidationError, match=f"'{word}' is a word in names of the hosting's own and no tenant id"):
        TypeAdapter(TenantId).validate_python(word)
    assert TypeAdapter(TenantId).validate_python(f"{word}2") == f"{word}2"
