import secrets
import string

import pytest

from policies import environment
from policies.environment import is_in_clear, is_named_secret, known_secret_in, secret_in

UUID = "019f7e7f-9611-59ef-9178-fb2c4b38e604"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://user:hunter2@host/path", "a password"),
        ("postgres://aware:hunter2@db/aware", "a password"),
        ("Server=db;User=a;Password=hunter2;", "a password"),
        ('{"api_key": "x"}', "a password"),
        ("--client-secret=abc", "a password"),
        ("password: hunter2", "a password"),
        ("the secret: 'correct/horse'", "a password"),
        ("password: correcthorse", "a password"),
        ("#cloud-config\nusers:\n  - name: admin\n    passwd: correcthorse\n    groups: wheel", "a password"),
        ("write: {password: battery, user: admin}", "a password"),
        ("Password:battery; host=db", "a password"),
        ('password : "correct horse battery"', "a password"),
        ("passphrase: |\n  staple", "a password"),
        ("secret: battery", "a password"),
        ("a: b\n- token: battery\n", "a password"),
        ("{'credentials': 'battery'}", "a password"),
        ("psql --password battery", "a password"),
        ("<password>battery</password>", "a password"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t", "a private key"),
        ("AKIAIOSFODNN7EXAMPLE", "a key of AWS"),
        ("ASIAIOSFODNN7EXAMPLE", "a key of AWS"),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc==", "a key of Azure"),
        ("Endpoint=sb://e/;SharedAccessKeyName=root;SharedAccessKey=abc=", "a key of Azure"),
        ("https://a.blob.core.windows.net/c?sv=2024-11-04&sig=abc%3D", "a signed link"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=abc", "a signed link"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "a token of a code host or registry"),
        ("xoxb-1234567890-abcdef", "a token of a chat"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x", "a session"),
        ("Bearer abcdefghijklmnop", "a session"),
        ("sk_live_abcdefghijklmnop", "a key of another service"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "what looks like a key"),
        ("key d41d8cd98f00b204e9800998ecf8427e", "what looks like a key"),
    ],
)
def test_secrets_are_known_by_their_form(text, kind):
    assert secret_in(text) == kind
    assert known_secret_in(text) == (None if kind == "what looks like a key" else kind)


@pytest.mark.parametrize(
    "text",
    [
        *("", "info", "a,b,c", "America/New_York", '{"level": "info"}', UUID, "aware", "/health/ready"),
        *("https://kv.vault.azure.net/keys/tokens/d41d8cd98f00b204e9800998ecf8427e", "token=${TOKEN}"),
        *("postgres://aware@db/aware?sslmode=verify-full", "own.azurecr.io/a@sha256:" + "0a" * 32),
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:hostco-ci-us-portal-2-jjXQzg",
        f"/subscriptions/{UUID}/resourceGroups/rg-hostco-useast/providers/Microsoft.App/containerApps/ca-2",
        "psql-any-hostco-useast.writer.postgres.database.azure.com",
        "ca-tokens.local-adeddf90.centralus.azurecontainerapps.io",
        "ForAnyOfAnyValuesStringEquals1",
        *("Keeps the secret: rotated yearly", "password: none", "token: a bearer's", "credentials: see 12 pages"),
        *("password: required", "pwd: ${PWD}", "password: {{ of_vault }}", "Password: <unset>", "token: ****"),
        *("api-key: as the vault has it", "asks for the password: nobody knows it", "The secret: kept", "password:"),
        "secret: arn:aws:secretsmanager:us-east-1:123456789012:secret:portal",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ],
)
def test_what_names_a_place_or_says_how_to_run_is_no_secret(text):
    assert secret_in(text) is None
    assert not is_in_clear(text)


def test_most_of_what_is_made_by_chance_looks_like_a_key():
    letters = string.ascii_letters + string.digits
    made = ["".join(secrets.choice(letters) for _ in range(40)) for _ in range(200)]

    assert sum(secret_in(each) is not None for each in made) > 150


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        *(("API_TOKEN", "x", True), ("DB_PASSWORD", "x", True), ("STORAGE_KEY", "x", True), ("apiKey", "x", True)),
        *(("SECRET_ARN", "arn:aws:secretsmanager:r:1:secret:s", False), ("MAX_TOKENS", "100", False)),
        *(("TOKENS_URL", "https://tokens.example.com/", False), ("KEY", "https://user:x@example.com/", True)),
        ("KEY_VAULT_NAME", "kv", False),
        *(("TOKEN_AUDIENCE", "api://a", False), ("SECRET_NAME", "portal", False), ("CREDENTIAL_TYPE", "mi", False)),
        *(("PRIMARY_KEY", "tenant", True), ("SECRET_NAMES", "x", True)),
        *(("COLOUR", "x", False), ("USE_TOKENS", "True", False)),
    ],
)
def test_a_name_tells_unless_the_value_is_a_place_or_a_number(name, value, secret):
    assert is_named_secret(name, value) is secret


@pytest.mark.parametrize(
    ("text", "in_clear"),
    [
        *(("http://search.example.com", True), ("redis://cache:6379", True), ("amqp://queue", True)),
        *(("https://search.example.com", False), ("rediss://cache:6379", False), ("http://localhost:8080/x", False)),
        *(("http://127.0.0.1", False), ("http://localhost.example.com", True), ("http://127.0.0.1.example.com", True)),
        *(("postgres://db/x?sslmode=require", True), ("postgres://db/x?sslmode=verify-full", False)),
        *(("Server=db;Encrypt=False", True), ("Server=db;TrustServerCertificate=true", True)),
    ],
)
def test_places_without_tls_are_in_clear(text, in_clear):
    assert is_in_clear(text) is in_clear


def test_a_name_that_the_table_approves_holds_none(monkeypatch):
    approving = environment._table().model_copy(update={"approved_names": {"PRIMARY_KEY": "the name of a column"}})
    monkeypatch.setattr(environment, "_table", lambda: approving)

    assert not is_named_secret("PRIMARY_KEY", "tenant")
    assert is_named_secret("OTHER_KEY", "tenant")
