"""What lies in the data sets' folders, against what was published."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from heatnet.pipeline.profile import Profile


def print_inventory(sets: Mapping[Path, str], read: bool) -> int:
    """Count each set (layout by folder) and list every file that cannot be used; 1 when there is such a file or nothing at all."""
    from heatnet.data.inventory import PUBLISHED, survey
    from heatnet.pipeline.workspace import workers

    broken = False
    for folder, layout in sets.items():
        print(f"{folder} ({layout})")
        found = survey(layout, folder, read, workers())
        for split, published in PUBLISHED[layout].items():
            count = found.counts.get(split, 0)
            print(f"  {split:<12}{count:>6} frames, published {published}{'' if count == published else ': differs'}")
        for problem in found.problems:
            print(f"  {problem.kind}: {problem.path}: {problem.text}")
        kinds = Counter(problem.kind for problem in found.problems)
        fine = f"every file is {'readable and ' if read else ''}in its place" if any(found.counts.values()) else "no frame of this layout is there"
        print("  " + (", ".join(f"{count} {kind}" for kind, count in kinds.items()) or fine))
        broken |= bool(kinds) or not any(found.counts.values())
    return int(broken)


def sets_of(profile: Profile) -> dict[Path, str]:
    """The folders that the profile's parameters name, with their layouts; ``ValueError`` where none is there."""
    from heatnet.data.shelves import SHELVES

    named = {profile.folder / folder: layout for layout, folder in _named(profile.params) if layout in SHELVES}
    found = {folder: layout for folder, layout in named.items() if folder.is_dir()}
    if not found:
        raise ValueError(
            f"profile {profile.name}: none of its data sets is there ({', '.join(map(str, named))}); `heatnet doctor` says how to get them"
        )
    return found


def _named(section: Any) -> Iterator[tuple[str, str]]:
    """``(layout, folder)`` wherever a section of the parameters names both; simulated days have a set's layout, but not its classes."""
    if isinstance(section, Mapping):
        if isinstance(section.get("layout"), str) and isinstance(section.get("folder"), str):
            yield section["layout"], section["folder"]
        for key, part in section.items():
            if key != "simulated":
                yield from _named(part)
