"""Words and layout of the articles: Jinja2 templates, read with importlib.resources."""
