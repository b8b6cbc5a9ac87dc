"""The README says what the code does: its tables are the code's, and the commands in it are there."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import click

import renderer.errors
from api.cli import main
from api.domain.accounts import quotas
from api.domain.kit import failures
from api.domain.projects.plans import PICTURE_CREDITS, RESOLUTIONS, VIDEO_FORMATS
from api.domain.projects.templates import Description
from api.domain.renders.picture_links import LARGEST_SIDE, SMALLEST_SIDE
from api.errors import FarmError, StorageLimit, TooManyRequests, UploadLimit
from api.http import errors as http_errors
from api.http import refusals
from api.http.dxgl import picture_names
from api.http.dxgl.errors import OUR_STATUS, STATUS
from api.http.dxgl.spelling import SETTINGS_NAMES
from api.http.glossi.errors import TOLD
from api.settings import Settings
from renderer.errors import EngineError, ModelError, RendererError
from renderer.spec import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CODE = "\n".join(
    block or inline for block, inline in re.findall(r"^```sh\n(.*?)^```|`([^`\n]+)`", README, re.MULTILINE | re.DOTALL)
)
"""All blocks of shell and all words in backticks."""


def rows_below(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its two head lines."""
    section = README.split(f"\n{heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert lines is not None, f"no table below {heading!r}"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[0].splitlines()[2:]]


def shown(value: object) -> str:
    return "" if value in (None, "", ()) else str(value).lower() if isinstance(value, bool) else f"{value}"


def test_the_table_of_environment_variables_is_the_settings_class() -> None:
    expected = [
        [f"`PIROUETTE_{name.upper()}`", shown(field.default), field.description]
        for name, field in Settings.model_fields.items()
    ]
    assert rows_below("### Server settings") == expected


def test_the_table_of_render_settings_is_the_settings_table() -> None:
    expected = []
    for row in SETTINGS:
        if row.choices:
            values = ", ".join(f"`{choice}`" for choice in row.choices)
        elif row.minimum is not None:
            values = f"{row.minimum:g} to {row.maximum:g}"
        else:
            values = row.kind
        expected.append([f"`{SETTINGS_NAMES[row.name]}`", values, shown(row.default), row.description])
    assert rows_below("### Render settings") == expected


def test_the_table_of_quotas_has_each_with_the_error_that_it_is_refused_with() -> None:
    refused: dict[str, type[FarmError]] = {
        "storage_mb": StorageLimit, "uploads_per_hour": UploadLimit, "waiting_previews": UploadLimit,
        "unfinished_orders": TooManyRequests,
    }  # fmt: skip
    rows = {row[0].strip("`"): row[2].split(",")[0] for row in rows_below("### Quotas")}
    assert list(rows) == list(quotas.NAMES)
    for name, error in refused.items():
        assert rows[name] == f"{STATUS[error.code]} `{error.code}`"


def test_the_table_of_projects_prices_is_the_codes() -> None:
    names = {"MP4": "MP4", "PRORES": "ProRes 4444 with alpha"}
    videos = [
        [f"video, `videoQuality` {number} ({names[each.file_type]})",
         *(str(resolution.mp4_credits * each.price_factor) for resolution in RESOLUTIONS)]
        for number, each in enumerate(VIDEO_FORMATS)
    ]  # fmt: skip
    section = README.split("\n### Prices of projects\n", 1)[1]
    assert f"| file | {' | '.join(resolution.name for resolution in RESOLUTIONS)} |" in section
    pictures = ["picture (PNG)", *[str(PICTURE_CREDITS)] * len(RESOLUTIONS)]
    assert rows_below("### Prices of projects") == [pictures, *videos]


def kinds_of(error: type[FarmError]) -> list[type[FarmError]]:
    return [error, *(kind for child in error.__subclasses__() for kind in kinds_of(child))]


def test_the_table_of_our_own_errors_is_the_codes() -> None:
    assert issubclass(http_errors.MethodNotAllowed, FarmError)  # some errors are defined where HTTP is known
    assert issubclass(refusals.UriTooLong, FarmError)
    messages = {kind.code: kind.default_message for kind in kinds_of(FarmError)}
    assert rows_below("### The API") == [
        [f"`{code}`", str(status), messages[code]] for code, status in OUR_STATUS.items()
    ]


def test_the_table_of_glossis_codes_is_whole_in_the_order_of_their_statuses() -> None:
    table = [(code.strip("`"), int(status)) for code, status, _ in rows_below("### Glossi's API")]
    assert sorted(table) == sorted({(code, status) for status, code in TOLD.values()})
    assert [status for _, status in table] == sorted(status for _, status in table)


def test_the_table_of_what_renders_fail_of_has_every_code() -> None:
    own = {value for name, value in vars(failures).items() if name.isupper()}
    kinds = [kind for kind in vars(renderer.errors).values() if isinstance(kind, type)]
    raised = [kind for kind in kinds if issubclass(kind, RendererError)]
    found = {kind.code for kind in raised if kind not in (RendererError, ModelError, EngineError)}  # only bases
    codes = [row[0].strip("`") for row in rows_below("### Why renders fail")]
    assert len(set(codes)) == len(codes)
    assert set(codes) == own | found


def test_the_make_targets_it_names_are_in_the_makefile() -> None:
    named = set(re.findall(r"\bmake (\w+)", CODE))
    assert {"demo", "test"} <= named <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_names_of_settings_in_image_urls_are_those_that_are_read() -> None:
    named = {SETTINGS_NAMES[name]: f"`{short}`" for short, name in picture_names.NAMES.items()}
    for short, setting in rows_below("### Image URLs"):
        for each, name in zip(short.split(", "), re.findall(r"`(\w+)`", setting), strict=True):
            assert named.pop(name) == each
    section = README.split("\n### Image URLs\n", 1)[1].split("\n### ", 1)[0]
    assert re.search(", ".join(f"`{name}`" for name in named), " ".join(section.split()))
    assert f"{SMALLEST_SIDE} to {LARGEST_SIDE} pixels ({picture_names.SIDE} if not given" in section


def test_the_pirouette_commands_it_names_are_there() -> None:
    named = set(re.findall(r"\bpirouette ([a-z]+)(?: ([a-z]+-[a-z]+))?", CODE))
    assert {("serve", ""), ("worker", ""), ("admin", "create-token")} <= named
    for name, below in named:
        command = main.get_command(click.Context(main), name)
        assert command is not None, name
        if below:
            assert isinstance(command, click.Group), name
            assert below in command.commands


def test_the_modules_it_runs_can_be_run() -> None:
    named = set(re.findall(r"python -m ([\w.]+)", CODE))
    assert "renderer" in named
    for name in named:
        module = find_spec(name)
        assert module is not None, name
        assert module.submodule_search_locations is None or find_spec(f"{name}.__main__"), name


def test_the_template_that_is_shown_is_one() -> None:
    [shown] = (block for block in re.findall(r"```json\n(.*?)```", README, re.DOTALL) if '"bookmarks"' in block)
    described = Description.of(**{"description": None, **json.loads(shown)})
    assert [bookmark.name for bookmark in described.content.bookmarks] == ["Front View"]
