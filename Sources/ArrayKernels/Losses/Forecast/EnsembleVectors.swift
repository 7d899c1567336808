// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The members of an ensemble of vectors, which are read one coordinate of eight members at a time.
struct EnsembleVectors {
    /// The number of members, and that of the coordinates of each.
    let count: Int
    let dimension: Int
    /// The length of a coordinate of all members, in whole vectors.
    let stride: Int
    /// The coordinates, one after the other.
    private let numbers: [Double]

    /// Creates the ensemble from members that follow each other.
    init(_ members: Span<Double>, dimension: Int) {
        count = members.count / dimension
        self.dimension = dimension
        stride = ElementBlock.padded(count)
        var numbers = [Double](repeating: 0, count: stride * dimension)
        for member in 0..<count {
            for coordinate in 0..<dimension {
                numbers[coordinate * stride + member] = members[member * dimension + coordinate]
            }
        }
        self.numbers = numbers
    }

    /// A coordinate of eight members.
    @inline(always)
    func coordinate(_ coordinate: Int, _ start: Int) -> Vector {
        numbers.span.vector(at: coordinate * stride + start)
    }

    /// A coordinate of one member, in all lanes.
    @inline(always)
    func repeated(_ coordinate: Int, of member: Int) -> Vector {
        Vector(repeating: numbers[coordinate * stride + member])
    }

    /// The members among the eight from a place on that exist.
    @inline(always)
    func exist(from start: Int) -> Mask { Vector.indices(from: start) .< Double(count) }

    /// The Euclidean distances of eight members from a point, whose derivatives follow from them.
    struct Distances {
        let value: TwoDoubles
        /// The power of two by which differences are multiplied, so that their squares neither
        /// overflow nor underflow.
        let scale: Vector
        /// The sum of these squares, and its root.
        fileprivate let sum: TwoDoubles
        fileprivate let root: TwoDoubles

        /// The derivatives in a coordinate of a member, from its difference from the point; 0 where
        /// both coincide.
        @inline(always)
        func derivatives(_ difference: TwoDoubles) -> (first: TwoDoubles, second: TwoDoubles) {
            let scaled = difference.scaled(by: scale)
            let exists = root.head .> 0
            let rest = (sum - scaled.squared) / sum / root
            return (
                (scaled / root).kept(where: exists),
                rest.scaled(by: scale).kept(where: exists)
            )
        }
    }

    /// The distances of eight members from a point, given by its coordinates.
    @inline(always)
    func distances(from start: Int, to point: (_ coordinate: Int) -> Vector) -> Distances {
        var greatest = Vector(repeating: 0)
        for index in 0..<dimension {
            let size = (coordinate(index, start) - point(index)).magnitude
            greatest = greatest.replacing(with: size, where: size .> greatest)
        }
        let scale = greatest.powerOfTwoToUnit
        var total = LaneTotal()
        for index in 0..<dimension {
            let difference = TwoDoubles.difference(coordinate(index, start), point(index))
            total.add(difference.scaled(by: scale).squared)
        }
        let sum = total.lanes
        let root = sum.squareRoot
        return Distances(value: root.scaled(by: 1 / scale), scale: scale, sum: sum, root: root)
    }
}

extension Input {
    static let ensembleOfVectors = Input(
        "predictions",
        .primary,
        [.init("* M K", Forecasts.numbers)],
        "the M members of an ensemble of forecasts of K numbers"
    )

    static let targetVectors = Input(
        "targets",
        .differentiable,
        [.init("* K", Forecasts.numbers)],
        "true numbers, K for each ensemble"
    )
}
