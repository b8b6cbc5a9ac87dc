"""The lists that `pirouette batch` reads, and what it says of mistakes in them."""

import json
from pathlib import Path

import pytest

from api.cli.jobs import distinct
from api.cli.manifest import read_jobs

ID = "Ab3kF9x2qL1m"


@pytest.fixture
def chair(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "chair.glb"
    path.parent.mkdir()
    path.write_bytes(b"glTF")
    return path


def write(tmp_path: Path, name: str, text: str) -> Path:
    file = tmp_path / name
    file.write_text(text)
    return file


def test_a_json_list_names_files_beside_it_and_models_of_the_farm(chair: Path, tmp_path: Path) -> None:
    rows = [
        {"model": "models/chair.glb", "renderSettings": {"zoom": 2}, "name": "near"},
        {"model": ID, "renderSettings": {"bgColor": "#000000"}},
        {"model": str(chair)},
    ]
    first, second, third = read_jobs(write(tmp_path, "list.json", json.dumps(rows)))
    assert (first.model, first.settings, first.name) == (chair, {"zoom": 2}, "near")
    assert (second.model, second.settings, second.name) == (ID, {"bgColor": "#000000"}, None)
    assert (third.model, third.settings) == (chair, {})


def test_a_table_has_a_column_for_each_setting_and_empty_cells_for_defaults(chair: Path, tmp_path: Path) -> None:
    text = (
        "\ufeffmodel, name,length,shadows,bgColor,animation,rotateY\r\n"
        'models/chair.glb,"front, near",4.5,FALSE,#ff8800,1,-30\r\n'
        f"{ID},,,,,,\r\n"
    )
    first, second = read_jobs(write(tmp_path, "list.CSV", text))
    assert (first.model, first.name) == (chair, "front, near")
    assert first.settings == {
        "length": 4.5, "shadows": False, "bgColor": "#ff8800", "animation": "1", "rotateY": -30
    }  # fmt: skip
    assert (second.model, second.settings, second.name) == (ID, {}, None)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", "model,length", "neither a .csv nor JSON"),
        ("a.json", "{}", "list"),
        ("a.json", "[]", "0 rows"),
        ("a.csv", "model\n", "0 rows"),
        ("a.json", json.dumps([{"model": ID}] * 101), "101 rows"),
        ("a.json", f'[{{"model": "{ID}"}}, {{}}]', "row 2: model: Field required"),
        ("a.json", f'[{{"model": "{ID}", "settings": {{}}}}]', "row 1: settings: Extra inputs"),
        ("a.json", f'[{{"model": "{ID}", "name": "../x"}}]', "row 1: name"),
        ("a.json", f'[{{"model": "{ID}", "renderSettings": {{"zoom": 9}}}}]', "row 1: zoom must be between"),
        ("a.csv", f"model,bgColor\n{ID},red\n", "row 1: bgColor must be a colour"),
        ("a.csv", f"model,bg_color\n{ID},red\n", "row 1: there is no setting bg_color"),
        ("a.csv", f"model,zoom\n{ID},1\nstool.glb,1\n", "row 2: there is no file .*stool.glb"),
        ("a.csv", f"model,zoom\n{ID},near\n", "row 1: zoom can't be 'near'"),
        ("a.csv", f"model,lenght\n{ID},3\n", "row 1: there is no setting lenght"),
        ("a.csv", f"model,zoom\n{ID},1,2\n", "row 1: more cells than columns"),
        ("a.csv", "zoom\n1\n", "row 1: model: Field required"),
    ],
)
def test_a_mistake_is_named_with_its_row(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_jobs(write(tmp_path, name, text))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"model\n\xff\xfe")
    with pytest.raises(ValueError, match="UTF-8"):
        read_jobs(tmp_path / "a.csv")


def test_results_never_share_a_name() -> None:
    assert distinct(["a", "b", "a", "a-1", "a"]) == ["a-2", "b", "a-3", "a-1", "a-4"]
