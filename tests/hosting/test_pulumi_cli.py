from urllib.error import URLError

import pytest
from pulumi.automation import PulumiCommand

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.pulumi_cli import find_cli, install_cli, pinned_version


@pytest.fixture
def checkout(tmp_path):
    """A checkout that has only the module that pins the CLI."""
    module = tmp_path / "tools" / "pulumi"
    module.mkdir(parents=True)
    (module / "go.mod").write_text("module m\n\nrequire (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.259.0\n)\n")
    return Checkout(tmp_path)


@pytest.fixture
def executable(tmp_path, monkeypatch):
    """Puts a script on an otherwise empty PATH."""
    folder = tmp_path / "on-path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name, body):
        script = folder / name
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)

    return put


@pytest.fixture
def no_network(monkeypatch):
    """The official installer can't be reached."""

    def refuse(**_):
        raise URLError("Name or service not known")

    monkeypatch.setattr(PulumiCommand, "install", refuse)


def test_the_version_is_pinned_by_the_go_module(checkout):
    assert str(pinned_version(checkout)) == "3.259.0"


@pytest.mark.parametrize("version", ["v3.259.0", "v3.300.1"])
def test_a_cli_on_path_that_is_new_enough_is_taken(checkout, executable, version):
    executable("pulumi", f"echo {version}")
    said = []

    command = find_cli(checkout, said.append)

    assert command is not None
    assert f"v{command.version}" == version
    assert said == []


@pytest.mark.parametrize("version", ["v3.258.9", "v4.0.0"])
def test_a_cli_that_is_too_old_or_of_another_major_is_passed_over_with_one_line(checkout, executable, version):
    executable("pulumi", f"echo {version}")
    said = []

    assert find_cli(checkout, said.append) is None
    assert said == [
        f"The Pulumi CLI {version[1:]} on PATH is passed over: 3.259.0 or newer of the same major is needed."
    ]


@pytest.mark.usefixtures("executable", "no_network")
def test_without_installer_and_go_one_sentence_says_what_to_install(checkout):
    with pytest.raises(HostingError, match=r"there is no Go: install Go 1\.25 or newer"):
        install_cli(checkout, lambda _: None)


@pytest.mark.usefixtures("no_network")
def test_a_go_that_is_too_old_is_named(checkout, executable):
    executable("go", "echo go version go1.21.3 linux/amd64")

    with pytest.raises(HostingError, match=r"go is too old .* install Go 1\.25 or newer"):
        install_cli(checkout, lambda _: None)


@pytest.mark.usefixtures("no_network")
def test_a_build_that_fails_leaves_nothing_behind(checkout, executable):
    executable(
        "go", '[ "$1" = version ] && echo go version go1.26.0 linux/amd64 && exit 0\necho dial: refused >&2; exit 1'
    )

    with pytest.raises(HostingError, match=r"can't be built from tools/pulumi \(dial: refused\): check the network"):
        install_cli(checkout, lambda _: None)

    assert list((checkout.cli_root / "bin").iterdir()) == []


@pytest.mark.usefixtures("no_network")
def test_a_build_is_put_in_place_whole(checkout, executable):
    executable(
        "go",
        '[ "$1" = version ] && echo go version go1.26.0 linux/amd64 && exit 0\n'
        'printf "#!/bin/sh\\necho v3.259.0\\n" > "$3"; /bin/chmod +x "$3"',
    )

    command = install_cli(checkout, lambda _: None)

    assert [file.name for file in (checkout.cli_root / "bin").iterdir()] == ["pulumi"]
    assert str(command.version) == "3.259.0"
