"""Positions of electrodes on a drawn head, seen from above in an azimuthal projection."""

import numpy as np
from jaxtyping import Float

CENTRE_M = (0.0, 0.015, 0.0)
"""Centre of the head in the head frame, whose origin lies between the ears.

A centimetre and a half before them, the vertex lies in the middle of the drawing; at their height, nasion and inion
lie on the outline of the head, and with them the lowest electrodes of the 10-10 system.
"""


def flat(positions: Float[np.ndarray, "n_channels 3"]) -> Float[np.ndarray, "n_channels 2"]:
    """Lay positions flat by the azimuthal equidistant projection about the vertex.

    Parameters
    ----------
    positions
        In metres in the head frame (x to the right, y to the front, z up); NaN for unknown positions.

    Returns
    -------
    array
        Coordinates to the right and to the front, in radii of the drawn head. A point at the height of the centre lies
        on its outline; NaN for unknown positions.
    """
    x, y, z = (positions - np.array(CENTRE_M)).T
    radius = np.arctan2(np.hypot(x, y), z) / (np.pi / 2)
    azimuth = np.arctan2(y, x)
    return np.column_stack([radius * np.cos(azimuth), radius * np.sin(azimuth)])
