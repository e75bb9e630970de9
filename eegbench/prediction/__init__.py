"""What a saved network says of new recordings: staged, written for other programs, and scored by labels."""
