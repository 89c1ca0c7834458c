"""Recordings are read as a preview and an update of one stack."""

import pytest

from hosting.errors import HostingError
from hosting.mutation.recorded import changed, read_stack
from policies.properties import is_unknown
from tests.hosting.mutation.sample_stack import KEY, Recording, sample


def test_preview_and_update_of_a_stack(recorded):
    stack = recorded()
    policy = next(urn for urn in stack.preview.inputs if urn.endswith("BucketPolicy::tenant-acme"))

    assert (stack.preview.run.phase, stack.update.run.phase) == ("preview", "update")
    assert is_unknown(stack.preview.inputs[policy].all_properties()["policy"])
    assert "Statement" in stack.update.inputs[policy].policy
    assert stack.preview.states.keys() == stack.update.states.keys() == stack.update.inputs.keys()


def test_used_are_those_that_others_need(recorded):
    used = {urn.rsplit("::", 1)[1] for urn in recorded().used if "KeyPolicy" not in urn and "BucketPolicy" not in urn}
    assert used == {"hosting-test", "service", "acme", "globex", "tenant-acme", "tenant-globex"}
    assert not any("BucketPolicy" in urn for urn in recorded().used)


def test_missing_recording_is_refused(tmp_path):
    with pytest.raises(HostingError, match="can't be read"):
        read_stack("test", tmp_path)


def test_recordings_of_different_stacks_are_refused(tmp_path):
    sample().write(tmp_path)
    (tmp_path / "test.up").unlink()
    other = Recording()
    other.add(KEY, "other")
    (tmp_path / "other").mkdir()
    other.write(tmp_path / "other")
    (tmp_path / "other" / "test.up").rename(tmp_path / "test.up")
    with pytest.raises(HostingError, match="record again"):
        read_stack("test", tmp_path)


def test_changed_keeps_what_is_not_named(recorded):
    stack = recorded()
    key = next(each for each in stack.update.states.values() if each.resource_type == KEY)
    other = changed(key, {"a": 1}, protected=False)
    assert (other.urn, other.parent_urn, other.depends_on) == (key.urn, key.parent_urn, key.depends_on)
    assert key.protected
    assert not other.protected
    assert other.all_properties() == {"a": 1}
