"""Views share windows, or each have a separate copy."""

import torch
from forms import windows_of

from eegbench.store.windows import Views


def test_expanded_views_have_a_window_each_and_absent_ones_stay_absent():
    x = torch.randn(3, 2, 5)
    views = Views(windows_of(x), torch.tensor([[2, 2], [0, -1], [2, 1]]), torch.arange(3))
    expanded = views.expanded()
    assert expanded.index.tolist() == [[0, 1], [2, -1], [4, 5]]
    assert torch.equal(expanded.windows.only[[0, 1, 2, 4, 5]], x[[2, 2, 0, 2, 1]])
    assert expanded.windows.only.data_ptr() != x.data_ptr()
    assert expanded.y is views.y


def test_no_examples_expand_to_none():
    views = Views(windows_of(torch.zeros(0, 2, 5)), torch.zeros(0, 2, dtype=torch.long), torch.zeros(0))
    assert len(views.expanded().windows) == 0
