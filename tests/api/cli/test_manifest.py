"""The lists that `pirouette batch` reads, and what it says of mistakes in them."""

import json
from pathlib import Path

import pytest

from api.cli.jobs import Mistakes, distinct
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
        ("a.json", "{}", "not a JSON list"),
        ("a.json", "[]", "there is no row"),
        ("a.csv", "model\n", "there is no row"),
        ("a.csv", "", "there is no row"),
        ("a.json", "[" * 100_000, "neither a .csv nor JSON"),
        ("a.json", "[1]", "row 1: not a JSON object"),
        ("a.json", f'[{{"model": "{ID}"}}, {{}}]', "row 2: there is no model"),
        ("a.json", f'[{{"model": "{ID}", "settings": {{}}}}]', f"row 1 .{ID}.: there is no field settings"),
        ("a.json", f'[{{"model": "{ID}", "name": "../x"}}]', f"row 1 .{ID}.: name can't have slashes"),
        ("a.json", f'[{{"model": "{ID}", "renderSettings": {{"zoom": 9}}}}]', "row 1 .*: zoom must be between"),
        ("a.csv", f"model,bgColor\n{ID},red\n", "row 1 .*: bgColor must be a colour"),
        ("a.csv", f"model,bg_color\n{ID},red\n", "row 1 .*: there is no setting bg_color"),
        ("a.csv", f"model,zoom\n{ID},1\nstool.glb,1\n", "row 2 .stool.glb.: there is no file .*stool.glb"),
        ("a.csv", f"model,zoom\n{ID},near\n", "row 1 .*: zoom can't be 'near'"),
        ("a.csv", f"model,lenght\n{ID},3\n", "row 1 .*: there is no setting lenght"),
        ("a.csv", f"model,zoom\n{ID},1,2\n", "row 1 .*: more cells than columns"),
        ("a.csv", "zoom\n1\n", "row 1: there is no model"),
    ],
)
def test_a_mistake_is_named_with_its_file_row_and_model(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(Mistakes, match=f"{name}(, |: ){says}"):
        read_jobs(write(tmp_path, name, text))


def test_all_rows_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "page.glb").write_text("<!doctype html>")
    (tmp_path / "empty.glb").touch()
    rows = ["model,zoom", f"{ID},9", f"{ID},1", "page.glb,1", "empty.glb,1", *["absent.glb,"] * 30]
    with pytest.raises(Mistakes) as caught:
        read_jobs(write(tmp_path, "a.csv", "\n".join(rows)))
    *lines, last = str(caught.value).splitlines()
    assert [line.partition("row ")[2].partition(" ")[0] for line in lines] == ["1", *map(str, range(3, 22))]
    assert "but a web page" in lines[1]
    assert "the file is empty" in lines[2]
    assert last == "and 13 more"


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_table_may_have_semicolons_or_tabs_and_decimal_commas(tmp_path: Path, delimiter: str) -> None:
    length = '"4,5"' if delimiter == "," else "4,5"
    cells = [["model", "length", "animation", "zoom"], [ID, length, '"Walk, fast; 2"', "0.8"]]
    [job] = read_jobs(write(tmp_path, "a.csv", "\n".join(delimiter.join(row) for row in cells)))
    assert job.settings == {"length": 4.5, "animation": "Walk, fast; 2", "zoom": 0.8}


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"model\n\xff\xfe")
    with pytest.raises(ValueError, match="UTF-8"):
        read_jobs(tmp_path / "a.csv")


def test_results_never_share_a_name() -> None:
    assert distinct(["a", "b", "a", "a-1", "a"]) == ["a-2", "b", "a-3", "a-1", "a-4"]
