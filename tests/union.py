"""The functions that people differentiate: the union of what the field's engines cover, and more.

Names are those below `np`, or in full for SciPy's; `getitem` and `setitem` stand for indexing and
assignment, `flatten` and `astype` for the methods.
"""

UNION: dict[str, list[str]] = {
    family: names.split()
    for family, names in {
        "Elementwise":
        "abs add arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt copysign cos cosh "
        "deg2rad degrees divide exp exp2 expm1 fabs float_power fmax fmin fmod heaviside hypot "
        "ldexp log log10 log1p log2 logaddexp logaddexp2 maximum minimum mod modf multiply "
        "nan_to_num negative positive power rad2deg radians reciprocal sign sin sinc sinh sqrt "
        "square subtract tan tanh where clip interp unwrap i0 real imag conj angle real_if_close",
        "Reductions and scans":
        "sum prod mean var std max min amax amin cumsum cumprod cumulative_sum cumulative_prod "
        "average median percentile quantile ptp trapezoid nansum nanprod nanmean nanvar nanstd "
        "nanmax nanmin nanmedian nanpercentile nanquantile nancumsum nancumprod cov corrcoef "
        "diff ediff1d gradient sort partition",
        "Shape, gather, build":
        "reshape ravel flatten transpose swapaxes moveaxis rollaxis squeeze expand_dims "
        "atleast_1d atleast_2d atleast_3d broadcast_to broadcast_arrays concatenate concat "
        "stack hstack vstack dstack column_stack block append split array_split hsplit vsplit "
        "dsplit unstack tile repeat pad roll rot90 flip fliplr flipud tril triu diag diagonal "
        "diagflat trace take take_along_axis compress choose select piecewise delete insert "
        "meshgrid vander linspace full astype getitem setitem sliding_window_view resize",
        "Products":
        "dot matmul inner outer vdot vecdot matvec vecmat tensordot einsum kron cross convolve "
        "correlate linalg.multi_dot linalg.matrix_power",
        "linalg":
        "linalg.cholesky linalg.det linalg.slogdet linalg.inv linalg.pinv linalg.solve "
        "linalg.lstsq linalg.qr linalg.eig linalg.eigh linalg.eigvals linalg.eigvalsh "
        "linalg.svd linalg.svdvals linalg.norm linalg.vector_norm linalg.matrix_norm "
        "linalg.cond linalg.tensorinv linalg.tensorsolve",
        "fft":
        "fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft fft.fft2 fft.ifft2 fft.rfft2 "
        "fft.irfft2 fft.fftn fft.ifftn fft.rfftn fft.irfftn fft.fftshift fft.ifftshift",
        "Special functions":
        "scipy.special.erf scipy.special.erfc scipy.special.erfinv scipy.special.erfcinv "
        "scipy.special.expit scipy.special.logit scipy.special.gamma scipy.special.gammaln "
        "scipy.special.digamma scipy.special.polygamma scipy.special.beta scipy.special.betaln "
        "scipy.special.betainc scipy.special.gammainc scipy.special.gammaincc "
        "scipy.special.multigammaln scipy.special.logsumexp scipy.special.softmax "
        "scipy.special.log_softmax scipy.special.xlogy scipy.special.i0 scipy.special.i1 "
        "scipy.special.iv scipy.special.ive scipy.special.j0 scipy.special.j1 scipy.special.jn "
        "scipy.special.y0 scipy.special.y1 scipy.special.yn",
    }.items()
}  # fmt: skip

# No derivative, but usable: plain arrays out.
PLAIN = (  # noqa: SIM905  a list of words
    "equal not_equal less less_equal greater greater_equal argmax argmin argsort floor ceil "
    "rint trunc round shape ndim size nonzero searchsorted isnan isinf isfinite signbit"
).split()  # fmt: skip

# What of the union is not differentiated, and why.
LEFT_OUT: dict[str, str] = {}
