"""The paper's claims as measurements: each holds or does not, with an interval.

Every claim reads "value is at least bound". A profile names the claims that its data can answer, with their bounds;
the quantities come from resamples (``pixel_quantities``, ``box_quantities``), so ratios and differences are paired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from heatnet.evaluation.bootstrap import Counts, Resamples, draw, estimate
from heatnet.evaluation.compare import Figures
from heatnet.evaluation.scores import is_bound, is_of_today

RIVALS: tuple[str, ...] = ("mfnet", "rtfnet")


@dataclass(frozen=True)
class Quantity:
    """What a claim is about: a sentence with ``{bound}`` in it, the figure in every resample, whether a tie will not do."""

    statement: str
    draws: Float[np.ndarray, " draws"]
    strict: bool = False


@dataclass(frozen=True)
class Claim:
    """A claim, measured: ``value`` with its 95 % interval against ``bound``."""

    name: str
    statement: str
    value: float
    bound: float
    interval: tuple[float, float]
    passed: bool

    @property
    def clear(self) -> bool:
        """Whether the whole interval is on the value's side of the bound."""
        return self.interval[0] >= self.bound if self.passed else self.interval[1] < self.bound

    def __str__(self) -> str:
        """One line for a terminal."""
        low, high = self.interval
        doubt = "" if self.clear else " (the interval holds the bound)"
        return f"{'PASS' if self.passed else 'FAIL'}  {self.statement}: {self.value:.2f} [{low:.2f}, {high:.2f}]{doubt}"


def claims(bounds: Mapping[str, float], quantities: Mapping[str, Quantity]) -> list[Claim]:
    """Measure the claims that ``bounds`` names.

    Raises ``ValueError`` for a claim without a quantity.
    """
    return [_claim(name, bound, _quantity(name, quantities)) for name, bound in bounds.items()]


def _quantity(name: str, quantities: Mapping[str, Quantity]) -> Quantity:
    """The quantity of a claim, or ``ValueError``."""
    if name not in quantities:
        raise ValueError(
            f"claim {name!r} cannot be measured; these can: {', '.join(quantities)}; rename or remove it in params.yaml: evaluation.claims"
        )
    return quantities[name]


def _claim(name: str, bound: float, quantity: Quantity) -> Claim:
    """Compare a quantity with its bound."""
    figure = estimate(quantity.draws)
    passed = figure.value > bound if quantity.strict else figure.value >= bound
    return Claim(name, quantity.statement.format(bound=f"{bound:g}"), figure.value, bound, (figure.low, figure.high), passed)


def pixel_quantities(networks: Mapping[str, Counts], resamples: Resamples) -> dict[str, Quantity]:
    """The paper's claims, from networks scored on labelled images; upper bounds and today's recipe are no rivals there.

    Raises ``ValueError`` where a network that they speak of is missing.
    """
    for name in ("teacher", "thermal_teacher", "heatnet_rgbt", "heatnet_rgb"):
        if name not in networks:
            raise ValueError(f"the claims speak of {name!r}, but only {', '.join(networks)} were scored; score it too")
    mean = {name: {split: draws.mean() for split, draws in draw(counts, resamples).items()} for name, counts in networks.items()}
    teacher, thermal, student = mean["teacher"], mean["thermal_teacher"], mean["heatnet_rgb"]
    rivals = [means["combined"] for name, means in mean.items() if name != "heatnet_rgbt" and not (is_bound(name) or is_of_today(name))]
    lead = mean["heatnet_rgbt"]["combined"] - np.max(rivals, axis=0)
    return {
        "teacher_loss": Quantity("the RGB teacher loses at least {bound} of its day mIoU at night", 1 - ratio(teacher["night"], teacher["day"])),
        "thermal_night": Quantity(
            "the thermal teacher's night mIoU is at least {bound} times the RGB teacher's", ratio(thermal["night"], teacher["night"])
        ),
        "best_combined": Quantity(
            "HeatNet RGB-T's combined mIoU leads every row but the upper bounds and today's recipe by more than {bound}", lead, strict=True
        ),
        "rgb_only_gain": Quantity(
            "HeatNet RGB-only gains at least {bound} on the RGB teacher's night mIoU", ratio(student["night"], teacher["night"]) - 1
        ),
    }


def elsewhere_quantities(away: Mapping[str, Figures], nights: Mapping[str, Figures]) -> dict[str, Quantity]:
    """The paper's claims about other data sets, from the means of the experiments ``away`` and ``bdd`` (``evaluation.elsewhere``).

    Raises ``ValueError`` where a network that they speak of is missing.
    """
    for name, scored in (("mfnet", away), ("rtfnet", away), ("heatnet_mf", away), ("teacher", nights), ("heatnet_rgb", nights)):
        if name not in scored:
            raise ValueError(f"the claims speak of {name!r}, but only {', '.join(scored)} were scored; score it too")
    kept = {name: ratio(figures["combined"], figures["MF"]) for name, figures in away.items()}
    rivals = np.stack([away[name]["combined"] for name in RIVALS])
    return {
        "rivals_deteriorate": Quantity(
            "MFNet and RTFNet each lose at least {bound} of their MF mean on Freiburg Thermal", 1 - np.max([kept[name] for name in RIVALS], axis=0)
        ),
        "rivals_fall_behind": Quantity(
            "MFNet and RTFNet each keep at least {bound} less of their MF mean there than HeatNet RGB-T keeps, as a share of what HeatNet keeps",
            1 - np.max([ratio(kept[name], kept["heatnet_mf"]) for name in RIVALS], axis=0),
        ),
        "heatnet_keeps": Quantity(
            "HeatNet RGB-T, fine-tuned on MF without its labels, keeps at least {bound} of its MF mean on Freiburg Thermal", kept["heatnet_mf"]
        ),
        "heatnet_leads": Quantity(
            "on Freiburg Thermal the HeatNet RGB-T that was fine-tuned on MF leads MFNet and RTFNet by more than {bound}",
            away["heatnet_mf"]["combined"] - rivals.max(0),
            strict=True,
        ),
        "bdd_night": Quantity(
            "on BDD's nights HeatNet RGB-only reaches at least {bound} times the RGB teacher's mIoU",
            ratio(nights["heatnet_rgb"]["night"], nights["teacher"]["night"]),
        ),
    }


def ratio(above: Float[np.ndarray, " draws"], below: Float[np.ndarray, " draws"]) -> Float[np.ndarray, " draws"]:
    """A quotient of mean IoUs; one below 1e-6 divides as 1e-6, so that a network that never scores gives a finite ratio."""
    return above / np.maximum(below, 1e-6)


def claims_markdown(measured: Sequence[Claim]) -> str:
    """A table of claims with verdicts."""
    lines = ["| claim | measured [95 % interval] | bound | verdict |", "|---|---|---|---|"]
    for claim in measured:
        low, high = claim.interval
        verdict = ("**PASS**" if claim.passed else "**FAIL**") + ("" if claim.clear else ", not clearly")
        lines.append(f"| {claim.statement} | {claim.value:.2f} [{low:.2f}, {high:.2f}] | {claim.bound:g} | {verdict} |")
    return "\n".join(lines) + "\n"
