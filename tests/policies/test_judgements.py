import json
import multiprocessing
import threading

from policies.judgements import JudgementLog

LINES = 200


def write(file):
    log = JudgementLog(file, {"pack": {}})
    threads = [
        threading.Thread(target=lambda: [log.append([{"text": "x" * 500}]) for _ in range(LINES)]) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_several_packs_may_append_at_once(tmp_path):
    file = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write, args=(file,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines.count({"pack": {}}) == 2
    assert len(lines) == 2 * (1 + 2 * LINES)
    assert "pack" in lines[0]


def test_nothing_is_written_unless_a_file_is_named(tmp_path):
    assert JudgementLog(None, {}).append([{}]) is None
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_told_and_the_header_is_not_lost(tmp_path):
    file = tmp_path / "missing" / "log"
    log = JudgementLog(file, {"pack": {}})

    assert "can't be written (FileNotFoundError)" in str(log.append([{"a": 1}]))
    file.parent.mkdir()
    assert log.append([{"b": 1}]) is None
    assert file.read_text().splitlines() == ['{"pack":{}}', '{"b":1}']
    assert file.stat().st_mode & 0o077 == 0
