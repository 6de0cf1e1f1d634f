"""Guideline packages that come with the tool, each whole in a folder; `--knowledge NAME` loads one."""
