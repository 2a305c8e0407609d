"""Rays against triangles by Embree (the embreex package): the only intersector here."""

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from jaxtyping import Bool, Float, Float32, Int32, Shaped

from heatnet.street.vectors import dot


def listed(faces: Int32[np.ndarray, "faces 3"]) -> Shaped[np.ndarray, "faces"]:
    """Faces as an array of tuples: embreex reads a mesh number by number, from these twice as fast as from a table.

    To list them takes as long as to read them, so it pays for faces that are built more than once.
    """
    found = np.empty(len(faces), object)
    found[:] = list(zip(*faces.T.tolist(), strict=True))
    return found


class Tracer:
    """A mesh that rays can be shot at."""

    def __init__(self, vertices: Float[np.ndarray, "vertices 3"], faces: Int32[np.ndarray, "faces 3"] | Shaped[np.ndarray, "faces"]) -> None:
        """Build Embree's hierarchy (half a microsecond a triangle, less of ``listed`` faces)."""
        self._scene = EmbreeScene(robust=False)
        self.empty = len(faces) == 0
        if not self.empty:
            self._mesh = TriangleMesh(self._scene, np.ascontiguousarray(vertices), np.ascontiguousarray(faces))

    def nearest(
        self,
        origin: Float[np.ndarray, "3"] | Float[np.ndarray, "n 3"],
        directions: Float32[np.ndarray, "n 3"],
        within: Float32[np.ndarray, "n"] | None = None,
    ) -> tuple[Float32[np.ndarray, "n"], Int32[np.ndarray, "n"], Float32[np.ndarray, "n 3"], Float32[np.ndarray, "n"], Float32[np.ndarray, "n"]]:
        """Distance (in lengths of the direction; infinite where nothing is hit), face (-1), raw normal, barycentric u and v; what is not nearer
        than ``within`` is not looked for."""
        origins = np.ascontiguousarray(np.broadcast_to(origin.astype(np.float32), directions.shape))
        hit = self._scene.run(origins, np.ascontiguousarray(directions), dists=within if within is None else within.copy(), output=1)
        distance = hit["tfar"]
        distance[hit["primID"] < 0] = np.inf
        return distance, hit["primID"], np.asfortranarray(hit["Ng"]), hit["u"], hit["v"]

    def between(self, origins: Float32[np.ndarray, "n 3"], goal: Float32[np.ndarray, "3"]) -> Bool[np.ndarray, "n"]:
        """Whether something lies between each origin and a point."""
        if self.empty or not len(origins):
            return np.zeros(len(origins), bool)
        way = goal - origins
        length = np.maximum(np.sqrt(dot(way, way)), np.float32(1e-6))
        return np.asarray(
            self._scene.run(np.ascontiguousarray(origins), np.ascontiguousarray(way / length[:, None]), dists=length, query="OCCLUDED") != -1
        )

    def blocked(self, origins: Float32[np.ndarray, "n 3"], direction: Float[np.ndarray, "3"]) -> Bool[np.ndarray, "n"]:
        """Whether something lies between each origin and infinity."""
        if self.empty or not len(origins):
            return np.zeros(len(origins), bool)
        directions = np.ascontiguousarray(np.broadcast_to(direction.astype(np.float32), origins.shape))
        return np.asarray(self._scene.run(np.ascontiguousarray(origins), directions, query="OCCLUDED") != -1)
