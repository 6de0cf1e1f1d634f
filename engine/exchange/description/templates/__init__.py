"""Pages of descriptions: Jinja2 templates, read with importlib.resources."""
