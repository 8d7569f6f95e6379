"""The front door: the ``ringfence`` command, its settings and the wiring of the parts."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("ringfence")
except PackageNotFoundError:
    __version__ = "0+not-installed"

__all__ = ["__version__"]
