"""What is stale, what would run, and how long it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatnet.pipeline.durations import as_words, measured, recorded
from heatnet.pipeline.fingerprint import fingerprints
from heatnet.pipeline.profile import FINGERPRINT, Node, Profile, read_yaml

FRESH = "up to date"
NEVER = "never run"


@dataclass(frozen=True)
class State:
    """A stage's state (``FRESH``, ``NEVER`` or the reason why it is stale) and, if known, how long it takes in seconds."""

    stage: str
    state: str
    seconds: float | None


def states(profile: Profile) -> list[State]:
    """The state of every stage but the fingerprint, in order. A stage whose inputs will be written anew is stale too."""
    changes, locked, seconds = dvc_status(profile), _locked(profile), recorded(profile)
    code = fingerprints(profile) if FINGERPRINT in changes else {}  # a second's work, and DVC knows when nothing was touched
    reasons: dict[str, str] = {}
    for node in profile.graph.values():
        if node.name == FINGERPRINT:
            continue
        upstream = [other for other, state in reasons.items() if state != FRESH and node.reads(profile.graph[other])]
        is_new = node.name not in locked or not all((profile.folder / copy).exists() for copy in node.notebooks)
        reasons[node.name] = NEVER if is_new else _state(profile, node, code.get(node.name), changes.get(node.name, []), upstream)
    return [State(stage, state, seconds.get(stage)) for stage, state in reasons.items()]


def _state(profile: Profile, node: Node, code: str | None, changes: list[Any], upstream: list[str]) -> str:
    """The state of a stage that has run, from what DVC says of it; of code that changed (``None``: none did) this looks closer than DVC."""
    recorded_code = profile.folder / "fingerprints" / f"{node.name}.json"
    is_same = code is None or (recorded_code.exists() and recorded_code.read_text(encoding="utf-8") == code)
    reasons = [] if is_same else ["code changed"]
    for change in changes:
        entries = change if isinstance(change, dict) else {change: {}}
        reasons += [_reason(kind, path, what) for kind, paths in entries.items() for path, what in (paths or {"": ""}).items()]
    reasons += [f"{stage} will run" for stage in upstream]
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason)) or FRESH


def _reason(kind: str, path: str, what: Any) -> str:
    """One of DVC's remarks in words; nothing for the fingerprint, which ``_code_changed`` reads itself."""
    if "fingerprints/" in path:
        return ""
    if Path(path).name == "params.yaml":
        return "parameters changed"
    return f"{path} {what}".strip() or kind


def dvc_status(profile: Profile) -> dict[str, list[Any]]:
    """DVC's own status by stage name. Raises ``ValueError`` with the cure when DVC cannot work here."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(profile.root)) as repo:
            found = repo.status(targets=[str(profile.folder / "dvc.yaml")])
    except DvcException as error:
        raise ValueError(f"DVC cannot read this repository: {error}; `heatnet doctor` says what to do") from error
    return {str(name).rpartition(":")[2]: changes for name, changes in found.items()}


def print_status(profile: Profile) -> int:
    """A line per stage."""
    took = measured(profile)
    print(f"profile {profile.name} ({_where(profile)})")
    for state in states(profile):
        seconds = f"{as_words(took[state.stage]):>8}" if state.stage in took else "       -"
        print(f"  {state.stage:<16} {seconds}  {state.state}")
    return 0


def print_plan(profile: Profile) -> int:
    """What would run and about how long it takes; one line when there is nothing to do."""
    if missing := missing_inputs(profile):
        raise ValueError(f"profile {profile.name}: {missing[0]} is not there and no stage makes it; `heatnet doctor` says how to get it")
    waiting = [state for state in states(profile) if state.state != FRESH]
    if not waiting:
        print(f"profile {profile.name}: everything is up to date")
        return 0
    known = [state.seconds for state in waiting if state.seconds is not None]
    length = f", about {as_words(sum(known))}" if len(known) == len(waiting) else ", for a time that is not known yet"
    print(f"profile {profile.name}: {len(waiting)} stages to run{length}")
    for state in waiting:
        seconds = "?" if state.seconds is None else as_words(state.seconds)
        print(f"  {state.stage:<16} {seconds:>8}  {state.state}")
    return 0


def _locked(profile: Profile) -> set[str]:
    """The stages that ``dvc.lock`` records."""
    lock = profile.folder / "dvc.lock"
    return set(read_yaml(lock).get("stages", {})) if lock.exists() else set()


def _where(profile: Profile) -> str:
    return "the repository's root" if profile.folder == profile.root else str(profile.folder.relative_to(profile.root))


def missing_inputs(profile: Profile) -> list[str]:
    """What stages read, no stage writes, and is not there: data to be fetched or linked."""
    nodes = profile.graph.values()
    made = [out for node in nodes for out in node.outs]
    inputs = dict.fromkeys(dep for node in nodes for dep in node.deps)
    return [dep for dep in inputs if not _is_made(dep, made) and not (profile.folder / dep).exists()]


def _is_made(dep: str, outs: list[str]) -> bool:
    return any(Path(dep).is_relative_to(out) for out in outs)
