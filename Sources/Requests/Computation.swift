// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A loss with its inputs, and penalties to add to it.
package struct Computation: Sendable {
    let loss: Loss
    fileprivate(set) var request: LossRequest
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
        let result = try evaluateLoss(of: request, cancellation)
        guard !penalties.isEmpty || convention != nil else {
            return Evaluation(loss: loss, result: result, namesInputs: namesInputs)
        }
        var results: [LossResult] = []
        var steps = result.steps
        for (index, penalty) in penalties.enumerated() {
            do throws(RequestError) {
                // One limit for the loss and all penalties.
                var own = penalty.request
                own.stepLimit = request.stepLimit
                own.stepsBefore = steps
                results.append(try penalty.evaluateLoss(of: own, cancellation))
                steps = steps.saturatingSum(with: results[index].steps)
            } catch {
                throw PenaltyError(index: index, error: error)
            }
        }
        return evaluation(
            result,
            results,
            total: penalties.isEmpty ? nil : try total(result.reduced, results)
        )
    }

    fileprivate func evaluation(
        _ result: LossResult,
        _ penalties: [LossResult] = [],
        total: Double? = nil
    ) -> Evaluation {
        Evaluation(
            loss: loss,
            result: result,
            penalties: penalties,
            total: total,
            convention: convention.map { Evaluation.Resolved($0, loss, request) },
            namesInputs: namesInputs
        )
    }

    /// Whether derivatives are listed by the names of their inputs.
    private var namesInputs: Bool {
        !request.gradientOf.isEmpty || loss.facts.signature.primary.count > 1
    }

    /// The result of the loss, which may take as many steps as those computed before leave, with some of the
    /// greatest losses.
    func evaluateLoss(
        after steps: inout Int,
        worst: Int = 0,
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> LossResult {
        var own = request
        own.worstCount = worst
        own.stepsBefore = steps
        let result = try evaluateLoss(of: own, cancellation)
        steps = steps.saturatingSum(with: result.steps)
        return result
    }

    func evaluateLoss(
        of request: LossRequest,
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

/// A computation whose rows arrive in parts, of which only sums are kept.
struct RunningComputation: Sendable {
    /// The computation, without inputs.
    private var computation: Computation
    private var loss: RunningLoss

    /// Creates a computation without rows; `nil` if its result does not follow from sums over rows.
    ///
    /// - Parameter computation: the computation for some rows.
    init?(like computation: Computation) {
        guard computation.penalties.isEmpty,
            let loss = RunningLoss(computation.loss, like: computation.request)
        else { return nil }
        self.loss = loss
        self.computation = computation
        _ = self.computation.request.takeRows()
    }

    /// The number of groups so far.
    var groupCount: Int { loss.groupCount }

    /// See ``RunningLoss/textLength``.
    var textLength: Int { loss.textLength }

    /// Adds the rows of a request; returns their own results.
    mutating func add(
        _ rows: LossRequest,
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> Evaluation {
        do throws(LossError) {
            let result = try loss.add(
                rows.inputs,
                weights: rows.weights,
                mask: rows.mask,
                tokenMasks: rows.tokenMasks,
                groups: rows.groups,
                unless: cancellation
            )
            return computation.evaluation(result)
        } catch {
            throw .loss(error, computation.context)
        }
    }

    /// The result of all rows.
    func result() throws(RequestError) -> Evaluation {
        do throws(LossError) {
            return computation.evaluation(try loss.result())
        } catch {
            throw .loss(error, computation.context)
        }
    }
}

/// The result of a computation.
package struct Evaluation: Sendable {
    let loss: Loss
    package let result: LossResult
    package let penalties: [LossResult]
    /// The loss plus the penalties; `nil` without penalties, or if the loss was not requested.
    package let total: Double?
    /// The convention in effect, with the options that follow from it.
    package let convention: Resolved?
    /// Whether derivatives are listed by the names of their inputs.
    package let namesInputs: Bool

    init(
        loss: Loss,
        result: LossResult,
        penalties: [LossResult] = [],
        total: Double? = nil,
        convention: Resolved? = nil,
        namesInputs: Bool
    ) {
        self.loss = loss
        self.result = result
        self.penalties = penalties
        self.total = total
        self.convention = convention
        self.namesInputs = namesInputs
    }

    package var facts: Facts { loss.facts }

    /// The exact sums, of each group if the losses are grouped; `nil` unless they were requested.
    package var partial: LossPartial? {
        result.moments.map { LossPartial(loss, result.groups ?? [LossPartial.Group($0)]) }
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
