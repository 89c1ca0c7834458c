"""What Azure doesn't hold Aware to is asked of Notation and of Azure's command line."""

import pytest

from hosting.checkout import Checkout
from hosting.engine import Deployed
from hosting.errors import HostingError
from hosting.release import (
    ORIGIN,
    REGISTRY,
    SEARCH_LINK,
    image_names,
    refuse_pending_links,
    refuse_unsigned_images,
)
from hosting.stack_files import read_settings


@pytest.fixture(scope="module")
def settings():
    return read_settings(Checkout.of_this_package(), "useast")


def deployed(kind, name="x"):
    return Deployed(f"urn::{kind}::{name}", kind, "", f"/id/{name}", False, {}, {})


MADE = [deployed(REGISTRY)]


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Puts a program on PATH that notes how it is called, and then runs a line of shell."""

    def make(name, line):
        calls = tmp_path / "calls"
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{line}\n')
        (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return calls

    return make


def test_images_are_named_in_the_stacks_own_registry(settings):
    names = image_names(settings)

    assert names[0] == f"crhostcouseast.azurecr.io/aware/signal@{settings.aware.images.signal}"
    assert names[2].startswith("crhostcouseast.azurecr.io/aware/search-and-discover@sha256:")
    assert len(names) == 6, "the migration's too"
    assert image_names(read_settings(Checkout.of_this_package(), "ci-us")) == []


def test_every_image_is_verified(settings, tool):
    calls = tool("notation", "exit 0")

    refuse_unsigned_images(settings, MADE)

    assert calls.read_text().splitlines() == [f"verify {image}" for image in image_names(settings)]


def test_an_image_that_nobody_signed_is_refused(settings, tool):
    tool("notation", 'case "$2" in *data-management*) exit 1; esac')

    with pytest.raises(
        HostingError, match=r"Notation doesn't verify the signature of \S+/aware/data-management@sha256:"
    ):
        refuse_unsigned_images(settings, MADE)


def test_without_notation_nothing_is_deployed(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(HostingError, match="notation isn't installed"):
        refuse_unsigned_images(settings, MADE)


@pytest.mark.parametrize("stack", ["useast", "ci-us", "identity"])
def test_before_there_is_a_registry_there_is_nothing_to_verify(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    refuse_unsigned_images(read_settings(Checkout.of_this_package(), stack), [])


def test_a_link_that_waits_for_its_approval_is_refused(tool):
    tool("az", 'case "$4" in */signal) echo Approved;; *) echo Pending; esac')

    refuse_pending_links([deployed(ORIGIN, "signal"), deployed(REGISTRY)])
    with pytest.raises(HostingError, match="private links to spotlight are not approved"):
        refuse_pending_links([deployed(ORIGIN, "signal"), deployed(ORIGIN, "spotlight")])


def test_search_without_its_link_to_the_keys_is_refused(tool):
    calls = tool("az", 'case "$4" in */signal) echo Approved;; *) echo Pending; esac')

    with pytest.raises(HostingError, match="Search's private link search-to-keys is not approved"):
        refuse_pending_links([deployed(ORIGIN, "signal"), deployed(SEARCH_LINK, "search-to-keys")])
    assert "--query properties.status " in calls.read_text()


def test_a_link_of_which_azure_tells_nothing_is_refused(tool):
    tool("az", "exit 1")

    with pytest.raises(HostingError, match="Azure doesn't tell about signal"):
        refuse_pending_links([deployed(ORIGIN, "signal")])
