"""The built files of the console (`make web`); their sources are in `web/`."""
