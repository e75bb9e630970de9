"""Output of runs and sweeps: lines and tables in the terminal, figures, and documents."""
