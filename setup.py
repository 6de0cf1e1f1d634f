"""The top-level folders of the repository, installed as parts of one package `spinegraph` (design section 1)."""

from setuptools import find_packages, setup

FOLDERS = ("engine", "api", "ontology", "shapes", "guidelines")

setup(
    package_dir={f"spinegraph.{folder}": folder for folder in FOLDERS},
    packages=[
        f"spinegraph.{name}" for name in find_packages(include=[f"{folder}{end}" for folder in FOLDERS for end in ("", ".*")])
    ],
)
