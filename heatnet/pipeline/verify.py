"""The paper's claims against the results: measured again from the recorded counts, a line and a verdict each."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatnet.evaluation import Claim, Recorded

TOLERANCE = 2e-6
"""``claims.json`` and ``rows.json`` hold six places."""


def print_claims(results: Path) -> int:
    """A line for each claim of ``claims.json``, with its figure and interval; 1 when any fails.

    Where ``counts.npz`` lies beside, every figure of ``claims.json`` and ``rows.json`` is measured again from it. Raises ``ValueError`` where
    a file is missing or broken, where a figure is another than the counts give, and where a verdict does not follow from its own figures.
    """
    from heatnet.evaluation import Claim, from_json, load_counts

    path = results / "claims.json"
    if not path.is_file():
        raise ValueError(f"{path}: no such file; run the pipeline first (`make repro`), or point --results to a folder that has it")
    claims = from_json(Claim, path.read_text(encoding="utf-8"), str(path))
    if (results / "counts.npz").is_file():
        _measure_again(load_counts(results / "counts.npz"), claims, results)
    elsewhere = results / "elsewhere"
    if elsewhere.is_dir():
        claims += _elsewhere(elsewhere)
    for claim in claims:
        _check(claim.value, claim.interval, claim.bound, claim.passed, f"{results}: {claim.name}")
    for claim in claims:
        print(claim)
    failed = sum(not claim.passed for claim in claims)
    how = "measured again from counts.npz" if (results / "counts.npz").is_file() else "as recorded: there is no counts.npz to measure them again"
    print(f"{len(claims) - failed} of {len(claims)} claims hold ({results}; {how})")
    return int(failed > 0)


def _measure_again(recorded: "Recorded", claims: list["Claim"], results: Path) -> None:
    """Compare claims and rows with what the counts give."""
    from heatnet.evaluation import PROTOCOLS, from_json
    from heatnet.evaluation import claims as measure

    if recorded.protocol not in PROTOCOLS:
        raise ValueError(
            f"{results / 'counts.npz'}: protocol {recorded.protocol!r}; expected one of {', '.join(PROTOCOLS)}; run the evaluation again"
        )
    protocol = PROTOCOLS[recorded.protocol]
    counts = {name: protocol.gather(*parts) for name, parts in recorded.networks.items()}
    again = measure(recorded.bounds, protocol.quantities(counts, recorded.resamples))
    _same([_figures(claim) for claim in claims], [_figures(claim) for claim in again], results / "claims.json")
    rows = results / "rows.json"
    if rows.is_file():
        written: list[Any] = from_json(protocol.kind, rows.read_text(encoding="utf-8"), str(rows))
        measured = [protocol.row(row.name, row.title, counts[row.name], recorded.resamples) for row in written if row.name in counts]
        _same([asdict(row) for row in written], [asdict(row) for row in measured], rows)


def _elsewhere(folder: Path) -> list["Claim"]:
    """The claims of the other data sets, measured again from their counts, as the rows are."""
    from heatnet.evaluation import Claim, SetRow, elsewhere_quantities, from_json, load_sets, set_figures, set_rows
    from heatnet.evaluation import claims as measure

    sets, bounds = load_sets(folder)
    written = {name: (folder / f"{name}.json").read_text(encoding="utf-8") for name in ("claims", "rows")}
    claims = from_json(Claim, written["claims"], str(folder / "claims.json"))
    rows = from_json(SetRow, written["rows"], str(folder / "rows.json"))
    again = measure(bounds, elsewhere_quantities(set_figures(sets, "away"), set_figures(sets, "bdd")))
    _same([_figures(claim) for claim in claims], [_figures(claim) for claim in again], folder / "claims.json")
    measured = set_rows(sets, {row.name: row.title for row in rows})
    _same([asdict(row) for row in rows], [asdict(row) for row in measured], folder / "rows.json")
    return claims


def _figures(claim: "Claim") -> tuple[Any, ...]:
    """What must be the same."""
    return claim.name, claim.value, claim.bound, claim.interval, claim.passed


def _same(written: Any, measured: Any, path: Path) -> None:
    """Refuse the first figure that differs by more than the places written."""
    if difference := _difference(written, measured, ""):
        raise ValueError(f"{path}: {difference}; expected what the recorded counts give; run the stages again that wrote them")


def _difference(first: Any, second: Any, where: str) -> str:
    """The first place where two structures differ, in words; empty where none does."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return next((found for key in first if (found := _difference(first[key], second[key], f"{where}.{key}"))), "")
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)) and len(first) == len(second):
        return next((found for i, pair in enumerate(zip(first, second, strict=True)) if (found := _difference(*pair, f"{where}[{i}]"))), "")
    close = isinstance(first, float) and isinstance(second, float) and abs(first - second) <= TOLERANCE
    return "" if close or first == second else f"{where.lstrip('.')} says {first}, the counts say {second}"


def _check(value: float, interval: tuple[float, float], bound: float, passed: bool, where: str) -> None:
    """Refuse a verdict that contradicts its figures (a tie may go either way, some claims ask for more than the bound)."""
    if passed != (value >= bound) and value != bound:
        raise ValueError(f"{where}: says passed={passed}, but {value} against the bound {bound} says otherwise; run the results stage again")
    if interval[0] > interval[1]:
        raise ValueError(f"{where}: the interval {interval} is upside down; run the results stage again")
