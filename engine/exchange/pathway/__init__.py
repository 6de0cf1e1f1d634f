"""Decision pathways: what leads to a rule and what follows from it, as data and as a picture."""
