"""What Glossi's two documents show, as JSON to compare requests and answers with."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

from tests.integration.glossi.customer import Script
from tests.support.spec import SPEC, reference


@dataclasses.dataclass(frozen=True)
class Document:
    """Which of the JSON objects in its text are bodies of requests, and which show the answer to which step of its
    script. Others are told by webhook, or repeat a part of one."""

    script: Path
    requests: tuple[int, ...]
    answers: dict[int, str]


DOCUMENTS = {
    "glossi-workflow.md": Document(
        Path(__file__).with_name("workflow.sh"),
        (0, 1, 3, 4, 6, 7, 9, 11, 12, 14, 15, 17, 18, 22),
        {
            2: "model", 5: "confirmed", 8: "ready", 10: "templates", 13: "project", 16: "render", 19: "rendering",
            20: "rendered", 21: "retried",
        },
    ),
    "glossi-jobs.md": Document(
        Path(__file__).with_name("jobs.sh"), (0, 1, 7, 8), {2: "job", 3: "confirmed", 4: "in-progress", 5: "complete"}
    ),
}  # fmt: skip


def objects(text: str) -> list[dict[str, Any]]:
    """All JSON objects in a text, in their order."""
    found, place = [], 0
    while (place := text.find("{", place)) >= 0:
        try:
            value, place = json.JSONDecoder().raw_decode(text, place)
        except ValueError:
            place += 1
        else:
            found.append(value)
    return found


def bodies_in(script: Path) -> list[Any]:
    """The shapes of the bodies that a script sends; its variables stand for ids, and its list for three of them."""
    text = re.sub(r"""'"\$\(jq .*?\)"'""", '["a", "b", "c"]', script.read_text())
    return [shape(each) for each in objects(re.sub(r"""'"\$\w+"'""", "id", text))]


def shape(value: Any) -> Any:
    """The same without its texts: those are ids and names."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return str if isinstance(value, str) else value


def check_examples(document: str, script: Script) -> None:
    """The answers of a script's run are like those that the document shows, on a machine that has it."""
    if (SPEC / document).exists():
        shown = objects(reference(document))
        for number, name in DOCUMENTS[document].answers.items():
            assert _is_like(script.answer(name), shown[number]), name


def _is_like(answer: Any, example: Any) -> bool:
    """Whether the answer has all that the example has, of the same types."""
    if isinstance(example, dict):
        return isinstance(answer, dict) and all(
            name in answer and _is_like(answer[name], each) for name, each in example.items()
        )
    if isinstance(example, list):
        return isinstance(answer, list) and all(_is_like(each, example[0]) for each in answer if example)
    return type(answer) is type(example)
