"""The paper's claims against published results."""

from pathlib import Path


def print_claims(results: Path) -> int:
    """A line for each claim of ``claims.json``, with its figure and interval; 1 when any fails.

    Raises ``ValueError`` where the file is missing, broken, or a verdict does not follow from its own figures.
    """
    from heatnet.evaluation import Claim, from_json

    path = results / "claims.json"
    if not path.is_file():
        raise ValueError(f"{path}: no such file; run the pipeline first (`make repro`), or point --results to a folder that has it")
    claims = from_json(Claim, path.read_text(encoding="utf-8"), str(path))
    for claim in claims:
        _check(claim.value, claim.interval, claim.bound, claim.passed, f"{path}: {claim.name}")
        print(claim)
    failed = sum(not claim.passed for claim in claims)
    print(f"{len(claims) - failed} of {len(claims)} claims hold ({results})")
    return int(failed > 0)


def _check(value: float, interval: tuple[float, float], bound: float, passed: bool, where: str) -> None:
    """Refuse a verdict that contradicts its figures (a tie may go either way, some claims ask for more than the bound)."""
    if passed != (value >= bound) and value != bound:
        raise ValueError(f"{where}: says passed={passed}, but {value} against the bound {bound} says otherwise; run the results stage again")
    if interval[0] > interval[1]:
        raise ValueError(f"{where}: the interval {interval} is upside down; run the results stage again")
