"""The README's tables are written from ``results/``, never by hand."""

import re

from heatnet.pipeline.profile import Profile
from heatnet.pipeline.workspace import write_text

BLOCK = r"(<!-- results:{name} -->\n).*?(<!-- /results:{name} -->)"


def publish(profile: Profile) -> bool:
    """Put the profile's tables between its two markers in the README; whether that changed anything.

    Raises ``ValueError`` where the results or the markers are missing.
    """
    readme = profile.root / "README.md"
    text = readme.read_text(encoding="utf-8")
    changed = with_results(text, profile)
    if changed != text:
        write_text(readme, changed)
    return changed != text


def with_results(text: str, profile: Profile) -> str:
    """The README's text with the profile's tables in their place."""
    folder = profile.root / "results" / profile.name
    parts = [folder / "table.md", folder / "claims.md"]
    further = [folder / "protocols.md", folder / "elsewhere" / "tables.md"]  # what a profile without labels or other sets does not have
    if missing := [part for part in parts if not part.is_file()]:
        raise ValueError(f"{missing[0]}: no such file; run `dvc repro` for the profile {profile.name} first")
    block = re.compile(BLOCK.format(name=re.escape(profile.name)), re.DOTALL)
    if not block.search(text):
        raise ValueError(f"README.md: no markers for the results of {profile.name}; expected <!-- results:{profile.name} --> and its end")
    order = [parts[0], further[0], parts[1], further[1]]
    tables = "\n".join(content for part in order if part.is_file() and (content := part.read_text(encoding="utf-8")))
    return block.sub(lambda found: f"{found[1]}\n{tables}\n{found[2]}", text)
