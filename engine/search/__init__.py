"""Search in the words of the knowledge: names, definitions and paraphrases, in every language, with slips of the keyboard."""
