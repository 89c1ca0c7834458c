import pytest

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.session import local_environment, open_session


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PULUMI_DEBUG_PROVIDERS", "aws:1234"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("PULUMI_BACKEND_URL", str(Checkout.of_this_package().local / "state")),
    ],
)
def test_a_real_cloud_is_refused_while_the_shell_points_to_the_local_one(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(HostingError, match=f"{name} still point to the local cloud"):
        open_session(Checkout.of_this_package(), "useast", "real")


def test_a_policy_configuration_is_refused(monkeypatch):
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", "lower.json")

    with pytest.raises(HostingError, match="could lower or disable a mandatory rule"):
        open_session(Checkout.of_this_package(), "useast", "local")


def test_the_local_passphrase_is_made_once_and_is_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    first, second = (local_environment(Checkout(tmp_path))["PULUMI_CONFIG_PASSPHRASE"] for _ in range(2))

    assert first == second
    assert (tmp_path / ".hosting" / "local" / "passphrase").stat().st_mode & 0o077 == 0
