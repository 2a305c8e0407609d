"""The README's tables come from the results."""

from pathlib import Path

import pytest

from heatnet.pipeline.profile import Profile
from heatnet.pipeline.publish import publish, with_results

TEXT = "# Title\n\n<!-- results:street -->\nold\n<!-- /results:street -->\n\nrest, with \\1 and a $\n"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    (tmp_path / "results" / "street").mkdir(parents=True)
    (tmp_path / "results" / "street" / "table.md").write_text("| a \\1 |\n")
    (tmp_path / "results" / "street" / "claims.md").write_text("| b |\n")
    (tmp_path / "README.md").write_text(TEXT)
    return Profile(tmp_path, {"profile": "street", "root": "."})


def test_tables_replace_what_was_between_the_markers(profile: Profile) -> None:
    assert publish(profile)
    text = (profile.root / "README.md").read_text()
    assert text == TEXT.replace("old\n", "\n| a \\1 |\n\n| b |\n\n")
    assert not publish(profile)


def test_protocols_and_other_sets_stand_in_their_places_where_there_are_any(profile: Profile) -> None:
    folder = profile.root / "results" / "street"
    (folder / "elsewhere").mkdir()
    (folder / "protocols.md").write_text("| authors |\n")
    (folder / "elsewhere" / "tables.md").write_text("### MF\n")
    assert publish(profile)
    assert "| a \\1 |\n\n| authors |\n\n| b |\n\n### MF\n" in (profile.root / "README.md").read_text()


def test_missing_results_and_markers_are_named(profile: Profile) -> None:
    with pytest.raises(ValueError, match="no markers for the results of street"):
        with_results("# Title\n", profile)
    (profile.root / "results" / "street" / "table.md").unlink()
    with pytest.raises(ValueError, match=r"table\.md: no such file; run `dvc repro`"):
        publish(profile)


@pytest.mark.parametrize("name", ["street", "open"])
def test_the_readme_shows_the_committed_results(name: str) -> None:
    if not (ROOT / "results" / name / "table.md").is_file():
        pytest.skip(f"results/{name} has not been published yet")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_results(text, Profile(ROOT, {"profile": name, "root": "."})) == text
