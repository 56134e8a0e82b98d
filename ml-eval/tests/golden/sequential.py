"""Always-valid tests by numerical integration and maximisation, not by the closed forms of the library. Writes
constrained.in, shares.in, limits.in, mixture.in and bounds.in beside it. Run: python sequential.py (SciPy, mpmath)"""
import math
from mpmath import mp, mpf, quad, log, beta, findroot
from scipy.optimize import brentq
from scipy.integrate import quad as fquad
from scipy.stats import norm

mp.dps = 25


def write(name, rows):
    with open(name, "w") as f:
        f.write("[\n" + "".join(f"    ({', '.join(repr(float(v)) for v in r)}),\n" for r in rows) + "]\n")


def slope(p, n0, x0, n1, x1, d):
    f = lambda a, b: a / b if a else 0
    return f(x0, p) - f(n0 - x0, 1 - p) + f(x1, p + d) - f(n1 - x1, 1 - p - d)


def constrained(n0, x0, n1, x1, d):
    low, high = max(0.0, -d), min(1.0, 1 - d)
    low, high = low + 1e-15 * (high - low) / 2, high - 1e-12 * (high - low)
    return brentq(slope, low, high, args=(n0, x0, n1, x1, d), xtol=1e-18, rtol=1e-14, maxiter=1000)


pairs = [  # control n, x; treatment n, x; margin
    (9500, 95, 500, 25, 0.001),
    (4000, 132, 1000, 50, -0.002),
    (950, 19, 50, 6, 0.005),
    (1000, 33, 1000, 60, 0.0),
    (20, 9, 31, 28, 0.0),
    (2000000, 200, 500000, 90, 0.000001),
    (40, 1, 60, 58, 0.2),
    (100, 0, 100, 9, 0.01),
]
write("constrained.in", [c + (constrained(*c),) for c in pairs])


def ll(n, x, p):
    p = mpf(p)
    if (x and p == 0) or (n > x and p == 1):
        return -mp.inf
    return (x * log(p) if x else 0) + ((n - x) * log(1 - mpf(p)) if n > x else 0)


def numerator(n, x, a, b):
    """Average likelihood over the beta distribution, in pieces a standard deviation of the posterior wide."""
    mean = (x + a) / (n + a + b)
    sd = mp.sqrt(mean * (1 - mean) / (n + a + b + 1))
    cuts = [mpf(0), *sorted({c for k in range(-40, 41) if 0 < (c := mean + k * sd) < 1}), mpf(1)]
    # p = q^2 takes the singularity at 0 away; the likelihood is scaled by that at the mean
    top = ll(n, x, mean)
    part = lambda q: 2 * mp.exp(ll(n, x, q * q) - top) * q ** (2 * a - 1) * (1 - q * q) ** (b - 1)
    return top + log(quad(part, [mp.sqrt(c) for c in cuts]) / beta(a, b))


def share_log_e(n0, x0, n1, x1, d, a=mpf(1) / 2, b=mpf(10)):
    if x1 / n1 <= x0 / n0 + d:
        top = ll(n0, x0, mpf(x0) / n0) + ll(n1, x1, mpf(x1) / n1)
    else:
        p = mpf(constrained(n0, x0, n1, x1, d))
        top = ll(n0, x0, p) + ll(n1, x1, p + mpf(d))
    return numerator(n0, x0, a, b) + numerator(n1, x1, a, b) - top


small = [c for c in pairs if c[0] < 100000]
write("shares.in", [c + (share_log_e(*c),) for c in small + [(400, 20, 500, 10, 0.001)]])


def limit_log_e(n, x, limit):
    return numerator(n, x, mpf(1) / 2, mpf(10)) - ll(n, x, min(mpf(x) / n, mpf(limit)))


write("limits.in", [(n, x, l, limit_log_e(n, x, l)) for n, x, l in [(1200, 60, 0.01), (20, 20, 0.05), (500, 3, 0.05), (2000, 130, 0.05)]])


def mixture(z, k):
    """The likelihood ratio of a standardised effect delta averaged over the half-normal distribution of it; score and
    information in units of one pair: rho^2 m = k, taken with rho = 1."""
    s = z * math.sqrt(k)
    value, _ = fquad(lambda d: math.exp(d * s - d * d * k / 2) * 2 * norm.pdf(d), 0, 12, epsabs=0, epsrel=1e-12, limit=400)
    return math.log(value)


rows = []
for n0, m0, v0, n1, m1, v1, margin in [
    (400, 9.5, 33.0, 400, 11.5, 33.0, 0.0), (1000, 1.0, 4.0, 60, 1.4, 4.0, 0.1), (300, 2.0, 1.0, 200, 1.8, 5.0, 0.0),
    (500, 0.3, 0.2, 700, 0.5, 0.1, -0.05)]:
    pooled = ((n0 - 1) * v0 + (n1 - 1) * v1) / (n0 + n1 - 2)
    a, b = max(v0, pooled), max(v1, pooled)
    variance = a / n0 + b / n1
    pairs_ = (a + b) / 2 / variance
    k = 0.01 * pairs_
    z = (m1 - m0 - margin) / math.sqrt(variance)
    # two-sided confidence sequence at .05: where the mixture over the whole normal distribution is 20
    two = lambda t: math.log(fquad(lambda d: math.exp(d * t * math.sqrt(k) - d * d * k / 2) * norm.pdf(d), -12, 12, epsabs=0, epsrel=1e-12, limit=400)[0]) - math.log(20)
    radius = brentq(two, 0, 30) * math.sqrt(variance)
    rows.append((n0, m0, v0, n1, m1, v1, margin, mixture(z, k), m1 - m0 - radius, m1 - m0 + radius))
write("mixture.in", rows)

# confidence sequence of one share and lower bound of a difference, alpha .05
bounds = []
for n0, x0, n1, x1 in [(9500, 95, 500, 25), (1000, 33, 1000, 60), (40, 1, 60, 58)]:
    one = lambda p: float(numerator(n1, x1, mpf(1) / 2, mpf(10)) - ll(n1, x1, mpf(p))) - math.log(20)
    low, high = brentq(one, 1e-9, x1 / n1, xtol=1e-13), brentq(one, x1 / n1, 1 - 1e-12, xtol=1e-13)
    diff = lambda d: float(share_log_e(n0, x0, n1, x1, d)) - math.log(20)
    bounds.append((n0, x0, n1, x1, low, high, brentq(diff, -0.3, x1 / n1 - x0 / n0, xtol=1e-11)))
write("bounds.in", bounds)
