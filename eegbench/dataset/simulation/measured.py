"""Measured statistics of real sleep, on which the simulator's hypnograms are based.

Origin: `REAL` describes 18 nights of Sleep-EDF Expanded (of subjects 0-9 of the cassette study, ages 25 to 34,
ODC-By 1.0, doi 10.13026/C2X676), one expert each; `CONSENSUS_GIVEN_EXPERT` the 25 nights of DOD-H (Guillot
et al. 2020, doi 10.1109/TNSRE.2020.3011181, MIT), five experts each. Both were printed by

    python -m eegbench.dataset.simulation.statistics ../shared/data

and compared with a new measurement by a test. Rows and columns are in the order of `STAGES`: W, N1, N2, N3, R.
"""

import numpy as np

from eegbench.dataset.simulation.statistics import HypnogramStatistics

REAL = HypnogramStatistics(
    shares=np.array([0.158, 0.081, 0.428, 0.156, 0.178]),
    shares_by_third=np.array(
        [
            [0.029, 0.102, 0.428, 0.323, 0.117],
            [0.041, 0.067, 0.531, 0.139, 0.223],
            [0.066, 0.105, 0.496, 0.068, 0.265],
        ]
    ),
    bout_tenths=np.array(
        [
            [1.000, 1.000, 1.000, 1.000, 1.000, 2.000, 2.095, 3.238, 5.476, 18.100],
            [1.000, 1.000, 1.000, 1.075, 2.000, 2.000, 2.231, 3.058, 4.385, 10.596],
            [1.000, 1.000, 1.756, 2.506, 4.000, 6.286, 9.442, 14.117, 21.494, 40.338],
            [1.000, 1.000, 1.000, 1.000, 1.282, 2.000, 2.718, 5.154, 13.410, 44.795],
            [1.087, 2.696, 4.217, 6.826, 8.783, 11.870, 14.478, 19.391, 28.043, 44.261],
        ]
    ),
    bout_means=np.array(
        [
            [2.839, 4.074, 7.795, 8.716, 15.367],
            [3.842, 2.202, 11.375, 5.845, 15.013],
            [3.729, 2.509, 12.124, 5.836, 12.971],
        ]
    ),
    transitions=np.array(
        [
            [
                [0.000, 0.893, 0.054, 0.018, 0.036],
                [0.147, 0.000, 0.787, 0.007, 0.059],
                [0.071, 0.146, 0.000, 0.656, 0.127],
                [0.035, 0.055, 0.900, 0.000, 0.010],
                [0.163, 0.327, 0.490, 0.020, 0.000],
            ],
            [
                [0.000, 0.930, 0.053, 0.000, 0.018],
                [0.110, 0.000, 0.681, 0.000, 0.209],
                [0.097, 0.226, 0.000, 0.512, 0.165],
                [0.031, 0.047, 0.922, 0.000, 0.000],
                [0.208, 0.610, 0.182, 0.000, 0.000],
            ],
            [
                [0.000, 0.875, 0.010, 0.000, 0.115],
                [0.139, 0.000, 0.639, 0.000, 0.222],
                [0.152, 0.360, 0.000, 0.280, 0.209],
                [0.033, 0.017, 0.950, 0.000, 0.000],
                [0.252, 0.602, 0.146, 0.000, 0.000],
            ],
        ]
    ),
    night_h=np.array([7.495, 1.233]),
)

CONSENSUS_GIVEN_EXPERT = np.array(
    [
        [
            [0.889, 0.042, 0.056, 0.003, 0.010],
            [0.130, 0.480, 0.307, 0.000, 0.082],
            [0.005, 0.009, 0.941, 0.028, 0.016],
            [0.003, 0.001, 0.120, 0.876, 0.001],
            [0.006, 0.007, 0.025, 0.000, 0.962],
        ],
        [
            [0.831, 0.075, 0.064, 0.004, 0.026],
            [0.111, 0.594, 0.216, 0.002, 0.077],
            [0.021, 0.047, 0.816, 0.069, 0.047],
            [0.011, 0.003, 0.311, 0.675, 0.001],
            [0.023, 0.032, 0.105, 0.000, 0.840],
        ],
    ]
)
"""Distribution of the stage given by the majority of five experts (last axis), given one expert's stage (second axis):
inside that expert's bouts (0), and next to the expert's changes of stage (1), where three times as many epochs are
doubtful (25 % against 8 %)."""
