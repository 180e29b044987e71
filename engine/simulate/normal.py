"""The normal distribution function and its inverse, on arrays and to full precision, without a further library."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
#: Above it the fourth power of a number that is drawn, as in the errors of Sobol indices, is near what has no finite value.
LARGEST = 1e60
#: Coefficients of Wichura's algorithm AS 241 (PPND16), lowest power first: numerator and denominator of its three regions.
_CENTRE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
     6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
_SIDE = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip
_SPLIT_CENTRE, _SPLIT_TAIL = 0.425, 5.0


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Numbers) -> Numbers:
    over, under = (np.polynomial.polynomial.polyval(x, part) for part in coefficients)
    return np.asarray(over / under)


def quantile(p: Numbers) -> Numbers:
    """Return the numbers below which a standard normal number falls with probability ``p``.

    Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988) 477-484; relative error about 1e-16.

    Examples
    --------
    >>> [round(float(x), 6) for x in quantile(np.array([0.025, 0.5, 0.975]))]
    [-1.959964, 0.0, 1.959964]
    """
    p = np.asarray(p, np.float64)
    centred = p - 0.5
    result = centred * _ratio(_CENTRE, 0.180625 - np.minimum(np.abs(centred), _SPLIT_CENTRE) ** 2)
    outer = np.abs(centred) > _SPLIT_CENTRE
    if outer.any():
        tail = np.sqrt(-np.log(np.minimum(p[outer], 1.0 - p[outer])))
        far = np.where(tail <= _SPLIT_TAIL, _ratio(_SIDE, tail - 1.6), _ratio(_TAIL, tail - _SPLIT_TAIL))
        result[outer] = np.copysign(far, centred[outer])
    return result


def probability(x: Numbers) -> Numbers:
    """Return the probability with which a standard normal number falls below ``x``.

    Source: W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969) 631-637, in the form of
    G. West, Better approximations to cumulative normal functions (2005), after J. F. Hart; absolute error below 1e-15.

    Examples
    --------
    >>> [round(float(p), 6) for p in probability(np.array([-1.959964, 0.0, 1.0]))]
    [0.025, 0.5, 0.841345]
    """
    x = np.asarray(x, np.float64)
    size = np.minimum(np.abs(x), 37.0)
    falling = np.exp(-(size**2) / 2)
    over = (
        0.0352624965998911,
        0.700383064443688,
        6.37396220353165,
        33.912866078383,
        112.079291497871,
        221.213596169931,
        220.206867912376,
    )
    under = (
        0.0883883476483184,
        1.75566716318264,
        16.064177579207,
        86.7807322029461,
        296.564248779674,
        637.333633378831,
        793.826512519948,
        440.413735824752,
    )
    near = falling * np.polyval(over, size) / np.polyval(under, size)
    far = falling / (2.506628274631 * (size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))))))
    below = np.where(size < 7.07106781186547, near, far)
    return np.where(x > 0, 1.0 - below, below)
