// SPDX-License-Identifier: Apache-2.0

package import LossFunctions
import TensorJSON

/// Turns the body of a question into the body of its answer.
package struct LossService: Sendable {
    /// How deep JSON may nest unless told otherwise.
    package static let defaultDepth = 32

    private let maximumDepth: Int

    package init(maximumDepth: Int = defaultDepth) {
        self.maximumDepth = maximumDepth
    }

    /// The loss of a batch, and what else is asked for.
    package func answer(
        _ body: [UInt8],
        from found: Catalogue.Found<any Loss.Type>
    )
        throws(Problem) -> [UInt8]
    {
        try explaining(known: LossQuestion.known(to: found.facts)) {
            let question = try LossQuestion(JSONReader(body, maximumDepth: maximumDepth), to: found)
            let evaluation = try question.loss.evaluate(
                question.batch,
                question.outputs,
                question.reduction
            )
            let penalties = try question.terms.map { term in
                try explaining(at: term.pointer) {
                    try term.penalty.evaluate(term.parameters, .lossAndGradient)
                }
            }
            return try write(evaluation, penalties)
        }
    }

    /// The value of a penalty, and what else is asked for.
    package func answer(
        _ body: [UInt8],
        from found: Catalogue.Found<any Penalty.Type>
    )
        throws(Problem) -> [UInt8]
    {
        try explaining(known: PenaltyQuestion.known(to: found.facts)) {
            let question = try PenaltyQuestion(
                JSONReader(body, maximumDepth: maximumDepth),
                to: found
            )
            let evaluation = try question.penalty.evaluate(question.parameters, question.outputs)
            var writer = JSONWriter(reserving: capacity(evaluation.gradient, evaluation.hessian))
            write(evaluation, to: &writer)
            return writer.finish()
        }
    }

    /// The one place where errors of the layers below become problems.
    private func explaining<Value>(
        at base: String = "",
        known: @autoclosure () -> [String] = [],
        _ work: () throws -> Value
    ) throws(Problem) -> Value {
        do {
            return try work()
        } catch let problem as Problem {
            throw problem
        } catch let error as JSONError {
            throw Problem(error)
        } catch let error as LossError {
            throw Problem(error, at: base, known: known())
        } catch {
            throw Problem(.internalError, "The server failed over this request: \(error).")
        }
    }

    private func write(
        _ evaluation: Evaluation,
        _ penalties: [PenaltyEvaluation]
    ) throws
        -> [UInt8]
    {
        var writer = JSONWriter(
            reserving: capacity(
                evaluation.loss,
                evaluation.gradient,
                evaluation.hessian,
                evaluation.elements
            )
        )
        writer.beginObject()
        if let loss = evaluation.loss {
            if penalties.isEmpty {
                writer.write("loss", loss)
            } else {
                writer.key("loss")
                writer.number(try total(loss, penalties))
                writer.write("data_loss", loss)
            }
        }
        if let gradient = evaluation.gradient { writer.write("gradient", gradient) }
        if let hessian = evaluation.hessian { writer.write("hessian", hessian) }
        if let elements = evaluation.elements { writer.write("elements", elements) }
        writer.key("normalizer")
        writer.number(evaluation.normalizer)
        if !penalties.isEmpty {
            writer.key("regularization")
            writer.beginArray()
            for penalty in penalties { write(penalty, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        return writer.finish()
    }

    private func write(_ evaluation: PenaltyEvaluation, to writer: inout JSONWriter) {
        writer.beginObject()
        if let value = evaluation.value {
            writer.key("value")
            writer.number(value)
        }
        if let gradient = evaluation.gradient { writer.write("gradient", gradient) }
        if let hessian = evaluation.hessian { writer.write("hessian", hessian) }
        writer.endObject()
    }

    private func total(_ loss: Tensor, _ penalties: [PenaltyEvaluation]) throws -> Double {
        var sum = ExactSum()
        for value in loss.values { sum.add(value) }
        for penalty in penalties { sum.add(penalty.value ?? 0) }
        guard sum.value.isFinite else {
            throw LossError.notFinite(.loss, of: .predictions, place: [])
        }
        return sum.value
    }

    /// Room for an answer: a number takes up to 25 bytes with its comma.
    private func capacity(_ tensors: Tensor?...) -> Int {
        tensors.reduce(256) { $0 + 25 * ($1?.values.count ?? 0) }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ name: String, _ tensor: Tensor) {
        key(name)
        numbers(tensor.values, shape: tensor.shape)
    }
}
