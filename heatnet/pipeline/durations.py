"""How long a stage takes: as it was here the last time, or as ``params.yaml`` says it was on the authors' machine."""

import json
import os
from pathlib import Path

from heatnet.pipeline.profile import Profile


def recorded(profile: Profile) -> dict[str, float]:
    """Seconds by stage: measured here where the stage has run, else the profile's ``seconds`` table."""
    published = {stage: float(seconds) for stage, seconds in dict(profile.params.get("seconds") or {}).items()}
    return published | measured(profile)


def measured(profile: Profile) -> dict[str, float]:
    """Seconds by stage of the last successful runs in this folder."""
    try:
        content = json.loads(_file(profile).read_text(encoding="utf-8"))
        return {str(stage): float(seconds) for stage, seconds in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def record(profile: Profile, stage: str, seconds: float) -> None:
    """Keep how long the stage took."""
    content = measured(profile) | {stage: round(seconds, 1)}
    temporary = _file(profile).with_suffix(".part")
    temporary.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(temporary, _file(profile))


def as_words(seconds: float) -> str:
    """Seconds as a reader says them: ``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _file(profile: Profile) -> Path:
    return profile.folder / ".durations.json"
