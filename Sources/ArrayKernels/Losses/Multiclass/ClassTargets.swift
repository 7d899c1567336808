// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The smoothed targets of several classes, weighted by class.
struct ClassTargets: Sendable {
    private let share: TwoDoubles
    private let smoothing: Double
    private let weights: [Double]?

    init(_ options: OptionValues) {
        smoothing = options[ProbabilityOptions.labelSmoothing]
        share = .difference(Vector(repeating: 1), Vector(repeating: smoothing))
        weights = options[RowOptions.classWeights]
    }

    /// Whether targets are used unchanged.
    var isPlain: Bool { smoothing == 0 && weights == nil }

    /// Whether classes have weights.
    var areWeighted: Bool { weights != nil }

    /// Whether a class index is a single target, with or without a weight.
    var keepsClasses: Bool { smoothing == 0 }

    var list: (option: String, values: [Double])? {
        weights.map { (RowOptions.classWeights.declaration.name, $0) }
    }

    /// The weight of a class.
    @inline(always)
    func weight(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        weights == nil ? Vector(repeating: 1) : rows.weight(index)
    }

    /// A smoothed and weighted target.
    @inline(always)
    func target(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> TwoDoubles {
        guard !isPlain else { return TwoDoubles(rows.y(index)) }
        return smoothed(index, rows) * weight(index, rows)
    }

    /// A smoothed target, without a weight.
    @inline(always)
    func smoothed(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> TwoDoubles {
        let y = rows.y(index)
        guard smoothing != 0 else { return TwoDoubles(y) }
        let spread = TwoDoubles(repeating: smoothing) / Vector(repeating: rows.rowLength)
        return share * y + spread
    }

    /// The derivative of a smoothed target, without a weight, with respect to the target.
    var slope: Vector { share.head }

    /// The weight of each row, the mean of those of its classes.
    @inline(always)
    func weight(of rows: borrowing Rows<some LaneLayout>) -> TwoDoubles {
        guard weights != nil else { return TwoDoubles(repeating: 1) }
        var total = RowTotal()
        for index in 0..<rows.count {
            total.add(.product(rows.y(index), rows.weight(index)), at: index, of: rows)
        }
        return total.value(of: rows)
    }

    /// A number times the weight of its row.
    @inline(always)
    func weighted(_ number: TwoDoubles, _ weight: TwoDoubles) -> TwoDoubles {
        weights == nil ? number : number * weight
    }

    /// The derivative of a smoothed, weighted target with respect to the target.
    @inline(always)
    func slope(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        share.head * weight(index, rows)
    }

    /// The number that is predicted for the class of each row, and the weight of the class.
    @inline(always)
    func own(_ rows: borrowing Rows<some LaneLayout>) -> (x: Vector, weight: Vector) {
        let zero = Vector(repeating: 0)
        var (x, weight) = (RoughRowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let isClass = rows.isClass(index)
            x.add(zero.replacing(with: rows.x(index), where: isClass), at: index, of: rows)
            guard weights != nil else { continue }
            let own = rows.weight(index)
            weight.add(zero.replacing(with: own, where: isClass), at: index, of: rows)
        }
        return (
            x.value(of: rows),
            weights == nil ? Vector(repeating: 1) : weight.value(of: rows)
        )
    }
}
