"""Wrong settings and arguments are told in a line or two, and never as a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from api.cli import main
from api.cli.mistakes import unknown_variables
from api.db.session import Database
from tests.support.origin import Origin, answer
from tests.support.waiting import HANG_S


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    path = tmp_path / "a.glb"
    path.write_bytes(b"glTF")
    return path


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9", "No answer from the farm"),
        ("farm.example.com", "is not an address"),
        ("http://[::1", "is not an address"),
        ("http://127.0.0.1:99999", "is not an address"),
        ("http://a b", "No answer from the farm"),
        ("ftp://farm", "is not an address"),
        ("http://", "is not an address"),
        ("", "is not an address"),
    ],
)
def test_an_address_without_a_farm_is_told(model: Path, url: str, says: str) -> None:
    for command in (("submit", str(model)), ("list",), ("download", "x"), ("cancel", "x"), ("retry", "x")):
        assert says in run(*command, "--url", url, "--token", "x").stderr


@pytest.mark.parametrize(
    "reply",
    [answer(b"<!doctype html>"), answer(b'{"data": []}'), answer(b'{"data": {}}'), answer(b""), b"SSH-2.0-OpenSSH\r\n",
     answer(b"plain", headers={"Content-Encoding": "gzip"})],
)  # fmt: skip
def test_a_server_that_is_no_farm_is_told(model: Path, origin: Origin, reply: bytes) -> None:
    origin.answers["/v1/account"] = reply
    for command in (("submit", str(model)), ("list", "-o", "out"), ("download",)):
        assert run(*command, "--url", f"{origin.url}/v1/", "--token", "x").exit_code == 1


@pytest.mark.parametrize("token", ["ключ", "a\nb", "\x7f"])
def test_a_token_that_cannot_be_one_is_told(model: Path, token: str) -> None:
    assert "printable ASCII" in run("submit", str(model), "--token", token).stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("{", "Expecting"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "--settings"),
        ('{"lenght": 3}', "no setting lenght"),
        ('{"zoom": 9}', "zoom"),
        ('{"zoom": NaN}', "zoom"),
        ('{"length": 1e999}', "length"),
        ('{"bgColor": ["#ffffff"]}', "bgColor"),
        ("@absent.json", "can't read absent.json"),
        ("@.", "can't read"),
        ("@a.glb", "Expecting"),
    ],
)
def test_submit_finds_mistakes_in_settings_before_it_sends_anything(model: Path, settings: str, says: str) -> None:
    result = run("submit", str(model), "--token", "x", "--settings", settings)
    assert result.exit_code == 2
    assert "--settings: " in result.stderr
    assert says in result.stderr


def test_submit_names_each_file_that_is_no_model_before_it_sends_anything(model: Path) -> None:
    page, empty = model.with_name("page.glb"), model.with_name("empty.glb")
    page.write_text("<!doctype html>")
    empty.touch()
    result = run("submit", *map(str, (model, page, empty)), "--token", "x")
    assert result.exit_code == 2
    assert f"{page}: File is not .glb, .gltf, or .zip, but a web page" in result.stderr
    assert f"{empty}: the file is empty" in result.stderr
    assert f"{model}:" not in result.stderr


def test_a_folder_that_cannot_be_written_is_told(model: Path) -> None:
    result = run("submit", str(model), "--token", "x", "-o", str(model))
    assert result.exit_code == 2
    assert "is a file" in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PIROUETTE_PORT", "http", "PIROUETTE_PORT: "),
        ("PIROUETTE_PORT", "-1", "PIROUETTE_PORT: "),
        ("PIROUETTE_WORKERS", "many", "PIROUETTE_WORKERS: "),
        ("PIROUETTE_ALLOW_SOFTWARE", "perhaps", "PIROUETTE_ALLOW_SOFTWARE: "),
        ("PIROUETTE_H264_ENCODER", "vlc", "PIROUETTE_H264_ENCODER: "),
        ("PIROUETTE_LOG_LEVEL", "LOUD", "PIROUETTE_LOG_LEVEL: "),
        ("PIROUETTE_LEASE_SECONDS", "1", "PIROUETTE_HEARTBEAT_SECONDS must be at most half"),
        ("PIROUETTE_SIGNUP_CREDITS", "9" * 20, "PIROUETTE_SIGNUP_CREDITS must be at most 1000000000"),
        ("PIROUETTE_SWEEP_SECONDS", "inf", "PIROUETTE_SWEEP_SECONDS must be at most"),
        ("PIROUETTE_KEEP_RESULTS_DAYS", "99999999", "PIROUETTE_KEEP_RESULTS_DAYS must be at most 36500"),
        ("PIROUETTE_S3_ACCESS_KEY", "x", "belong together"),
        ("PIROUETTE_S3_ENDPOINT", "s3.example.com", "PIROUETTE_S3_ENDPOINT: "),
        ("PIROUETTE_DATABASE_URL", "nonsense", "PIROUETTE_DATABASE_URL"),
        ("PIROUETTE_DATABASE_URL", "postgresql://127.0.0.1:9/x", "PIROUETTE_DATABASE_URL"),
        ("PIROUETTE_DATABASE_URL", "sqlite:////proc/none/a.sqlite3", "/proc/none"),
        ("PIROUETTE_BROKER_URL", "nonsense", "PIROUETTE_BROKER_URL"),
        ("PIROUETTE_DATA_DIR", "/proc/none", "/proc/none"),
        ("PIROUETTE_DATA_DIR", __file__, __file__),
        ("PIROUETTE_INGEST_ALLOW", "10.0.0.0/99", "PIROUETTE_INGEST_ALLOW"),
        ("PIROUETTE_WEBHOOK_ALLOW", "10.0.0.0/99", "PIROUETTE_WEBHOOK_ALLOW"),
        ("PIROUETTE_HOST", "no.such.host.invalid", "PIROUETTE_HOST"),
        ("PIROUETTE_HOTS", "x", "there is no setting PIROUETTE_HOTS; do you mean PIROUETTE_HOST?"),
        ("PIROUETTE_BROKER_URL", "redis://:changeme@redis/0", "PIROUETTE_BROKER_URL has a password that everybody"),
    ],
)
def test_a_farm_with_a_wrong_setting_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PIROUETTE_PORT", "0")
    monkeypatch.setenv("PIROUETTE_WORKERS", "0")
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("api.processes.serve.Server.run", lambda *_, **__: pytest.fail("the farm serves"))
    assert says in run("serve").stderr


def test_a_database_of_a_newer_version_is_left_alone(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sqlite_url)
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for name, value in {"DATABASE_URL": sqlite_url, "PORT": "0", "WORKERS": "0"}.items():
        monkeypatch.setenv(f"PIROUETTE_{name}", value)
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(Path(sqlite_url.removeprefix("sqlite:///")).parent))
    monkeypatch.setattr("api.processes.serve.Server.run", lambda *_, **__: pytest.fail("the farm serves"))
    for command in (("serve",), ("admin", "accounts")):
        assert "The farm's database is of another version of Pirouette" in run(*command).stderr
    with database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    database.dispose()


def test_variables_that_are_no_settings_are_warned_of() -> None:
    given = {
        "PIROUETTE_STORGE_DIR": "x", "PIROUETTE_TOKN": "x", "PIROUETTE_NOPE": "x", "PIROUETTE_PORT": "1",
        "pirouette_port": "1", "PIROUETTE_TOKEN": "x", "PIROUETTE_URL": "x", "_PIROUETTE_COMPLETE": "x", "PATH": "x",
    }  # fmt: skip
    assert list(unknown_variables(given)) == [
        "there is no setting PIROUETTE_NOPE",
        "there is no setting PIROUETTE_STORGE_DIR; do you mean PIROUETTE_STORAGE_DIR?",
        "there is no setting PIROUETTE_TOKN; do you mean PIROUETTE_TOKEN?",
    ]


def test_a_warning_goes_to_stderr_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PIROUETTE_WORKER", "4")
    result = CliRunner().invoke(main, ["admin", "--create", "create-account", "a@example.com"])
    assert result.exit_code == 0
    assert result.stderr == "Warning: there is no setting PIROUETTE_WORKER; do you mean PIROUETTE_WORKERS?\n"
    assert result.stdout.startswith("{")


@pytest.mark.parametrize(
    ("words", "offered"),
    [("pirouette su", {"submit"}), ("pirouette submit --set", {"--settings"}), ("pirouette admin gr", {"grant"})],
)
def test_a_shell_completes_commands_and_options(words: str, offered: set[str]) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main(prog_name='pirouette')"],
        env={**os.environ, "_PIROUETTE_COMPLETE": "bash_complete", "COMP_WORDS": words,
             "COMP_CWORD": str(len(words.split()) - 1)},
        capture_output=True, text=True, timeout=HANG_S, check=True,
    ).stdout  # fmt: skip
    assert {line.partition(",")[2] for line in answer.splitlines()} == offered
