"""Use of a trained encoder: embeddings, class probabilities, and the files that store the network."""
