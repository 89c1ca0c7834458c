"""What the pack was asked can be asked again."""

import pytest
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeRequest, AnalyzerStackConfigureRequest, AnalyzeStackRequest

from policies.recording import Recorder, read_recording


def test_requests_come_back_in_their_order(tmp_path) -> None:
    file = tmp_path / "recording"
    asked = [
        AnalyzerStackConfigureRequest(stack="test", dry_run=True),
        AnalyzeRequest(urn="urn:a", type="aws:kms/key:Key"),
        AnalyzeStackRequest(),
    ]
    recorder = Recorder(file)
    for each in asked:
        recorder.note(each)

    assert list(read_recording(file)) == asked
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_a_file_nothing_is_recorded(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Recorder(None).note(AnalyzeStackRequest())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["[]", '{"request": "Other", "message": ""}', "{}", "no JSON"])
def test_what_is_no_recording_is_refused(tmp_path, line) -> None:
    file = tmp_path / "recording"
    file.write_text(line + "\n")

    with pytest.raises(ValueError):  # noqa: PT011  # two of json's errors and ours
        list(read_recording(file))
