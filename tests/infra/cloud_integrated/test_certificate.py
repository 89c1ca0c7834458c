"""Certificates are issued on the evidence of a record, and used only once they are issued."""

import pytest

DOMAINS = {"portal": "portal.ci-us.example.com", "vpn": "vpn.portal.ci-us.example.com"}
USERS = {"portal": "aws:lb/listener:Listener", "vpn": "aws:ec2clientvpn/endpoint:Endpoint"}
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"


@pytest.mark.parametrize("name", DOMAINS)
def test_a_certificate_is_issued_before_it_is_used(stack, name):
    certificate = stack.inputs("aws:acm/certificate:Certificate", name)
    record = stack.inputs("aws:route53/record:Record", f"{name}-validation")
    validation = stack.of_type(VALIDATION)[name]

    assert (certificate["domainName"], certificate["validationMethod"]) == (DOMAINS[name], "DNS")
    assert (record["zoneId"], record["type"]) == ("Z0000000000000000001", "CNAME")
    assert (record["name"], record["records"]) == (f"_proof.{DOMAINS[name]}.", ["_answer.acm-validations.aws."])
    assert validation["inputs"]["validationRecordFqdns"] == [record["name"]]
    assert validation["urn"] in stack.of_type(USERS[name])[name]["dependencies"]


def test_the_second_regions_certificate_of_the_same_name_is_issued_on_the_same_record(stack):
    record = stack.of_type("aws:route53/record:Record")["portal-validation"]
    validation = stack.of_type(VALIDATION)["portal-2"]

    assert stack.inputs("aws:acm/certificate:Certificate", "portal-2")["region"] == "us-west-2"
    assert validation["inputs"]["validationRecordFqdns"] == [record["inputs"]["name"]]
    assert record["urn"] in validation["dependencies"]
    assert "portal-validation-2" not in stack.of_type("aws:route53/record:Record")
