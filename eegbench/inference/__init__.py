"""What a trained encoder makes of windows: embeddings, class probabilities, and the files that hold both."""
