"""What a run and a sweep show: lines and tables on the console, and figures."""
