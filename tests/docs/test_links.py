"""What the pages lead to is there: other pages, and the files of the program that they name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
MENTION = re.compile(r"docs/[\w/.-]+\.(?:md|json)")
NAMED = re.compile(r"`((?:infra|policies|hosting|localcloud|tests|docs)/[\w/.-]+\.\w+)`")

MADE_WHEN_NEEDED = frozenset({"policies/exemptions.toml"})
"""What a page names and a checkout doesn't have from the start."""


def lost(page: Path, targets: list[str], base: Path) -> list[str]:
    """The targets on a page that aren't there."""
    return [
        f"{page.relative_to(ROOT)}: {target}"
        for target in targets
        if not (base / target).exists() and target not in MADE_WHEN_NEEDED
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    text = page.read_text()

    assert lost(page, LINK.findall(text), page.parent) == []
    assert lost(page, [*MENTION.findall(text), *NAMED.findall(text)], ROOT) == []


@pytest.mark.parametrize("folder", ["infra", "policies", "hosting", "localcloud", "tests"])
def test_pages_that_the_code_names_are_there(folder: str):
    sources = sorted((ROOT / folder).rglob("*.py"))

    assert sources
    assert [each for file in sources for each in lost(file, MENTION.findall(file.read_text()), ROOT)] == []


@pytest.mark.parametrize("room", re.findall(r"`([\w/]+\.py)`", (ROOT / "docs" / "aware-measures.md").read_text()))
def test_the_rooms_of_aware_are_there(room: str):
    assert (ROOT / "infra" / "aware" / room).is_file() or (ROOT / "infra" / room).is_file()


def test_the_page_on_the_policy_pack_says_what_each_of_its_tables_holds():
    page = (ROOT / "docs" / "policies.md").read_text()
    rows = {
        name for row in page.splitlines() if row.startswith("| `") for name in re.findall(r"`([\w/*.]+\.toml)`", row)
    }

    assert rows - {"controls/*.toml", "network/reach.toml", "exemptions.toml"} == {
        file.name for file in (ROOT / "policies").glob("*.toml")
    } - {"exemptions.toml"}
