"""A guideline begun from the text of a document, and passages that follow it when it changes."""
