from pathlib import Path

import pytest

from hosting.checkout import Checkout
from hosting.engine import Run
from hosting.errors import HostingError
from hosting.session import Session, local_environment, open_session, policy_configuration
from hosting.stack_files import read_settings


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


def test_a_real_cloud_is_never_recorded(monkeypatch):
    monkeypatch.setenv("HOSTING_RECORDING", "file")

    with pytest.raises(HostingError, match="secrets to a file: unset it"):
        open_session(Checkout.of_this_package(), "useast", "real")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("{", "it is no JSON"),
        ('{"kms-key-rotates": "advisory"}', "every rule is mandatory"),
        ('{"stack-is-as-agreed": "disabled"}', "has terms, no level"),
        ('{"stack-is-as-agreed": {"logDays": "many"}}', "logDays"),
    ],
)
def test_a_policy_configuration_that_holds_more_than_terms_is_refused(monkeypatch, tmp_path, content, message):
    file = tmp_path / "configuration.json"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", str(file))

    with pytest.raises(HostingError, match=message):
        open_session(Checkout.of_this_package(), "useast", "local")


def test_a_policy_configuration_of_terms_is_handed_on(monkeypatch, tmp_path):
    file = tmp_path / "configuration.json"
    file.write_text('{"stack-is-as-agreed": {"jurisdiction": "us"}}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", file.name)

    assert policy_configuration() == {"PULUMI_OPTION_POLICY_PACK_CONFIG": str(file)}


def test_the_local_passphrase_is_made_once_and_is_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    first, second = (local_environment(Checkout(tmp_path))["PULUMI_CONFIG_PASSPHRASE"] for _ in range(2))

    assert first == second
    assert (tmp_path / ".hosting" / "local" / "passphrase").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("is_there_before", [False, True])
def test_nothing_can_be_logged_where_the_engine_logs_all_properties(tmp_path, is_there_before):
    logs = Path(local_environment(Checkout(tmp_path))["PULUMI_HOME"]) / "logs"
    if is_there_before:
        logs.unlink()
        logs.mkdir()
        (logs / "pulumi.log").touch()
        local_environment(Checkout(tmp_path))

    with pytest.raises(FileExistsError):
        logs.mkdir(parents=True)
    assert logs.read_bytes() == b""


def test_a_second_run_that_is_refused_leaves_the_answers_of_the_first_one_alone():
    """The engine's lock refuses it in the middle of the first one, when most rules have answered."""

    class Engine:
        def __init__(self, run):
            self._run = run

        def up(self, answers, _):
            self._run(answers)
            return Run()

    def refuse(_):
        raise HostingError("hosting-useast is locked by process 1.")

    def answer_while_another_begins(answers):
        answers.write_text('{"rule": "key-rotates", "urn": "urn:key", "type": "key", "answer": "passed"}\n')
        with pytest.raises(HostingError, match="is locked"):
            session(refuse).up(lambda step: None)

    def session(run):
        settings = read_settings(Checkout.of_this_package(), "useast")
        return Session(settings, ["key-rotates"], Engine(run), None)

    assert session(answer_while_another_begins).up(lambda step: None).report.passes
