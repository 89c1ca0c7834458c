"""Services call each other under certificates of their own authority, which live for days."""

import pytest

AUTHORITY = "aws:acmpca/certificateAuthority:CertificateAuthority"


@pytest.mark.parametrize("name", ["services", "services-2"])
def test_certificates_are_short_lived(stack, name):
    authority = stack.of_type(AUTHORITY)[name]

    assert authority["protect"]
    assert authority["inputs"]["usageMode"] == "SHORT_LIVED_CERTIFICATE"
    assert authority["inputs"]["type"] == "ROOT"
    assert authority["inputs"]["certificateAuthorityConfiguration"]["keyAlgorithm"] == "EC_prime256v1"
    # The role that issues certificates finds the authority by this tag.
    assert authority["inputs"]["tags"]["AmazonECSManaged"] == "true"


def test_the_authority_is_ready_before_a_service_asks_it(stack):
    own = stack.inputs("aws:acmpca/certificate:Certificate", "services")
    installed = stack.of_type("aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate")["services"]

    assert own["templateArn"] == "arn:aws:acm-pca:::template/RootCACertificate/V1"
    assert installed["inputs"]["certificate"] == "-----BEGIN CERTIFICATE-----"
    assert installed["urn"] in stack.of_type("aws:ecs/service:Service")["tokens"]["dependencies"]


def test_the_role_issues_leaves_of_the_one_authority_only(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "mesh")["policy"])
    issue = policy["IssueCertificates"]

    assert issue["Action"] == "acm-pca:IssueCertificate"
    assert issue["Resource"].startswith("arn:aws:acm-pca:us-east-1:123456789012:")
    assert issue["Condition"]["ArnEquals"] == {
        "acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
    }


def test_the_role_keeps_secrets_of_the_mesh_only(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "mesh")["policy"])
    role = stack.inputs("aws:iam/role:Role", "mesh")
    (trust,) = statements(role["assumeRolePolicy"]).values()

    assert {policy[sid]["Resource"] for sid in ("FindSecrets", "MakeSecrets", "RotateSecrets")} == {
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecs-sc!*"
    }
    assert policy["FindSecrets"]["Action"] == "secretsmanager:DescribeSecret"
    assert "Condition" not in policy["FindSecrets"]
    assert trust["Principal"] == {"Service": ["ecs.amazonaws.com"]}


@pytest.mark.parametrize(("key", "role"), [("secrets-key", "mesh"), ("secrets-key-2", "mesh-2")])
def test_the_role_may_use_the_key_of_secrets(stack, statements, key, role):
    use = statements(stack.inputs("aws:kms/key:Key", key)["policy"])["UseByTheMesh"]

    assert use["Condition"]["ArnEquals"] == {"aws:PrincipalArn": f"arn:aws:iam::123456789012:role/hostco-ci-us-{role}"}
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"]


def test_services_find_each_other_in_a_namespace_of_the_stack(stack):
    namespace = stack.inputs("aws:servicediscovery/httpNamespace:HttpNamespace", "services")

    assert namespace["name"] == "hostco-ci-us-services"


def test_the_authority_is_kept_in_hardware_and_lives_ten_years(stack):
    authority = stack.inputs(AUTHORITY, "services")
    own = stack.inputs("aws:acmpca/certificate:Certificate", "services")

    assert authority["keyStorageSecurityStandard"] == "FIPS_140_2_LEVEL_3_OR_HIGHER"
    assert authority["permanentDeletionTimeInDays"] == 30
    assert own["validity"] == {"type": "YEARS", "value": "10"}
    assert own["signingAlgorithm"] == authority["certificateAuthorityConfiguration"]["signingAlgorithm"]
    assert own["signingAlgorithm"] == "SHA256WITHECDSA"
