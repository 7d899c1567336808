// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A loss with one value per element in the list of those losses.
protocol ListedLoss: SendableMetatype {
    #if !FUSED
    static var facts: Facts { get }
    #endif

    /// Sets the options, which may select one of several formulas.
    static func kernel(_ options: OptionValues) throws(LossError) -> any ElementKernel
}

/// A formula with one value per element, stated at one element and computed at eight.
///
/// The loop over the elements of a block calls `point` directly, so that each formula has a loop of
/// its own without calls; what only a derivative needs is computed where it is requested.
protocol PointwiseFormula: ElementKernel {
    /// The number of inputs, at most four.
    static var inputCount: Int { get }
    /// Whether an option is a list along the last axis.
    static var hasList: Bool { get }

    init(_ options: OptionValues) throws(LossError)

    /// The losses and derivatives of eight elements.
    func point(_ x: Elements) -> Point
}

/// A loss that is a single formula.
protocol PointwiseLoss: PointwiseFormula, ListedLoss {}

extension PointwiseLoss {
    static func kernel(_ options: OptionValues) throws(LossError) -> any ElementKernel {
        try Self(options)
    }
}

extension PointwiseFormula {
    static var hasList: Bool { false }

    package var list: (option: String, values: [Double])? { nil }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        list: Span<Double>,
        into block: inout ElementBlock
    ) {
        let (gradients, hessians) = (block.gradients.rawValue, block.hessians.rawValue)
        let usesSurrogate = block.usesSurrogate
        let (stride, inputs) = (block.stride, Self.inputCount)
        let (gradient, hessian) = (stride, (1 &+ inputs) &* stride)
        let zero = Vector(repeating: 0)
        var numbers = block.numbers.mutableSpan
        var offset = 0
        while offset < first.count {
            let point = point(
                Elements(
                    first: first.vector(at: offset),
                    second: Self.inputCount > 1 ? second.vector(at: offset) : zero,
                    third: Self.inputCount > 2 ? third.vector(at: offset) : zero,
                    fourth: Self.inputCount > 3 ? fourth.vector(at: offset) : zero,
                    list: Self.hasList ? list.vector(at: offset) : zero
                )
            )
            numbers.store(point.loss, at: offset)
            for input in 0..<Self.inputCount {
                let column = input &* stride &+ offset
                let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: input)
                if gradients & bit != 0 {
                    numbers.store(point[input].gradient, at: gradient &+ column)
                }
                if hessians & bit != 0 {
                    let derivatives = point[input]
                    numbers.store(
                        usesSurrogate ? derivatives.surrogate : derivatives.hessian,
                        at: hessian &+ column
                    )
                }
            }
            offset &+= Vector.width
        }
    }
}

/// A loss of the difference of a prediction and a target.
protocol DistanceLoss: PointwiseLoss {
    /// The loss and its derivatives at a difference.
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives)
}

extension DistanceLoss {
    static var inputCount: Int { 2 }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (loss, derivatives) = point(Difference(x[0], x[1]))
        let opposite = Derivatives(
            gradient: -derivatives.gradient,
            hessian: derivatives.hessian,
            surrogate: derivatives.surrogate
        )
        return Point(loss: loss, first: derivatives, second: opposite)
    }
}

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

    /// The rounding error; not a number if the difference is infinite.
    var error: Vector {
        @inline(always) get {
            let part = value - minuend
            return (minuend - (value - part)) - (subtrahend + part)
        }
    }
}

/// A loss of the product of a prediction and a label that is -1 or 1.
protocol MarginLoss: PointwiseLoss {
    /// The encoding of the labels.
    var labels: LabelEncoding { get }

    /// The loss and its derivatives at a product.
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives)
}

extension MarginLoss {
    static var inputCount: Int { 2 }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let label = labels == .signed ? x[1] : 2 * x[1] - 1
        let (loss, derivatives) = point(margin: label * x[0])
        return Point(
            loss: loss,
            first: Derivatives(
                gradient: label * derivatives.gradient,
                hessian: derivatives.hessian,
                surrogate: derivatives.surrogate
            )
        )
    }
}
