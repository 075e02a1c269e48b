"""Finds the coefficients of the hyperbolic tangent in src/simd.rs.

python3 tests/reference/tanh.py

tanh(x) = x * P(x^2) / Q(x^2) on |x| <= 9.02, beyond which tanh rounds to 1 in 32-bit floats. P and Q
are fitted by iteratively reweighted least squares on the relative error (Lawson's algorithm over
Sanathanan and Koerner's linearisation), then rounded to f32 and checked on every 64th float.

Needs: pip install numpy mpmath
"""

import mpmath
import numpy as np

mpmath.mp.dps = 40
P, Q, LIMIT = 5, 3, 9.02


def fit() -> tuple[list[float], list[float]]:
    nodes = 400
    points = [LIMIT * mpmath.sin(mpmath.pi / 2 * (k + mpmath.mpf(1) / 2) / nodes) for k in range(nodes)]
    values = [mpmath.tanh(x) / x for x in points]
    squares = [x * x for x in points]
    weight = [mpmath.mpf(1)] * nodes
    denominator = [mpmath.mpf(1)] * nodes
    best = None
    for _ in range(60):
        rows, right = [], []
        for s, f, w, d in zip(squares, values, weight, denominator):
            scale = mpmath.sqrt(w) / (f * d)
            rows.append([scale * s**k for k in range(P + 1)] + [-scale * f * s**k for k in range(1, Q + 1)])
            right.append(scale * f)
        solution = mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix(right))
        p, q = list(solution[: P + 1]), [mpmath.mpf(1)] + list(solution[P + 1 :])
        denominator = [mpmath.polyval(q[::-1], s) for s in squares]
        errors = [abs(mpmath.polyval(p[::-1], s) / d / f - 1) for s, d, f in zip(squares, denominator, values)]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = (worst, p, q)
        weight = [w * (e / worst + mpmath.mpf("1e-6")) for w, e in zip(weight, errors)]
        total = sum(weight)
        weight = [w * nodes / total for w in weight]
    print("largest relative error before rounding:", mpmath.nstr(best[0], 3))
    return [float(c) for c in best[1]], [float(c) for c in best[2]]


def check(p: list[float], q: list[float]) -> None:
    f32 = np.float32
    x = np.arange(0x30000000, np.float32(9.02).view(np.uint32), 64, dtype=np.uint32).view(f32)
    s = x * x

    def horner(c: list[float]) -> np.ndarray:
        total = np.full_like(s, f32(c[-1]))
        for k in c[-2::-1]:
            total = (total.astype(np.float64) * s + f32(k)).astype(f32)  # fused multiply-add
        return total

    y = x * horner(p) / horner(q)
    exact = np.tanh(x.astype(np.float64))
    print("largest error in units in the last place:", float(np.max(np.abs(y - exact) / np.spacing(exact.astype(f32)))))


p, q = fit()
print("P", ", ".join(f"{np.float32(c):.9e}" for c in p))
print("Q", ", ".join(f"{np.float32(c):.9e}" for c in q))
check(p, q)
