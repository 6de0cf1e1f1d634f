"""`make portable`: the exported rules in SHACL engines of others, held against the program."""
