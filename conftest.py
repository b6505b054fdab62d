"""What pytest collects: modules that need an extra only where it is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("numba") else ["autograd_core/compile/numba_backend"]
