// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A loss in the list of elementwise losses.
protocol ListedLoss: SendableMetatype {
    #if !FUSED
    static var facts: Facts { get }
    #endif

    /// Sets the options, which may select one of several formulas.
    static func kernel(_ options: OptionValues) throws(LossError) -> any ElementKernel
}

/// An elementwise formula, stated for one element and computed for eight at once.
///
/// The loop over the elements of a block calls `point` directly, so that each formula has a loop of
/// its own without calls; terms needed only by a derivative are computed on request. A formula
/// may mark the elements whose terms cancel; if a block has any, these are computed again by
/// `precisePoint` (A. Ziv, "Fast evaluation of elementary mathematical functions with correctly
/// rounded last bit", ACM TOMS 17, 1991).
protocol PointwiseFormula: ElementKernel, ElementFormula {
    /// The number of inputs, at most five.
    static var inputCount: Int { get }
    /// Whether an option is a list along an axis.
    static var hasList: Bool { get }

    init(_ options: OptionValues) throws(LossError)
}

/// The loss of an element and its derivatives, on their own or as a term of a sum over a row.
protocol ElementFormula: Sendable {
    /// Whether `point` marks elements whose terms cancel.
    static var hasPrecisePath: Bool { get }

    /// The option that is a list along an axis, with its values.
    var list: (option: String, values: [Double])? { get }

    /// The losses and derivatives of eight elements.
    func point(_ x: Elements) -> Point

    /// The same, computed so precisely that cancellation does not matter.
    ///
    /// Quantities that `point` never marks may be 0.
    func precisePoint(_ x: Elements) -> Point

    /// The same, where derivatives that are not stored in `columns` may be 0 too.
    func precisePoint(_ x: Elements, for columns: Columns) -> Point
}

/// A loss that is a single formula.
protocol PointwiseLoss: PointwiseFormula, ListedLoss {}

extension PointwiseLoss {
    static func kernel(_ options: OptionValues) throws(LossError) -> any ElementKernel {
        try Self(options)
    }
}

extension ElementFormula {
    static var hasPrecisePath: Bool { false }

    package var list: (option: String, values: [Double])? { nil }

    func precisePoint(_ x: Elements) -> Point { point(x) }

    @inline(always)
    func precisePoint(_ x: Elements, for _: Columns) -> Point { precisePoint(x) }
}

extension PointwiseFormula {
    static var hasList: Bool { false }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        _ fifth: Span<Double>,
        list: Span<Double>,
        into block: inout ElementBlock
    ) {
        let columns = Columns(block)
        var numbers = block.numbers.mutableSpan
        var cancelled = LaneSet()
        var offset = 0
        while offset < first.count {
            let point = point(
                Self.elements(first, second, third, fourth, fifth, list, at: offset)
            )
            columns.store(point, at: offset, inputCount: Self.inputCount, in: &numbers)
            if Self.hasPrecisePath {
                cancelled.insert(
                    columns.cancelled(in: point, inputCount: Self.inputCount),
                    at: offset
                )
            }
            offset &+= Vector.width
        }
        if Self.hasPrecisePath, !cancelled.isEmpty {
            computeCancelled(
                first,
                second,
                third,
                fourth,
                fifth,
                list,
                cancelled,
                columns,
                &numbers
            )
        }
    }

    /// Recomputes the elements of a block whose terms cancel, eight at a time, wherever they are.
    @inline(never)
    private func computeCancelled(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        _ fifth: Span<Double>,
        _ list: Span<Double>,
        _ cancelled: LaneSet,
        _ columns: Columns,
        _ numbers: inout MutableSpan<Double>
    ) {
        var cancelled = cancelled
        let zero = Vector(repeating: 0)
        while let places = cancelled.removeEight() {
            let elements = Elements(
                first: places.gather(first),
                second: Self.inputCount > 1 ? places.gather(second) : zero,
                third: Self.inputCount > 2 ? places.gather(third) : zero,
                fourth: Self.inputCount > 3 ? places.gather(fourth) : zero,
                fifth: Self.inputCount > 4 ? places.gather(fifth) : zero,
                list: Self.hasList ? places.gather(list) : zero
            )
            let point = point(elements)
            columns.store(
                point.replacingCancelled(with: precisePoint(elements, for: columns)),
                at: places,
                inputCount: Self.inputCount,
                in: &numbers
            )
        }
    }

    /// The inputs of eight elements of a block.
    @inline(always)
    private static func elements(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        _ fifth: Span<Double>,
        _ list: Span<Double>,
        at offset: Int
    ) -> Elements {
        let zero = Vector(repeating: 0)
        return Elements(
            first: first.vector(at: offset),
            second: inputCount > 1 ? second.vector(at: offset) : zero,
            third: inputCount > 2 ? third.vector(at: offset) : zero,
            fourth: inputCount > 3 ? fourth.vector(at: offset) : zero,
            fifth: inputCount > 4 ? fifth.vector(at: offset) : zero,
            list: hasList ? list.vector(at: offset) : zero
        )
    }
}

/// The columns of a block that are to be computed.
struct Columns {
    private let gradients: UInt8
    private let hessians: UInt8
    private let usesSurrogate: Bool
    private let stride: Int

    init(_ block: ElementBlock) {
        (gradients, hessians) = (block.gradients.bits, block.hessians.bits)
        usesSurrogate = block.usesSurrogate
        stride = block.stride
    }

    /// The derivatives with respect to one input, for formulas whose numbers are stored elsewhere;
    /// `nil` means none.
    @inline(always)
    init(of input: Int?) {
        let bit = input.map { UInt8(1) &<< UInt8(truncatingIfNeeded: $0) } ?? 0
        (gradients, hessians) = (bit, bit)
        (usesSurrogate, stride) = (false, 0)
    }

    /// Whether the derivative with respect to an input is stored.
    @inline(always)
    func haveGradient(of input: Int) -> Bool {
        gradients >> UInt8(truncatingIfNeeded: input) & 1 == 1
    }

    /// Whether the second derivative with respect to an input, or its surrogate, is stored.
    @inline(always)
    func haveHessian(of input: Int) -> Bool {
        hessians >> UInt8(truncatingIfNeeded: input) & 1 == 1
    }

    /// The elements whose terms cancel in the requested quantities.
    @inline(always)
    func cancelled(in point: Point, inputCount: Int) -> Mask {
        point.cancelled(gradients: gradients, hessians: hessians, of: inputCount)
    }

    /// Stores the losses and the requested derivatives of eight consecutive elements.
    @inline(always)
    func store(
        _ point: Point,
        at offset: Int,
        inputCount: Int,
        in numbers: inout MutableSpan<Double>
    ) {
        forEach(of: point, inputCount) { column, values in
            numbers.store(values, at: column &+ offset)
        }
    }

    /// Stores the losses and the requested derivatives of eight elements.
    @inline(always)
    func store(
        _ point: Point,
        at places: Places,
        inputCount: Int,
        in numbers: inout MutableSpan<Double>
    ) {
        forEach(of: point, inputCount) { column, values in
            places.scatter(values, from: column, into: &numbers)
        }
    }

    /// Calls a function with the losses and the requested derivatives, and the offset of the column of each.
    @inline(always)
    private func forEach(
        of point: Point,
        _ inputCount: Int,
        _ store: (_ column: Int, _ values: Vector) -> Void
    ) {
        let (gradient, hessian) = (stride, (1 &+ inputCount) &* stride)
        store(0, point.loss)
        for input in 0..<inputCount {
            let column = input &* stride
            let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: input)
            if gradients & bit != 0 { store(gradient &+ column, point[input].gradient) }
            if hessians & bit != 0 {
                let derivatives = point[input]
                store(
                    hessian &+ column,
                    usesSurrogate ? derivatives.surrogate : derivatives.hessian
                )
            }
        }
    }
}

/// A loss of the difference of a prediction and a target.
protocol DistanceLoss: PointwiseLoss {
    /// The loss and its derivatives for a difference.
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives)
}

extension DistanceLoss {
    static var inputCount: Int { 2 }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (loss, derivatives) = point(Difference(x[0], x[1]))
        return Point(loss: loss, first: derivatives, second: derivatives.opposite)
    }
}

/// A loss with labels of two classes as the second input.
protocol LabelledLoss {
    /// The encoding of the labels.
    var labels: LabelEncoding { get }
}

extension LabelledLoss {
    /// The label as -1 or 1.
    @inline(always)
    func label(_ x: Elements) -> Vector { labels == .signed ? x[1] : 2 * x[1] - 1 }
}

/// A loss of the product of a prediction and a label that is -1 or 1.
protocol MarginLoss: PointwiseLoss, LabelledLoss {
    /// The loss and its derivatives for a product.
    func point(margin: Vector) -> (loss: Vector, derivatives: Derivatives)

    /// The derivatives for a product, computed so precisely that cancellation does not matter.
    func preciseDerivatives(margin: Vector) -> Derivatives
}

extension MarginLoss {
    static var inputCount: Int { 2 }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let label = label(x)
        let (loss, derivatives) = point(margin: label * x[0])
        return Point(loss: loss, first: derivatives.times(label))
    }

    func preciseDerivatives(margin: Vector) -> Derivatives { .zero }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let label = label(x)
        return Point(
            loss: Vector(repeating: 0),
            first: preciseDerivatives(margin: label * x[0]).times(label)
        )
    }
}

extension Derivatives {
    /// The derivatives with respect to a factor of the product, from those with respect to it.
    @inline(always)
    fileprivate func times(_ label: Vector) -> Derivatives {
        Derivatives(
            gradient: label * gradient,
            hessian: hessian,
            surrogate: surrogate,
            cancelled: cancelled,
            cancelledHessian: cancelledHessian
        )
    }
}
