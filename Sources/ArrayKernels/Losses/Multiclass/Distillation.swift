// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The divergence of a student's softened predictions from those of a teacher.
///
/// With the temperature T, the teacher's P = softmax(t/T), the student's Q = softmax(z/T) and
/// x = log(Q/P): ℓ = T² Σ P log(P/Q) = T² Σ P (e^x - 1 - x), whose terms are not negative;
/// ∂ℓ/∂z = T (Q - P) = TP (e^x - 1), and ∂²ℓ/∂z² = Q (1 - Q).
struct Distillation: RowwiseLoss {
    static var inputCount: Int { 2 }
    static var readsKept: Bool { true }

    static let temperature = Option.number(
        "temperature",
        default: 2,
        .closed(1e-3, 1e3),
        "Number by which the logits of both are divided."
    )

    private let temperature: Double

    init(_ options: OptionValues) {
        temperature = options[Self.temperature]
    }

    struct Summary: RowSummary {
        let loss: Vector
        let cancels: Mask
        let student: Softmax
        let teacher: Softmax
        /// The difference of the logarithms of the sums of exponentials.
        let shift: TwoDoubles
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        summarize(rows, .extended, &kept)
    }

    func summarizePrecisely(_ row: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        summarize(row, .twofold, &kept)
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        var kept = Kept(count: 0)
        return summarize(row, .twofold, &kept).loss
    }

    @inline(always)
    private func summarize(
        _ rows: borrowing Rows<some LaneLayout>,
        _ precision: Softmax.Precision,
        _ kept: inout Kept
    ) -> Summary {
        var none = Kept(count: 0)
        let student = Softmax(rows, precision, &kept, dividedBy: temperature) { $0.x($1) }
        let teacher = Softmax(rows, precision, &none, dividedBy: temperature) { $0.y($1) }
        let shift =
            TwoDoubles.log1p(student.othersSum) - TwoDoubles.log1p(teacher.othersSum)
        var total = RowTotal()
        for index in 0..<rows.count {
            let x = logarithmOfRatio(index, rows, student, teacher, shift)
            let q = student.probability(student.exponential(index, rows, precision, kept))
            let p = teacher.probability(teacher.exponential(of: rows.y(index), precision))
            // Where Q exceeds P by far, e^x may overflow.
            let far = q - p - p * x
            let near = p * Power(x).surplus
            total.add(near.replacing(with: far, where: x.head .> 1), at: index, of: rows)
        }
        let sum = total.value(of: rows)
        let factor = Vector(repeating: temperature)
        return Summary(
            loss: (sum * factor * factor).rounded,
            // An error of 2^-70 in x has one of x 2^-70 in the loss, which is about x²/2.
            cancels: sum.head .< 0x1p-28,
            student: student,
            teacher: teacher,
            shift: shift
        )
    }

    /// log(Q/P).
    @inline(always)
    private func logarithmOfRatio(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ student: Softmax,
        _ teacher: Softmax,
        _ shift: TwoDoubles
    ) -> TwoDoubles {
        let difference =
            TwoDoubles.difference(rows.x(index), student.maximum)
            - TwoDoubles.difference(rows.y(index), teacher.maximum)
        return difference / Vector(repeating: temperature) - shift
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, rows, summary, .extended, kept)
    }

    func precisePoint(
        _ index: Int,
        _ row: borrowing Rows<some LaneLayout>,
        _ precise: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, row, precise, .twofold, kept)
    }

    @inline(always)
    private func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ precision: Softmax.Precision,
        _ kept: Kept
    ) -> RowPoint {
        let (student, teacher) = (summary.student, summary.teacher)
        let x = logarithmOfRatio(index, rows, student, teacher, summary.shift)
        let exponential = student.exponential(index, rows, precision, kept)
        let q = student.probability(exponential)
        let p = teacher.probability(teacher.exponential(of: rows.y(index), precision))
        // The greater probability, times 1 less the ratio of both.
        let isGreater = x.head .> 0
        let ratio = Power(x.replacing(with: -x, where: isGreater)).valueMinusOne
        let size = temperature * (p.rounded.replacing(with: q.rounded, where: isGreater) * ratio)
        let complement = student.complement(index, rows, exponential)
        return RowPoint(
            Derivatives(
                gradient: size.replacing(with: -size, where: isGreater),
                hessian: TwoDoubles.looseProduct(q, complement).rounded
            ),
            cancels: x.head.magnitude .< 0x1p-14
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

extension Distillation {
    static let facts = Facts(
        name: "distillation",
        aliases: ["knowledge_distillation", "kd_loss", "distillation_loss", "soft_target_loss"],
        family: .multiclass,
        summary: "The divergence of a student's softened predictions from those of a teacher, both "
            + "as logits.",
        formula: .init(
            plain: "T^2 sum_k P_k log(P_k / Q_k), P = softmax(t / T), Q = softmax(z / T)",
            gradient: "T (Q_k - P_k)",
            tex: #"T^2 \sum_k P_k \log \frac{P_k}{Q_k}, \quad P = \mathrm{softmax}(t / T), "#
                + #"\ Q = \mathrm{softmax}(z / T)"#
        ),
        options: [temperature.declaration, RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init("predictions", .primary, [.init("* K", .real)], "logits of the student"),
            .init("targets", .constant, [.init("* K", .real)], "logits of the teacher")
        ),
        diagnostics: .entropy(temperature: "temperature"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(gradient: Bound(temperature), hessian: 0.25),
        notes: [
            "The factor T^2 keeps the size of the gradient when the temperature changes.",
            "Add a multiple of categorical_cross_entropy for labels that are known.",
            "The teacher is constant: there is no gradient with respect to it.",
        ],
        references: [
            "G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network, "
                + "arXiv:1503.02531, 2015"
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3]),
                "targets": Tensor(shape: [2, 3], values: [4, 1, -3, -1, 2.5, 0]),
            ])
        ]
    )
}
