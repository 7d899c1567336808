// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A loss with its inputs, and penalties to add to it.
package struct Computation: Sendable {
    let loss: Loss
    let request: LossRequest
    let penalties: [Computation]
    let convention: Convention?
    let context: RequestError.Context

    /// Computes the loss, the penalties, and their total.
    ///
    /// - Parameter cancellation: Polled during the computation; `nil` means never.
    /// - Returns: The results.
    /// - Throws: `RequestError` if the loss refuses its inputs or the computation was cancelled, or
    ///   `PenaltyError` if that is the case for a penalty.
    package func evaluate(unless cancellation: (any CancellationFlag)? = nil) throws -> Evaluation {
        let result = try evaluateLoss(cancellation)
        guard !penalties.isEmpty || convention != nil else {
            return Evaluation(facts: loss.facts, result: result, namesInputs: namesInputs)
        }
        var results: [LossResult] = []
        for (index, penalty) in penalties.enumerated() {
            do throws(RequestError) {
                results.append(try penalty.evaluateLoss(cancellation))
            } catch {
                throw PenaltyError(index: index, error: error)
            }
        }
        return Evaluation(
            facts: loss.facts,
            result: result,
            penalties: results,
            total: penalties.isEmpty ? nil : try total(result.reduced, results),
            convention: convention.map { Evaluation.Resolved($0, loss, request) },
            namesInputs: namesInputs
        )
    }

    /// Whether derivatives are listed by the names of their inputs.
    private var namesInputs: Bool {
        !request.gradientOf.isEmpty || loss.facts.signature.primary.count > 1
    }

    private func evaluateLoss(
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> LossResult {
        do throws(LossError) {
            return try loss.evaluate(request, unless: cancellation)
        } catch {
            throw .loss(error, context)
        }
    }

    /// The sum of the loss and the penalties; `nil` if the loss was not requested.
    private func total(
        _ loss: Double?,
        _ penalties: [LossResult]
    ) throws(RequestError) -> Double? {
        guard let loss else { return nil }
        var sum = ExactSum()
        sum.add(loss)
        for penalty in penalties { sum.add(penalty.reduced ?? 0) }
        let value = sum.value
        guard value.isFinite else {
            let input = self.loss.facts.signature.inputs[0].name
            throw .loss(.notFinite(.loss, input: input, place: []), context)
        }
        return value
    }
}

/// The result of a computation.
package struct Evaluation: Sendable {
    package let facts: Facts
    package let result: LossResult
    package let penalties: [LossResult]
    /// The loss plus the penalties; `nil` without penalties, or if the loss was not requested.
    package let total: Double?
    /// The convention in effect, with the options that follow from it.
    package let convention: Resolved?
    /// Whether derivatives are listed by the names of their inputs.
    package let namesInputs: Bool

    init(
        facts: Facts,
        result: LossResult,
        penalties: [LossResult] = [],
        total: Double? = nil,
        convention: Resolved? = nil,
        namesInputs: Bool
    ) {
        self.facts = facts
        self.result = result
        self.penalties = penalties
        self.total = total
        self.convention = convention
        self.namesInputs = namesInputs
    }

    /// A convention with the resolved options.
    package struct Resolved: Sendable {
        package let name: String
        package let version: String
        package let reduction: Reduction
        package let options: [(name: String, value: OptionValue)]
        package let hessianKind: HessianKind
        package let hessianScale: Double?
        package let hessianFloor: Double?

        init(_ convention: Convention, _ loss: Loss, _ request: LossRequest) {
            name = convention.name
            version = convention.version
            reduction = request.reduction
            hessianKind = request.hessianKind
            hessianScale = request.hessianScale
            hessianFloor = request.hessianFloor
            options = loss.facts.options.compactMap { declaration in
                loss.options.value(of: declaration.name, in: loss.facts.options)
                    .map { (declaration.name, $0) }
            }
        }
    }
}
