"""One picture with sliders where somebody can move them, and the plain picture where nobody can."""

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.figure import Figure


def explore(draw: Callable[..., Figure], live: bool, **choices: Sequence[Any]) -> Any:
    """``draw`` by name with one of each of the ``choices``: the first where not ``live`` (papermill, no widgets), else by sliders.

    Raises ``ValueError`` for a name without choices.
    """
    for name, options in choices.items():
        if not options:
            raise ValueError(f"explore: no choices for {name!r}; give at least one")
    first = {name: options[0] for name, options in choices.items()}
    if not live:
        return draw(**first)
    try:
        import ipywidgets  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        return draw(**first)
    sliders = {
        name: ipywidgets.SelectionSlider(options=list(options), value=options[0], description=name, continuous_update=False)
        for name, options in choices.items()
    }
    return ipywidgets.interactive(draw, **sliders)
