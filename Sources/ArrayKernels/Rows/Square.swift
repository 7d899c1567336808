// SPDX-License-Identifier: Apache-2.0

import CVector

/// Eight vectors: the rows of a square.
struct Square {
    let a: Vector
    let b: Vector
    let c: Vector
    let d: Vector
    let e: Vector
    let f: Vector
    let g: Vector
    let h: Vector

    @inline(always)
    init(
        _ a: Vector,
        _ b: Vector,
        _ c: Vector,
        _ d: Vector,
        _ e: Vector,
        _ f: Vector,
        _ g: Vector,
        _ h: Vector
    ) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.e = e
        self.f = f
        self.g = g
        self.h = h
    }

    /// The square whose rows are the columns of this one, by exchanging quarters of ever smaller
    /// squares.
    var transposed: Square {
        @inline(always) get {
            let (a0, a4) = (
                cvector_first_halves(a, e), cvector_second_halves(a, e)
            )
            let (a1, a5) = (
                cvector_first_halves(b, f), cvector_second_halves(b, f)
            )
            let (a2, a6) = (
                cvector_first_halves(c, g), cvector_second_halves(c, g)
            )
            let (a3, a7) = (
                cvector_first_halves(d, h), cvector_second_halves(d, h)
            )
            let (b0, b2) = (cvector_first_pairs(a0, a2), cvector_second_pairs(a0, a2))
            let (b1, b3) = (cvector_first_pairs(a1, a3), cvector_second_pairs(a1, a3))
            let (b4, b6) = (cvector_first_pairs(a4, a6), cvector_second_pairs(a4, a6))
            let (b5, b7) = (cvector_first_pairs(a5, a7), cvector_second_pairs(a5, a7))
            return Square(
                cvector_even(b0, b1),
                cvector_odd(b0, b1),
                cvector_even(b2, b3),
                cvector_odd(b2, b3),
                cvector_even(b4, b5),
                cvector_odd(b4, b5),
                cvector_even(b6, b7),
                cvector_odd(b6, b7)
            )
        }
    }
}
