// SPDX-License-Identifier: Apache-2.0

/// The difference of two numbers as an unevaluated sum of its rounded value and the rounding error.
///
/// The error is itself a double (D. E. Knuth, The Art of Computer Programming 2, 4.2.2).
struct Difference {
    let value: Vector
    private let minuend: Vector
    private let subtrahend: Vector

    @inline(always)
    init(_ minuend: Vector, _ subtrahend: Vector) {
        self.minuend = minuend
        self.subtrahend = subtrahend
        value = minuend - subtrahend
    }

    /// The rounding error; 0 if the difference is infinite.
    var error: Vector {
        @inline(always) get {
            let part = value - minuend
            let error = (minuend - (value - part)) - (subtrahend + part)
            return error.replacing(with: 0, where: value.magnitude .== .infinity)
        }
    }

    /// The rounding error of the magnitude.
    var errorOfMagnitude: Vector {
        @inline(always) get { error.replacing(with: -error, where: value .< 0) }
    }

    /// Whether the magnitude is at most a limit before it is rounded.
    ///
    /// Rounding never crosses the limit, so the rounding error decides only at the limit itself.
    @inline(always)
    func isAtMost(_ limit: Double) -> Mask {
        let size = value.magnitude
        return (size .< limit) .| ((size .== limit) .& (errorOfMagnitude .<= 0))
    }

    /// Whether the magnitude is less than a limit before it is rounded.
    @inline(always)
    func isLess(than limit: Double) -> Mask {
        let size = value.magnitude
        return (size .< limit) .| ((size .== limit) .& (errorOfMagnitude .< 0))
    }
}

/// A positive number by which differences are divided.
struct Scale: Sendable {
    let value: Double
    private let inverse: Double

    init(_ value: Double) {
        self.value = value
        inverse = Swift.min(1 / value, .greatestFiniteMagnitude)
    }

    /// A difference in units of the scale, to within 2^-100 or, below 2^-900, 2^-53.
    ///
    /// Quotients whose magnitudes exceed a limit are replaced by it.
    @inline(always)
    func ratio(_ difference: Difference, limit: Double) -> TwoDoubles {
        let value = difference.value
        let quotient = value / self.value
        let head = quotient.clamped(-limit, limit)
        let remainder = Vector.multiplyAdd(-head, Vector(repeating: self.value), value)
        let tail = (remainder + difference.error) * inverse
        // The remainder of a smaller number may not be a double.
        let isAccurate = (head .== quotient) .& (value.magnitude .> 0x1p-900)
        return TwoDoubles(
            head: head,
            tail: Vector(repeating: 0).replacing(with: tail, where: isAccurate)
        )
    }
}
