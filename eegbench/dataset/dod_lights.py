"""Times of lights off and on for three nights of the Dreem Open Datasets, whose own table has other names.

The names were found by aligning the scorers' lists with the signals: with them every night has as many epochs as its
recording. The published table has names of recordings that were renamed later.

References
----------
Guillot, Sauvet, During and Thorey 2020, IEEE Transactions on Neural Systems and Rehabilitation Engineering 28,
1955-1965, doi 10.1109/TNSRE.2020.3011181.
"""

from collections.abc import Mapping

LIGHTS: Mapping[str, tuple[int, int | None]] = {
    "5bf0f969-304c-581e-949c-50c108f62846": (60, None),
    "b5d5785d-87ee-5078-b9b9-aac6abd4d8de": (60, None),
    "3e842aa8-bcd9-521e-93a2-72124233fe2c": (0, 620),
}
"""Lights off and on of a recording, in epochs of its scorers' lists; None is the end of the night."""
