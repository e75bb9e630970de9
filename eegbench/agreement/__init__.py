"""Agreement between experts who staged the same nights, and of models with the experts."""
