"""`make bench`: speed as ratios within one run. Absolute times are printed with them and never asserted in a test."""
