// SPDX-License-Identifier: Apache-2.0

/// The derivatives of a loss with respect to one of its inputs, for eight elements.
struct Derivatives {
    let gradient: Vector
    let hessian: Vector
    /// The substitute for the second derivative in Newton's method; never negative.
    let surrogate: Vector
    /// The elements whose terms cancel in the derivative, so that it has to be computed precisely.
    let cancelled: Mask
    /// The same for the second derivative and its surrogate.
    let cancelledHessian: Mask

    /// - Parameters:
    ///   - gradient: the derivative.
    ///   - hessian: the second derivative.
    ///   - surrogate: the substitute for it; `nil` means the second derivative, for a convex loss.
    ///   - cancelled: the elements whose terms cancel in the derivative.
    ///   - cancelledHessian: those whose terms cancel in the second derivative.
    @inline(always)
    init(
        gradient: Vector,
        hessian: Vector,
        surrogate: Vector? = nil,
        cancelled: Mask = .none,
        cancelledHessian: Mask = .none
    ) {
        self.gradient = gradient
        self.hessian = hessian
        self.surrogate = surrogate ?? hessian
        self.cancelled = cancelled
        self.cancelledHessian = cancelledHessian
    }

    /// Derivatives that are never requested, or 0.
    static var zero: Derivatives {
        Derivatives(gradient: Vector(repeating: 0), hessian: Vector(repeating: 0))
    }

    /// The derivatives with respect to the negative of the input.
    var opposite: Derivatives {
        @inline(always) get {
            Derivatives(
                gradient: -gradient,
                hessian: hessian,
                surrogate: surrogate,
                cancelled: cancelled,
                cancelledHessian: cancelledHessian
            )
        }
    }

    /// The derivatives with respect to an input that is multiplied by a positive factor.
    @inline(always)
    func scaled(by factor: Double) -> Derivatives {
        Derivatives(
            gradient: factor * gradient,
            hessian: factor * (factor * hessian),
            surrogate: factor * (factor * surrogate),
            cancelled: cancelled,
            cancelledHessian: cancelledHessian
        )
    }

    /// The derivatives, with those whose terms cancel taken from a precise computation.
    @inline(always)
    func replacingCancelled(with precise: Derivatives) -> Derivatives {
        Derivatives(
            gradient: gradient.replacing(with: precise.gradient, where: cancelled),
            hessian: hessian.replacing(with: precise.hessian, where: cancelledHessian),
            surrogate: surrogate.replacing(with: precise.surrogate, where: cancelledHessian)
        )
    }
}

/// The losses of eight elements, with their derivatives with respect to up to five inputs.
struct Point {
    let loss: Vector
    /// The elements whose terms cancel in the loss, so that it has to be computed precisely.
    var cancelled = Mask.none
    let first: Derivatives
    var second = Derivatives.zero
    var third = Derivatives.zero
    var fourth = Derivatives.zero
    var fifth = Derivatives.zero

    /// Leaves everything to the precise path.
    static var deferred: Point {
        @inline(always) get {
            deferred(loss: Vector(repeating: 0), cancelled: Mask(repeating: true))
        }
    }

    /// Leaves the derivatives to the precise path, and the losses of some elements.
    @inline(always)
    static func deferred(loss: Vector, cancelled: Mask) -> Point {
        let zero = Vector(repeating: 0)
        let all = Mask(repeating: true)
        let none = Derivatives(
            gradient: zero,
            hessian: zero,
            cancelled: all,
            cancelledHessian: all
        )
        return Point(
            loss: loss,
            cancelled: cancelled,
            first: none,
            second: none,
            third: none,
            fourth: none,
            fifth: none
        )
    }

    /// The derivatives with respect to an input.
    @inline(always)
    subscript(_ input: Int) -> Derivatives {
        switch input {
        case 0: first
        case 1: second
        case 2: third
        case 3: fourth
        default: fifth
        }
    }

    /// The elements whose terms cancel in the loss or in the derivatives with respect to some of the
    /// inputs, given by the bits of two numbers.
    @inline(always)
    func cancelled(gradients: UInt8, hessians: UInt8, of count: Int) -> Mask {
        var mask = cancelled
        for input in 0..<count {
            let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: input)
            if gradients & bit != 0 { mask.formUnion(self[input].cancelled) }
            if hessians & bit != 0 { mask.formUnion(self[input].cancelledHessian) }
        }
        return mask
    }

    /// The point, with values whose terms cancel taken from a precise computation.
    @inline(always)
    func replacingCancelled(with precise: Point) -> Point {
        Point(
            loss: loss.replacing(with: precise.loss, where: cancelled),
            first: first.replacingCancelled(with: precise.first),
            second: second.replacingCancelled(with: precise.second),
            third: third.replacingCancelled(with: precise.third),
            fourth: fourth.replacingCancelled(with: precise.fourth),
            fifth: fifth.replacingCancelled(with: precise.fifth)
        )
    }
}

/// The inputs of eight elements.
struct Elements {
    let first: Vector
    let second: Vector
    let third: Vector
    let fourth: Vector
    let fifth: Vector
    /// The values of the option that is a list along an axis.
    let list: Vector

    /// An input, by its index in the signature.
    @inline(always)
    subscript(_ input: Int) -> Vector {
        switch input {
        case 0: first
        case 1: second
        case 2: third
        case 3: fourth
        default: fifth
        }
    }
}
