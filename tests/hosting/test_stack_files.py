import pytest
import yaml

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.stack_files import copy_for_local_cloud, read_settings


@pytest.fixture
def checkout(tmp_path):
    """A checkout with this project's stack files."""
    for file in Checkout.of_this_package().root.glob("Pulumi*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    return Checkout(tmp_path)


def change(file, edit):
    content = yaml.safe_load(file.read_text())
    edit(content)
    file.write_text(yaml.safe_dump(content))


@pytest.mark.parametrize(("stack", "region"), [("useast", "eastus"), ("ci-us", "us-east-1")])
def test_the_sample_stacks_can_be_read(checkout, stack, region):
    assert read_settings(checkout, stack).region == region


def test_an_unknown_stack_is_refused_with_the_known_ones(checkout):
    with pytest.raises(
        HostingError,
        match=r"There is no stack 'uswest': choose one of ci-au, ci-ca, ci-eu, ci-uk, ci-us, ci-za, identity, useast",
    ):
        read_settings(checkout, "uswest")


def test_a_file_that_is_no_yaml_is_named_with_its_line(checkout):
    checkout.stack_file("useast").write_text("config:\n  a: [1\n")

    with pytest.raises(HostingError, match=r"Pulumi\.useast\.yaml line 3 is not valid YAML"):
        read_settings(checkout, "useast")


def test_the_copy_points_back_to_the_checkout(checkout):
    copy_for_local_cloud(checkout, "useast")

    project = yaml.safe_load((checkout.local / "Pulumi.yaml").read_text())
    assert (checkout.local / project["main"]).resolve() == checkout.root / "infra"
    assert (checkout.local / "policies").readlink().as_posix() == "../../policies"


def test_the_copy_drops_the_secrets_provider_and_keeps_the_local_salt(checkout):
    change(
        checkout.stack_file("useast"), lambda content: content.update(secretsprovider="awskms://x", encryptedkey="k")
    )
    copy_for_local_cloud(checkout, "useast")
    copy = checkout.local / "Pulumi.useast.yaml"
    change(copy, lambda content: content.update(encryptionsalt="v1:local"))

    copy_for_local_cloud(checkout, "useast")

    content = yaml.safe_load(copy.read_text())
    assert content.keys() == {"config", "encryptionsalt"}
    assert content["encryptionsalt"] == "v1:local"


def test_a_secret_that_only_the_real_provider_can_decrypt_is_refused(checkout):
    change(
        checkout.stack_file("useast"), lambda content: content["config"].update({"hosting:namePrefix": {"secure": "x"}})
    )

    with pytest.raises(HostingError, match=r"holds hosting:namePrefix as a secret"):
        copy_for_local_cloud(checkout, "useast")


def test_a_key_that_is_there_twice_is_refused(checkout):
    file = checkout.stack_file("useast")
    file.write_text(file.read_text() + "  hosting:region: eastus2\n")

    with pytest.raises(HostingError, match=r"line \d+ is not valid YAML \(hosting:region is there twice\)"):
        read_settings(checkout, "useast")
