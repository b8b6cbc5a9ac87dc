import contextlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from renderer.encode.ffmpeg import NICE, EncoderProcess
from renderer.encode.h264 import H264File, h264_arguments
from renderer.errors import EncodeError
from tests.support.waiting import wait_for

FRAME = bytes([128]) * (64 * 64 * 3 // 2)


def arguments(path: Path) -> list[str]:
    return h264_arguments(64, 64, 30, [H264File(path, 64, 64, 18)])


def ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def write_forever(process: EncoderProcess) -> None:
    """Writes until the pipe's failure shows, which takes a queue and a pipe full of frames."""
    for _ in range(1_000):
        process.write(FRAME)


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_an_unwritable_path_is_reported_in_ffmpegs_own_words(tmp_path: Path) -> None:
    with (
        EncoderProcess(arguments(tmp_path / "absent" / "video.mp4")) as process,
        pytest.raises(EncodeError, match=r"ffmpeg stopped reading frames: .*No such file or directory"),
    ):
        write_forever(process)


def test_a_failure_at_the_end_is_reported_with_its_code(tmp_path: Path) -> None:
    fake = script(tmp_path / "ffmpeg", "cat > /dev/null; echo 'No space left on device' >&2; exit 3")
    with EncoderProcess([fake]) as process:
        process.write(FRAME)
        with pytest.raises(EncodeError, match="ended with code 3: No space left on device"):
            process.finish()


def test_only_the_tail_of_a_long_complaint_is_kept(tmp_path: Path) -> None:
    fake = script(tmp_path / "ffmpeg", "seq -f 'complaint %g' 100000 >&2; exit 1")
    with EncoderProcess([fake]) as process, pytest.raises(EncodeError) as caught:
        process.finish()
    assert str(caught.value).endswith("complaint 99999\ncomplaint 100000")
    assert len(str(caught.value)) < 2_200


def test_a_process_that_leaves_early_without_an_error_is_an_error(tmp_path: Path) -> None:
    with EncoderProcess([script(tmp_path / "ffmpeg", "exit 0")]) as process, pytest.raises(EncodeError):
        write_forever(process)


def test_a_hung_process_is_given_up_and_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renderer.encode.ffmpeg.STALL_S", 0.2)
    with EncoderProcess([script(tmp_path / "ffmpeg", "exec sleep 3000")]) as process:
        with pytest.raises(EncodeError, match=r"did not finish within 0\.2 s"):
            process.finish()
        assert not psutil.pid_exists(process.pid)


def test_a_missing_ffmpeg_is_named_with_the_way_out() -> None:
    with pytest.raises(EncodeError, match="apt-get install ffmpeg"):
        EncoderProcess(["/nonexistent/ffmpeg"])


def test_ffmpeg_runs_in_a_process_group_of_its_own_and_gives_way_to_what_draws(tmp_path: Path) -> None:
    with EncoderProcess(arguments(tmp_path / "video.mp4")) as process:
        assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
        assert os.getsid(process.pid) == os.getsid(0)  # else its priority would not count beside this process
        assert psutil.Process(process.pid).nice() >= NICE


def test_an_exception_kills_ffmpeg_and_its_children(tmp_path: Path) -> None:
    fake = script(tmp_path / "ffmpeg", "sleep 3000 & sleep 3000")
    with contextlib.suppress(RuntimeError), EncoderProcess([fake]) as process:
        wait_for(lambda: len(psutil.Process(process.pid).children()) == 2, "both children")
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
        process.write(FRAME)
        raise RuntimeError
    wait_for(lambda: all(map(ended, family)), "the end of all three")


WORKER = """
import sys
from pathlib import Path
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import H264File, h264_arguments
process = EncoderProcess(h264_arguments(64, 64, 30, [H264File(Path(sys.argv[1]), 64, 64, 18)]))
print(process.pid, flush=True)
while True:
    process.write(bytes(64 * 64 * 3 // 2))
"""


def test_ffmpeg_ends_when_its_worker_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(tmp_path / "video.mp4")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        encoder = psutil.Process(int(worker.stdout.readline()))
        assert encoder.name() == "ffmpeg"
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    wait_for(lambda: ended(encoder), "the end of ffmpeg")
