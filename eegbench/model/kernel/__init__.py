"""Fast convolutions for CPUs: filter, batch normalisation and pooling fused, with the results of separate layers."""
