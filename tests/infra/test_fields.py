"""A value that doesn't fit is refused with words, never with an expression."""

import pytest
from pydantic import TypeAdapter, ValidationError

from infra.fields import AcrImage, AddressRange, Arn, AwsAccountId, DomainName, EcrImage, TenantId, Uuid

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AddressRange, "10.40.0.0/16"),
        (DomainName, "portal.ci-us.example.com"),
        (AcrImage, f"hostcoaware.azurecr.io/aware/signal@{DIGEST}"),
        (AcrImage, f"hostcoaware-b3c9d2.azurecr.io/signal@{DIGEST}"),
        (EcrImage, f"123456789012.dkr.ecr.us-east-1.amazonaws.com/team/service@{DIGEST}"),
        (Uuid, "00000000-0000-4000-8000-00000000000f"),
        (AwsAccountId, "123456789012"),
        (Arn, "arn:aws:iam::123456789012:saml-provider/workforce"),
        (TenantId, "abc"),
        (TenantId, "a1234567890123456789"),
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
        (AcrImage, "hostcoaware.azurecr.io/aware/signal:latest", "an image of Azure Container Registry by digest"),
        (AcrImage, f"hostcoaware.azurecr.io/aware/signal@{DIGEST}0", "an image of Azure Container Registry by digest"),
        (AcrImage, f"registry.example.com/aware/signal@{DIGEST}", "an image of Azure Container Registry by digest"),
        (AcrImage, f"a.azurecr.io.example.com/signal@{DIGEST}", "an image of Azure Container Registry by digest"),
        (EcrImage, f"registry.example.com/service@{DIGEST}", "an image of ECR by digest"),
        (EcrImage, "123456789012.dkr.ecr.us-east-1.amazonaws.com/service:1.0", "an image of ECR by digest"),
        (Uuid, "00000000-0000-4000-8000-00000000000F", "a UUID in lower case"),
        (AwsAccountId, "12345678901", "an AWS account id of twelve digits"),
        (Arn, "workforce", "an ARN"),
        (Arn, "arn:aws:iam::12:saml-provider/workforce", "an ARN"),
        (TenantId, "ab", "a tenant id of 3 to 20"),
        (TenantId, "a12345678901234567890", "a tenant id of 3 to 20"),
        (TenantId, "Acme", "a tenant id of 3 to 20"),
        (TenantId, "1acme", "a tenant id of 3 to 20"),
        (TenantId, "a-b", "a tenant id of 3 to 20"),
        (TenantId, "acme\n", "a tenant id of 3 to 20"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(kind, value, wanted):
    with pytest.raises(ValidationError, match=f"is not {wanted}"):
        TypeAdapter(kind).validate_python(value)
