// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The variogram score of an ensemble of forecasts of vectors.
///
/// With V = |t_a - t_b|^p of the target, its mean X over the M members, R = V - X and the weights w:
/// ℓ = Σ w R² over all ordered pairs of coordinates. With s = p |d|^(p-1) sign(d) and
/// b = p (p - 1) |d|^(p-2) of a difference d = x_a - x_b, and W the sum of the weights of (a, b) and
/// (b, a), a pair contributes -2WRs/M in x_a, the opposite in x_b, and 2W (s²/M - Rb)/M in both;
/// likewise 2WRs and 2W (s² + Rb) in the target. All of it is computed in two doubles.
struct VariogramScore: SegmentwiseLoss {
    static let power = Option.number(
        "power",
        default: 0.5,
        .closed(0.01, 2),
        "Power of the differences between coordinates."
    )

    private let power: Double

    init(_ options: OptionValues) {
        power = options[Self.power]
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
        let size = Vector(repeating: Double(members.count))
        var loss = LaneTotal()
        let offsets = [0, 1].map { input in
            (
                block.offset(of: input, isHessian: false),
                block.offset(of: input, isHessian: true)
            )
        }
        var ofMembers = Sums(
            count: members.stride * columns,
            isRequested: offsets[0].0 != nil || offsets[0].1 != nil
        )
        var ofTarget = Sums(
            count: columns,
            isRequested: offsets[1].0 != nil || offsets[1].1 != nil
        )
        var differences = [VariogramTerm?](repeating: nil, count: members.stride / Vector.width)
        for a in 0..<columns {
            try check()
            for b in (a + 1)..<max(columns, a + 1) {
                let weight =
                    third.isEmpty
                    ? TwoDoubles(repeating: 2)
                    : .sum(
                        Vector(repeating: third[a * columns + b]),
                        Vector(repeating: third[b * columns + a])
                    )
                var sum = LaneTotal()
                for place in differences.indices {
                    let start = place * Vector.width
                    let term = VariogramTerm(
                        .difference(members.coordinate(a, start), members.coordinate(b, start)),
                        power
                    )
                    sum.add(term.value.kept(where: members.exist(from: start)))
                    differences[place] = term
                }
                let own = VariogramTerm(
                    .difference(Vector(repeating: second[a]), Vector(repeating: second[b])),
                    power
                )
                let rest = own.value - sum.total / size
                loss.add(weight * rest.squared)
                let double = weight.scaled(by: Vector(repeating: 2))
                let pull = double * rest
                if ofTarget.isRequested {
                    let slope = pull * own.slope
                    let convex = double * own.slope.squared
                    let bend = block.usesSurrogate ? convex : convex + pull * own.bend
                    ofTarget.add(slope, bend, at: a)
                    ofTarget.add(-slope, bend, at: b)
                }
                guard ofMembers.isRequested else { continue }
                for (place, term) in differences.enumerated() {
                    guard let term else { continue }
                    let start = place * Vector.width
                    let slope = -(pull * term.slope / size)
                    let convex = double * term.slope.squared / size / size
                    let bend = block.usesSurrogate ? convex : convex - pull * term.bend / size
                    ofMembers.addEight(slope, bend, at: a * members.stride + start)
                    ofMembers.addEight(-slope, bend, at: b * members.stride + start)
                }
            }
        }
        block.loss = loss.lanes.rounded[0]
        for coordinate in 0..<columns {
            for member in 0..<(ofMembers.isRequested ? members.count : 0) {
                let source = coordinate * members.stride + member
                let place = member * columns + coordinate
                block.store(ofMembers.slope(source), at: offsets[0].0.map { $0 + place })
                block.store(ofMembers.bend(source), at: offsets[0].1.map { $0 + place })
            }
            guard ofTarget.isRequested else { continue }
            block.store(ofTarget.slope(coordinate), at: offsets[1].0.map { $0 + coordinate })
            block.store(ofTarget.bend(coordinate), at: offsets[1].1.map { $0 + coordinate })
        }
    }

    /// Sums of first and second derivatives.
    private struct Sums {
        let isRequested: Bool
        private var slopes: TwoDoublesArray
        private var bends: TwoDoublesArray

        init(count: Int, isRequested: Bool) {
            self.isRequested = isRequested
            slopes = TwoDoublesArray(count: isRequested ? count : 0)
            bends = TwoDoublesArray(count: isRequested ? count : 0)
        }

        @inline(always)
        mutating func addEight(_ slope: TwoDoubles, _ bend: TwoDoubles, at start: Int) {
            slopes.add(slope, at: start)
            bends.add(bend, at: start)
        }

        mutating func add(_ slope: TwoDoubles, _ bend: TwoDoubles, at index: Int) {
            slopes.addFirst(slope, at: index)
            bends.addFirst(bend, at: index)
        }

        func slope(_ index: Int) -> Double { slopes.repeated(index).rounded[0] }
        func bend(_ index: Int) -> Double { bends.repeated(index).rounded[0] }
    }
}

/// A power of the magnitude of a difference, with its derivatives in the difference.
private struct VariogramTerm {
    let value: TwoDoubles
    /// 0 at 0.
    let slope: TwoDoubles
    /// 0 at 0 unless the power is 2.
    let bend: TwoDoubles

    @inline(always)
    init(_ difference: TwoDoubles, _ power: Double) {
        let size = difference.magnitude
        let exists = size.head .> 0
        let one = TwoDoubles(repeating: 1)
        let base = one.replacing(with: size, where: exists)
        let exponent = Vector(repeating: power)
        let whole: TwoDoubles
        switch power {
        case 0.5: whole = base.squareRoot
        case 1: whole = base
        case 2: whole = base.squared
        default: whole = .exp(.log(base) * exponent)
        }
        let steepness = whole * exponent / base
        let less = TwoDoubles.difference(exponent, Vector(repeating: 1))
        value = whole.kept(where: exists)
        slope = steepness.replacing(with: -steepness, where: difference.head .< 0)
            .kept(where: exists)
        bend =
            power == 2
            ? TwoDoubles(repeating: 2) : (steepness * less / base).kept(where: exists)
    }
}

extension VariogramScore {
    static let facts = Facts(
        name: "variogram_score",
        aliases: ["vs_ensemble", "vs_sample"],
        family: .regression,
        summary: "The variogram score of an ensemble of forecasts of vectors: squared errors of "
            + "the mean powers of the differences between coordinates.",
        formula: .init(
            plain: "sum_(a, b) w_ab R_ab^2, R_ab = |t_a - t_b|^p - sum_i |x_ia - x_ib|^p / M",
            gradient: "-2 p / M sum_b (w_ab + w_ba) R_ab |d|^(p - 1) sign(d) in x_ia, d = x_ia - "
                + "x_ib; -M times the same for t in t_a",
            tex: #"\sum_{a,b} w_{ab} \Bigl( \lvert t_a - t_b \rvert^p - \frac1M \sum_i \lvert "#
                + #"x_{ia} - x_{ib} \rvert^p \Bigr)^2"#
        ),
        options: [power.declaration],
        signature: Signature(
            .segment,
            .ensembleOfVectors,
            .targetVectors,
            .init(
                "pair_weights",
                .constant,
                [.init("* K K", .interval(.nonNegative))],
                "weights of the pairs of coordinates; 1 by default",
                isOptional: true
            )
        ),
        kinks: [
            "equal coordinates: the derivatives of their difference are 0, but for the second "
                + "derivative 2 of power = 2"
        ],
        properties: [],
        notes: [
            "Each pair of coordinates counts twice, as (a, b) and as (b, a), as in scoringRules "
                + "and scoringrules.",
            "It does not depend on a number that is added to all coordinates: use it with another "
                + "score.",
            "The surrogate of the Hessian is that of Gauss and Newton.",
        ],
        references: [
            "M. Scheuerer, T. M. Hamill, Variogram-Based Proper Scoring Rules for Probabilistic "
                + "Forecasts of Multivariate Quantities, Monthly Weather Review 143, 2015",
            "scoringRules vs_sample", "scoringrules vs_ensemble",
        ],
        work: Work(steps: "80 M K K + 400 K K + 80 M K + 400", numbers: "6 M K + 12 M"),
        examples: [
            Example([
                "predictions": Tensor(
                    shape: [1, 2, 3],
                    values: [0.5, 1.25, -0.25, 0.75, 2, 1.5]
                ),
                "targets": Tensor(shape: [1, 3], values: [0.625, 1, 0.25]),
            ])
        ]
    )
}
