"""What the documents promise exists, and what exists is documented."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest
import typer

from graph.model import vocabulary
from queries import catalogue
from ringfence.demo_story import COLUMNS
from ringfence.evaluation_tables import HEADLINE
from ringfence.main import app
from ringfence.settings import PREFIX, described_settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = described_settings()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = typer.main.get_command(app)
ENUMERATIONS = [
    each
    for each in vars(vocabulary).values()
    if isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum
]


def code_of(text: str) -> list[str]:
    """The lines of code blocks and the spans of inline code, continuation lines joined."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", text, flags=re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()] + spans


def calls(word: str, text: str) -> list[list[str]]:
    pattern = rf"^(?:\$ )?(?:\.venv/bin/)?{word} (?! )([^#|>]*)"
    return [match[1].split() for line in code_of(text) if (match := re.match(pattern, line.strip()))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_verb_in_a_document_is_a_target(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    used = {words[0] for words in calls("make", path.read_text()) if words}
    assert {verb for verb in used if verb.islower()} <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_call_in_a_document_uses_a_verb_and_options_that_exist(path: Path) -> None:
    for words in calls("ringfence", path.read_text()):
        verb = words[0]
        if verb.startswith("-") or not verb.islower():
            continue
        command = COMMAND.get_command(typer.Context(COMMAND), verb)  # type: ignore[attr-defined]
        assert command is not None, f"{path.name}: no verb {verb}"
        if hasattr(command, "commands"):
            command = command.commands[words[1]]
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        used = {word.split("=")[0] for word in words[1:] if word.startswith("--")}
        assert used <= options | {"--help", "--debug"}, f"{path.name}: {' '.join(words)}"


def test_the_readme_names_every_verb() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in COMMAND.commands if f"`{name}`" not in readme] == []  # type: ignore[attr-defined]


def test_the_readme_starts_with_the_two_commands() -> None:
    first_block = re.search(r"```[a-z]*\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert first_block is not None
    assert [words[0] for words in calls("make", f"```\n{first_block[1]}```")] == ["demo", "test"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    field = SETTINGS[name]
    default = "none" if field.default is None else str(field.default).lower()
    row = rf"^\| `{PREFIX}{name.upper()}` \| `?{re.escape(default)}`? \| "
    assert re.search(row, (ROOT / "docs" / "operations.md").read_text(), flags=re.MULTILINE)
    assert field.description


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = re.findall(
        rf"^\| `{PREFIX}([A-Z0-9_]+)`", (ROOT / "docs" / "operations.md").read_text(), flags=re.MULTILINE
    )
    assert sorted(name.lower() for name in documented) == sorted(SETTINGS)


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda each: each.__name__)
def test_the_vocabulary_tables_hold_exactly_the_words_of_the_code(enumeration: type[StrEnum]) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    row = re.search(rf"^\| `{enumeration.__name__}` \| [^|]+ \| ([^|]+) \|$", text, flags=re.MULTILINE)
    assert row is not None
    assert re.findall(r"`([a-z_0-9]+)`", row[1]) == [member.value for member in enumeration]


def test_constraints_hold_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9][A-Za-z0-9.!+]*( ; [a-zA-Z0-9_.'<>=!() -]+)?", line), line


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for code in (0, 1, 2, 3, 4, 130, 143):
        assert f"| {code} |" in text


def test_the_readme_shows_the_demo_as_it_prints_it() -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"\n{COLUMNS}\n" in readme
    for label, _ in HEADLINE:
        assert f"\n {label}" in readme


@pytest.mark.parametrize("question", catalogue().values(), ids=lambda each: each.name)
def test_every_question_is_documented_with_its_parameters(question) -> None:
    row = re.search(
        rf"^\| `{question.name}` \| ([^|]+) \| ([^|]*) \|$",
        (ROOT / "docs" / "store.md").read_text(),
        flags=re.MULTILINE,
    )
    assert row is not None
    assert row[1] == question.text
    assert re.findall(r"`([a-z_]+)", row[2]) == [parameter.name for parameter in question.parameters]
