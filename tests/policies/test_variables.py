import pytest

from policies.tables import variables
from policies.variables import diversion

REGIONS = ("us-east-1", "us-west-2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL", "https://dynamodb.us-west-2.amazonaws.com"),
        ("AWS_ENDPOINT_URL_S3", "https://s3.us-east-1.api.aws/"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1]:4318"),
        ("AWS_REGION", "us-east-1"),
        ("COLOUR", "http://proxy.example.com"),
        *(
            (name, "x")
            for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "DATABASE_HOST", "ISSUER", "PORT", "TOKENS_URL", "TZ")
        ),
    ],
)
def test_what_stays_within(name, value):
    assert diversion(name, value, REGIONS) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aws_endpoint_url_sts", "https://sts.example.com"),
        ("AWS_ENDPOINT_URL_S3", "https://s3.eu-west-1.amazonaws.com"),
        ("AWS_ENDPOINT_URL_S3", "https://bucket.s3.us-east-1.amazonaws.com"),
        ("AWS_ENDPOINT_URL_S3", "https://s3.us-east-1.amazonaws.com.example.com"),
        ("AWS_ENDPOINT_URL_S3", "https://s3.us-east-1.amazonaws.com@example.com"),
        ("AWS_ENDPOINT_URL_S3", "http://[::1"),
        ("HTTP_PROXY", "10.0.0.1:8080"),
        ("HTTPS_PROXY", "localhost.example.com"),
        ("HTTPS_PROXY", ""),
        ("HTTPS_PROXY", None),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces.example.com"),
        ("LD_PRELOAD", "localhost"),
        *((name, "x") for name in ("BASH_ENV", "CORECLR_PROFILER_PATH", "JAVA_TOOL_OPTIONS", "NODE_OPTIONS", "PATH")),
        *(
            (name, "x")
            for name in ("AWS_CA_BUNDLE", "GRPC_INSECURE", "PGSSLMODE", "SEARCH_TLS_SKIP_VERIFY", "VERIFY_SSL")
        ),
        *((name, "x") for name in ("AZURE_CLIENT_SECRET", "AZURE_STORAGE_ENDPOINT", "DD_SITE", "MSI_ENDPOINT")),
    ],
)
def test_what_leads_elsewhere(name, value):
    assert diversion(name, value, REGIONS)


def test_nothing_of_aws_is_own_in_azure():
    assert diversion("HTTPS_PROXY", "https://sqs.us-east-1.amazonaws.com", ())


def test_names_are_in_the_case_in_which_they_are_compared():
    for name in (*variables().addresses, *variables().refused):
        assert name == name.upper()
