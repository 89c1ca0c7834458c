import os
import signal
import threading
import time

import pytest

from hosting.interrupts import waiting_for_engine


@pytest.fixture(autouse=True)
def hooks(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


def interrupted(times):
    """What a block did that was interrupted so many times; the interrupt ends it."""
    done = []

    def work():
        with waiting_for_engine():
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.05)
            done.append("what was under way")

    with pytest.raises(KeyboardInterrupt):
        work()
    return done


def test_the_first_interrupt_waits_for_the_engine_and_says_so(capsys):
    assert interrupted(times=1) == ["what was under way"]
    assert capsys.readouterr().err == (
        "\nInterrupted: what is under way is brought to its end; Ctrl-C once more ends at once.\n"
    )


def test_the_second_interrupt_ends_at_once():
    assert interrupted(times=2) == []


def test_afterwards_an_interrupt_means_what_it_did_before():
    before = signal.getsignal(signal.SIGINT)

    with waiting_for_engine():
        pass

    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_nothing_is_changed():
    before = signal.getsignal(signal.SIGINT)
    found = []

    def run():
        with waiting_for_engine():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert found == [before]
