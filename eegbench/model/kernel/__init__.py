"""Fast convolutions for CPUs: filter, batch normalisation and pooling in one, with the results of separate layers."""
