// SPDX-License-Identifier: Apache-2.0

import ArrayMath
package import LossFacts

/// A loss of the catalogue with its options set.
package final class Loss: Sendable {
    package let facts: Facts
    package let options: OptionValues
    /// The functions of arrays for the instruction set of the evaluator.
    let functions: any ArrayFunctions.Type
    private let evaluator: any LossEvaluator
    /// The domains of the forms of each input; empty if they are derived whenever they are needed.
    private let domains: [[Domain]]
    /// The inputs that may contain any number; empty if domains are derived.
    private let unrestricted: InputSet

    /// Creates a loss.
    ///
    /// - Parameters:
    ///   - facts: its facts.
    ///   - options: its options.
    ///   - functions: the functions of arrays that its computation uses.
    ///   - evaluator: its computation.
    ///   - isShared: whether it serves many requests, so that its domains are kept: a request may have a
    ///     million penalties, each of which is a loss.
    init(
        _ facts: Facts,
        _ options: OptionValues,
        _ functions: any ArrayFunctions.Type,
        _ evaluator: any LossEvaluator,
        isShared: Bool = false
    ) {
        self.facts = facts
        self.options = options
        self.functions = functions
        self.evaluator = evaluator
        guard isShared else {
            domains = []
            unrestricted = InputSet()
            return
        }
        let domains = facts.signature.inputs.map { input in
            input.forms.map { $0.domain(under: options, of: facts.options) }
        }
        self.domains = domains
        unrestricted = InputSet(
            domains.indices.filter { input in domains[input].allSatisfy { $0 == .real } }
        )
    }

    /// Computes the requested outputs.
    ///
    /// The order is: sum tokens, or spread what belongs to sequences, bind shapes, select units, compute the denominator, check domains, compute losses
    /// and derivatives block by block, multiply by the weights, sum exactly, divide by the denominator.
    ///
    /// - Parameters:
    ///   - request: the inputs and the requested outputs.
    ///   - cancellation: polled during the evaluation, which ends once it is cancelled; `nil` means
    ///     never.
    /// - Returns: the requested outputs.
    /// - Throws: `LossError` if an input has the wrong shape or is outside its domain, if a requested
    ///   output is not finite, or if the evaluation is cancelled.
    package func evaluate(
        _ request: LossRequest,
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(LossError) -> LossResult {
        if request.hasSingles, !request.isComputedInBlocks(of: facts.signature) {
            return try evaluate(request.widened(), unless: cancellation)
        }
        let signature = facts.signature
        if let operation = request.logProbability, !signature.tokenMasks.isEmpty {
            let tokens = try TokenSums(request, operation, signature, cancellation)
            do throws(LossError) {
                let batch = try batch(of: tokens.request, cancellation)
                try tokens.check(batch)
                return tokens.spread(try evaluate(batch))
            } catch {
                throw tokens.explained(error)
            }
        }
        guard request.hasLengths || signature.hasInputsBySequence,
            let sequences = try SequenceInputs(request, signature, axis: evaluator.axis)
        else { return try evaluate(batch(of: request, cancellation)) }
        do throws(LossError) {
            return sequences.gathered(
                try evaluate(batch(of: sequences.request, items: sequences.items, cancellation))
            )
        } catch {
            throw sequences.explained(error)
        }
    }

    private func batch(
        of request: LossRequest,
        items: Items? = nil,
        _ cancellation: (any CancellationFlag)?
    ) throws(LossError) -> Batch {
        try Batch(request, self, items: items, axis: evaluator.axis, cancellation: cancellation)
    }

    private func evaluate(_ batch: Batch) throws(LossError) -> LossResult {
        var result = try evaluateWithMaps(batch)
        if batch.outputs.contains(.diagnostics), let diagnostics = facts.diagnostics {
            result.add(try DiagnosticSums(batch).values(of: diagnostics))
        }
        return result
    }

    private func evaluateWithMaps(_ batch: Batch) throws(LossError) -> LossResult {
        if batch.outputs.contains(.link),
            let option = facts.minimizer?.mover(in: options, of: facts.options)
        {
            throw .noLink(option: option)
        }
        guard batch.outputs.includeMaps else { return try evaluator.evaluate(batch) }
        var result: LossResult
        if batch.outputs == .prox {
            // The proximal operator accepts parameters at which the loss is infinite.
            result = try Accumulation(batch).finish()
            result.steps = try batch.checkedSteps()
        } else {
            result = try evaluator.evaluate(batch)
        }
        var link: Tensor?
        if batch.outputs.contains(.link), let minimizer = facts.minimizer {
            link = try minimizer.link(under: options, of: facts.options)
                .means(of: batch.input(0), axis: evaluator.axis, functions)
        }
        let prox = batch.outputs.contains(.prox) ? try evaluator.minima(of: batch) : nil
        result.add(link: link, prox: prox)
        return result
    }

    /// Whether the losses of rows of the first dimension do not depend on other rows, if the first input
    /// has a shape of at least one dimension.
    func evaluatesRowsApart(of shape: [Int]) -> Bool { evaluator.evaluatesRowsApart(of: shape) }

    /// Whether domains are derived whenever they are needed, which takes some hundred nanoseconds.
    var derivesDomains: Bool { domains.isEmpty }

    /// Whether an input is known to accept any number.
    func isUnrestricted(_ input: Int) -> Bool { unrestricted.contains(input) }

    /// The domain of an input that has one of its forms.
    func domain(of input: Int, form: Int) -> Domain {
        guard domains.isEmpty else { return domains[input][form] }
        return facts.signature.inputs[input].forms[form].domain(under: options, of: facts.options)
    }
}

/// The computation of the losses of a batch.
protocol LossEvaluator: AnyObject, Sendable {
    /// The axis of the rows; negative axes count from the last dimension.
    var axis: Int { get }

    /// The result of the proximal operator; `nil` if the loss has none.
    func minima(of batch: Batch) throws(LossError) -> Tensor?

    /// Whether the losses of rows of the first dimension do not depend on other rows, if the first input
    /// has a shape.
    func evaluatesRowsApart(of shape: [Int]) -> Bool

    /// Computes the losses and derivatives of every unit.
    func evaluate(_ batch: Batch) throws(LossError) -> LossResult
}

extension LossEvaluator {
    func minima(of batch: Batch) throws(LossError) -> Tensor? { nil }

    func evaluatesRowsApart(of _: [Int]) -> Bool { false }
}
