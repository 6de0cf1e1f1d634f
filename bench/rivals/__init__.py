"""Other engines that decide by the same criteria: what they are given is written from our program, for any guideline."""
