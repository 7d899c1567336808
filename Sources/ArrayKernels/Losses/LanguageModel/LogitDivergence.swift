// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A divergence of a student's predictions from those of a teacher, both as logits.
///
/// With p = softmax(z/T) of the student and q of the teacher it is ℓ = Σ F(p, q). With the slope
/// g = ∂F/∂p and the bend s = p ∂²F/∂p²: ∂ℓ/∂z = p (g - Σ p g)/T and
/// ∂²ℓ/∂z² = p ((1 - 2p)(g - Σ p g) + (1 - 2p) s + Σ p s)/T². The surrogate, that of Gauss and Newton,
/// lacks the first term and is not negative. All of it is computed in two doubles.
protocol LogitDivergence: RowwiseLoss where Summary == DivergenceSummary {
    var temperature: Double { get }

    /// The terms of a class of each row.
    func terms(_ classes: DividedClasses) -> DivergenceTerms
}

/// The losses of rows, and the sums on which their derivatives depend.
struct DivergenceSummary: RowSummary {
    let loss: Vector
    let student: LogarithmicSoftmax
    let teacher: LogarithmicSoftmax
    /// Σ p g and Σ p s, if derivatives are requested.
    let slope: TwoDoubles
    let bend: TwoDoubles
}

/// The probabilities of a class of each row by a student and a teacher.
struct DividedClasses {
    /// p and q.
    let student: TwoDoubles
    let teacher: TwoDoubles
    /// log(p/q).
    let ratio: TwoDoubles

    /// The logarithms of m/p and m/q for a mixture m = share q + (1 - share) p.
    @inline(always)
    func mixture(share: Double) -> (overStudent: TwoDoubles, overTeacher: TwoDoubles) {
        // The logarithm of the mixture over the more probable of both, which is not positive.
        let isMore = ratio.head .> 0
        let decay = TwoDoubles.expm1(ratio.replacing(with: -ratio, where: isMore))
        let rest = TwoDoubles.difference(Vector(repeating: 1), Vector(repeating: share))
        let weight = rest.replacing(with: TwoDoubles(repeating: share), where: isMore)
        let logarithm = TwoDoubles.log1p(decay * weight)
        return (
            (logarithm - ratio).replacing(with: logarithm, where: isMore),
            logarithm.replacing(with: logarithm + ratio, where: isMore)
        )
    }
}

/// F, g and s of a class of each row.
struct DivergenceTerms {
    let value: TwoDoubles
    let slope: TwoDoubles
    let bend: TwoDoubles
}

extension LogitDivergence {
    static var inputCount: Int { 2 }

    /// Exponentials of the student are kept for derivatives, if they are requested, of rows of any length.
    static var keptCapacity: Int { .max }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let hasDerivatives = !kept.isEmpty
        if !hasDerivatives { kept = Kept(count: 8 &* rows.count) }
        defer { if !hasDerivatives { kept = Kept(count: 0) } }
        var their = Kept(count: 8 &* rows.count)
        let student = LogarithmicSoftmax(rows, &kept, dividedBy: temperature) { $0.x($1) }
        let teacher = LogarithmicSoftmax(rows, &their, dividedBy: temperature) { $0.y($1) }
        var (loss, slope, bend) = (RowTotal(), RowTotal(), RowTotal())
        for index in 0..<rows.count {
            let classes = classes(index, rows, student, teacher, kept, their)
            let terms = terms(classes)
            loss.add(terms.value, at: index, of: rows)
            guard hasDerivatives else { continue }
            slope.add(classes.student * terms.slope, at: index, of: rows)
            bend.add(classes.student * terms.bend, at: index, of: rows)
        }
        return Summary(
            loss: loss.value(of: rows).rounded,
            student: student,
            teacher: teacher,
            slope: slope.value(of: rows),
            bend: bend.value(of: rows)
        )
    }

    /// The class of each row at an index.
    @inline(always)
    private func classes(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ student: LogarithmicSoftmax,
        _ teacher: LogarithmicSoftmax,
        _ kept: Kept,
        _ their: Kept
    ) -> DividedClasses {
        DividedClasses(
            student: student.probability(index, of: rows.x(index), kept),
            teacher: teacher.probability(index, of: rows.y(index), their),
            ratio: student.logarithm(of: rows.x(index)) - teacher.logarithm(of: rows.y(index))
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let (student, p) = (
            summary.student, summary.student.probability(index, of: rows.x(index), kept)
        )
        let none = Kept(count: 0)
        let terms = terms(classes(index, rows, student, summary.teacher, kept, none))
        let excess = terms.slope - summary.slope
        let balance = student.complement(index, rows, kept) - p
        let convex = balance * terms.bend + p * summary.bend
        let divisor = Vector(repeating: temperature)
        let logarithm = student.logarithm(of: rows.x(index))
        return RowPoint(
            Derivatives(
                gradient: LogarithmicSoftmax.product(p, excess / divisor, logarithm),
                hessian: LogarithmicSoftmax.product(
                    p,
                    (balance * excess + convex) / divisor / divisor,
                    logarithm
                ),
                surrogate: LogarithmicSoftmax.product(p, convex / divisor / divisor, logarithm)
            )
        )
    }

    @inline(always)
    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }
}

/// The options, inputs and examples shared by divergences of logits.
enum LogitDivergences {
    static let temperature = Option.number(
        "temperature",
        default: 1,
        .closed(1e-3, 1e3),
        "Number by which logits are divided."
    )

    /// Logits far from overflow.
    static let logits = Domain.interval(.closed(-1e100, 1e100))

    static let signature = Signature(
        .row,
        .init("predictions", .primary, [.init("* K", logits)], "logits of the student"),
        .init("targets", .constant, [.init("* K", logits)], "logits of the teacher")
    )

    static let examples = [
        Example([
            "predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3]),
            "targets": Tensor(shape: [2, 3], values: [4, 1, -3, -1, 2.5, 0]),
        ])
    ]

    static let work = Work(steps: "100 K + 200", numbers: "14 K")

    static let constantTeacher = "The teacher is constant: there is no gradient with respect to it."
    static let scale =
        "Not multiplied by T^2, unlike distillation: multiply it yourself to keep the size of the "
        + "gradient when the temperature changes."
    static let surrogate = "The surrogate of the Hessian is that of Gauss and Newton."
}
