// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The energy score of an ensemble of forecasts of vectors.
///
/// With the M members x and the target t: ℓ = Σ |x_i - t|/M - Σ |x_i - x_j|/(2D) over all ordered
/// pairs, D = M² or, for the fair score, M (M - 1). A distance |d| has the derivatives d/|d| and
/// (1 - (d/|d|)²)/|d| in a coordinate. All of it is computed in two doubles, since members near each
/// other have terms that cancel.
struct EnergyScore: SegmentwiseLoss {
    private let isFair: Bool

    init(_ options: OptionValues) {
        isFair = options[CRPSEnsemble.estimator] == .fair
    }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let members = EnsembleVectors(first, dimension: columns)
        let count = members.count
        // A single member has no spread.
        let pairs = Vector(repeating: Double(isFair && count > 1 ? count - 1 : count))
        let divisor = Vector(repeating: Double(count)) * pairs
        let wantsMembers =
            block.offset(of: 0, isHessian: false) != nil
            || block.offset(of: 0, isHessian: true) != nil
        let errors = TargetErrors(members, second, wantsDerivatives: !block.numbers.isEmpty)
        errors.store(into: &block)
        var spread = LaneTotal()
        for member in 0..<count {
            try check()
            var slopes = [LaneTotal](repeating: LaneTotal(), count: wantsMembers ? columns : 0)
            var bends = slopes
            // Each pair is seen from both sides unless only its distance counts.
            let least = wantsMembers ? 0 : (member + 1) / Vector.width * Vector.width
            for start in stride(from: least, to: count, by: Vector.width) {
                let distances = members.distances(from: start) {
                    members.repeated($0, of: member)
                }
                let exist = members.exist(from: start)
                let isLater = Vector.indices(from: start) .> Double(member)
                spread.add(distances.value.kept(where: exist .& isLater))
                for coordinate in slopes.indices {
                    let difference = TwoDoubles.difference(
                        members.coordinate(coordinate, start),
                        members.repeated(coordinate, of: member)
                    )
                    let (slope, bend) = distances.derivatives(difference)
                    slopes[coordinate].add(slope.kept(where: exist))
                    bends[coordinate].add(bend.kept(where: exist))
                }
            }
            for coordinate in slopes.indices {
                let (slope, bend) = errors.derivatives(coordinate, of: member)
                let place = member * columns + coordinate
                let rest = block.usesSurrogate ? TwoDoubles(repeating: 0) : bends[coordinate].total
                block.store(
                    ((slope * pairs + slopes[coordinate].total) / divisor).rounded[0],
                    at: block.offset(of: 0, isHessian: false).map { $0 + place }
                )
                block.store(
                    ((bend * pairs - rest) / divisor).rounded[0],
                    at: block.offset(of: 0, isHessian: true).map { $0 + place }
                )
            }
        }
        block.loss = ((errors.sum * pairs - spread.total) / divisor).rounded[0]
    }
}

/// The distances of the members of an ensemble from the target, and their derivatives.
private struct TargetErrors {
    let sum: TwoDoubles
    private let members: EnsembleVectors
    /// The derivatives in the members, one coordinate after the other.
    private var slopes: TwoDoublesArray
    private var bends: TwoDoublesArray

    init(_ members: EnsembleVectors, _ target: Span<Double>, wantsDerivatives: Bool) {
        self.members = members
        let count = wantsDerivatives ? members.stride * members.dimension : 0
        slopes = TwoDoublesArray(count: count)
        bends = TwoDoublesArray(count: count)
        var sum = LaneTotal()
        for start in stride(from: 0, to: members.count, by: Vector.width) {
            let distances = members.distances(from: start) { Vector(repeating: target[$0]) }
            let exist = members.exist(from: start)
            sum.add(distances.value.kept(where: exist))
            guard wantsDerivatives else { continue }
            for coordinate in 0..<members.dimension {
                let difference = TwoDoubles.difference(
                    members.coordinate(coordinate, start),
                    Vector(repeating: target[coordinate])
                )
                let (slope, bend) = distances.derivatives(difference)
                let offset = coordinate * members.stride + start
                slopes.store(slope.kept(where: exist), at: offset)
                bends.store(bend.kept(where: exist), at: offset)
            }
        }
        self.sum = sum.total
    }

    /// The derivatives of the distance of a member, in all lanes.
    @inline(always)
    func derivatives(_ coordinate: Int, of member: Int) -> (slope: TwoDoubles, bend: TwoDoubles) {
        let place = coordinate * members.stride + member
        return (slopes.repeated(place), bends.repeated(place))
    }

    /// Stores the derivatives in the target.
    func store(into block: inout SegmentBlock) {
        let gradient = block.offset(of: 1, isHessian: false)
        let hessian = block.offset(of: 1, isHessian: true)
        guard gradient != nil || hessian != nil else { return }
        let count = Vector(repeating: Double(members.count))
        for coordinate in 0..<members.dimension {
            var (slope, bend) = (LaneTotal(), LaneTotal())
            for start in stride(from: 0, to: members.count, by: Vector.width) {
                let offset = coordinate * members.stride + start
                slope.add(slopes.vector(at: offset))
                bend.add(bends.vector(at: offset))
            }
            block.store(-(slope.total / count).rounded[0], at: gradient.map { $0 + coordinate })
            block.store((bend.total / count).rounded[0], at: hessian.map { $0 + coordinate })
        }
    }
}

extension EnergyScore {
    static let facts = Facts(
        name: "energy_score",
        aliases: ["energy", "es", "es_ensemble", "es_sample"],
        family: .regression,
        summary: "The energy score of an ensemble of forecasts of vectors, with its gradient in "
            + "every member.",
        formula: .init(
            plain: "sum_i |x_i - t| / M - sum_(i, j) |x_i - x_j| / (2 D), D = M^2 (standard) or M "
                + "(M - 1) (fair), |.| the Euclidean length",
            gradient: "(x_i - t) / (M |x_i - t|) - sum_j (x_i - x_j) / (D |x_i - x_j|) in x_i; "
                + "-sum_i (x_i - t) / (M |x_i - t|) in t",
            tex: #"\frac1M \sum_i \lVert x_i - t \rVert - \frac{1}{2D} \sum_{i,j} \lVert x_i - "#
                + #"x_j \rVert"#
        ),
        options: [CRPSEnsemble.estimator.declaration],
        signature: Signature(
            .segment,
            .ensembleOfVectors,
            .targetVectors
        ),
        kinks: ["coincident points: the derivatives of their distance are 0"],
        properties: [.lipschitz],
        bounds: Bounds(
            gradient: .either(
                CRPSEnsemble.estimator,
                is: .fair,
                2 / .length("M"),
                or: (2 * .length("M") - 1) / .length("M").squared
            )
        ),
        notes: [
            "With K = 1 it is crps_ensemble, which takes M log M steps instead of M^2. The "
                + "standard score is 0 or more, and convex in t.",
            "The fair score of a single member, which is NaN in scoringrules, is its distance.",
            "The exact Hessian is that of a convex minus that of a convex function; the surrogate "
                + "is the first.",
        ],
        references: [
            "T. Gneiting, A. E. Raftery, Strictly Proper Scoring Rules, Prediction, and "
                + "Estimation, Journal of the American Statistical Association 102, 2007",
            "scoringrules es_ensemble", "scoringRules es_sample",
        ],
        work: Work(steps: "24 M M K + 16 M M + 80 M K + 400", numbers: "6 M K + 4 K"),
        examples: [
            Example([
                "predictions": Tensor(
                    shape: [1, 3, 2],
                    values: [0.5, 1.25, -0.25, 0.75, 2, 1.5]
                ),
                "targets": Tensor(shape: [1, 2], values: [0.625, 1]),
            ])
        ]
    )
}
