"""Products of many small vectors, written out: unlike BLAS they give the same bits for any number of threads.

Tables of vectors lie column after column in memory ("F" order): numpy then works along the many rows, not along three numbers at a time.
"""

import numpy as np
from jaxtyping import Float, Float32, Int, Shaped


def dot(a: Float32[np.ndarray, "n 3"], b: Float[np.ndarray, "#n 3"] | Float[np.ndarray, "3"]) -> Float32[np.ndarray, "n"]:
    """The dot product of every row with the row of b, or with one vector."""
    x, y, z = b.astype(np.float32, copy=False).T
    found = a[:, 0] * x
    found += a[:, 1] * y
    found += a[:, 2] * z
    return np.asarray(found)


def turn(rotation: Float[np.ndarray, "3 3"], vectors: Float[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Every row turned by a rotation."""
    found = np.empty((3, len(vectors)), np.float32)
    for row, of in zip(found, rotation.astype(np.float32), strict=True):
        row[:] = dot(vectors.astype(np.float32, copy=False), of)
    return found.T


def unit(vectors: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Every row scaled to length 1."""
    return vectors / np.sqrt(np.maximum(dot(vectors, vectors), np.float32(1e-20)))[:, None]


def rows(table: Shaped[np.ndarray, "n *columns"], chosen: Int[np.ndarray, "m"]) -> Shaped[np.ndarray, "m *columns"]:
    """Some rows of a table or of a column, in an order of their own, column after column in memory."""
    return np.take(table.T, chosen, axis=-1).T


def spread(strength: Float32[np.ndarray, "n"], colour: Float32[np.ndarray, "3"]) -> Float32[np.ndarray, "n 3"]:
    """A colour times every row's strength."""
    return (colour[:, None] * strength).T


def phase(place: Float32[np.ndarray, "m"], period: float) -> Float32[np.ndarray, "m"]:
    """The remainder of a division: ``%``, which takes ten times as long."""
    return place - np.float32(period) * np.floor(place * np.float32(1 / period))
