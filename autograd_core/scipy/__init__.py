"""SciPy's functions on Tensors: see `autograd_core.scipy.special`."""
