// SPDX-License-Identifier: Apache-2.0

/// The derivatives of a loss with respect to one of its inputs, for eight elements.
struct Derivatives {
    let gradient: Vector
    let hessian: Vector
    /// What takes the place of the second derivative in Newton's method; never negative.
    let surrogate: Vector

    /// - Parameters:
    ///   - gradient: the derivative.
    ///   - hessian: the second derivative.
    ///   - surrogate: what takes its place on request; `nil` means itself, for a convex loss.
    @inline(always)
    init(gradient: Vector, hessian: Vector, surrogate: Vector? = nil) {
        self.gradient = gradient
        self.hessian = hessian
        self.surrogate = surrogate ?? hessian
    }

    /// Derivatives that are never requested, or 0.
    static var zero: Derivatives {
        Derivatives(gradient: Vector(repeating: 0), hessian: Vector(repeating: 0))
    }
}

/// The losses of eight elements, with their derivatives with respect to up to four inputs.
struct Point {
    let loss: Vector
    let first: Derivatives
    var second = Derivatives.zero
    var third = Derivatives.zero
    var fourth = Derivatives.zero

    /// The derivatives with respect to an input.
    @inline(always)
    subscript(_ input: Int) -> Derivatives {
        switch input {
        case 0: first
        case 1: second
        case 2: third
        default: fourth
        }
    }
}

/// The inputs of eight elements.
struct Elements {
    let first: Vector
    let second: Vector
    let third: Vector
    let fourth: Vector
    /// The values of the option that is a list along the last axis.
    let list: Vector

    /// An input, by its place in the signature.
    @inline(always)
    subscript(_ input: Int) -> Vector {
        switch input {
        case 0: first
        case 1: second
        case 2: third
        default: fourth
        }
    }
}
