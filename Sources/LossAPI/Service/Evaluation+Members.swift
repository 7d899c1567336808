// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests
import TensorJSON

extension Evaluation {
    /// Visits the members of its JSON object, in order.
    func forEachMember(_ visit: (ResultMember) -> Void) {
        visit(.beginObject(nil))
        if let total { visit(.number(.loss, total)) }
        visitMembers(
            of: result,
            loss: total == nil ? .loss : .dataLoss,
            namesInputs: namesInputs,
            visit
        )
        if result.hasOthers { visitOthers(visit) }
        if let convention { visitMembers(of: convention, at: .convention, visit) }
        if !penalties.isEmpty {
            visit(.beginArray(.regularization))
            for penalty in penalties {
                visit(.beginObject(nil))
                visitMembers(of: penalty, loss: .loss, namesInputs: false, visit)
                visit(.endObject)
            }
            visit(.endArray)
        }
        visit(.endObject)
    }

    /// Visits the outputs that most requests do not have.
    private func visitOthers(_ visit: (ResultMember) -> Void) {
        if let skipped = result.skipped { visit(.integer(.skipped, skipped)) }
        if let statistics = result.statistics {
            visitMembers(of: statistics, at: .statistics, visit)
        }
        if let diagnostics = result.diagnostics {
            visitMembers(of: diagnostics, at: .diagnostics, visit)
        }
        if let partial { visit(.value(.partial, partial.document)) }
        if let link = result.link { visit(.tensor(.link, link)) }
        if let prox = result.prox { visit(.tensor(.prox, prox)) }
    }

    /// The count of numbers in the arrays of its losses and derivatives.
    var numberCount: Int {
        var count = result.numberCount
        for index in penalties.indices { count += penalties[index].numberCount }
        return count
    }

    private func visitMembers(
        of result: LossResult,
        loss: JSONKey,
        namesInputs: Bool,
        _ visit: (ResultMember) -> Void
    ) {
        if let value = result.reduced { visit(.number(loss, value)) }
        if let weighted = result.weighted { visit(.tensor(loss, weighted)) }
        if namesInputs {
            visitMembers(of: result.gradients, at: .gradients, visit)
            visitMembers(of: result.hessians, at: .hessians, visit)
        } else {
            for derivative in result.derivatives {
                let key = derivative.isHessian ? JSONKey.hessian : .gradient
                visit(.tensor(key, derivative.tensor))
            }
        }
        if let elements = result.elements { visit(.tensor(.elements, elements)) }
        visit(.number(.normalizer, result.normalizer))
    }

    /// Visits derivatives by the names of their inputs.
    private func visitMembers(
        of derivatives: [Derivative],
        at key: JSONKey,
        _ visit: (ResultMember) -> Void
    ) {
        guard !derivatives.isEmpty else { return }
        visit(.beginObject(key))
        for derivative in derivatives {
            let name = facts.signature.inputs[derivative.input].name
            visit(.tensor(JSONKey(name), derivative.tensor))
        }
        visit(.endObject)
    }

    /// Visits statistics as an object with a key, or by itself.
    func visitMembers(
        of statistics: Statistics,
        at key: JSONKey?,
        _ visit: (ResultMember) -> Void
    ) {
        func visitNumber(_ key: JSONKey, _ number: Double?) {
            visit(number.map { .number(key, $0) } ?? .null(key))
        }
        func visitExtreme(_ key: JSONKey, _ extreme: Statistics.Extreme) {
            let place = extreme.place.map { Double($0) }
            visit(.beginObject(key))
            visit(.number(.loss, extreme.loss))
            visit(.tensor(.place, Tensor(shape: [place.count], values: place)))
            visit(.endObject)
        }
        visit(.beginObject(key))
        visit(.integer(.count, statistics.count))
        visit(.number(.mean, statistics.mean))
        visitNumber(.variance, statistics.variance)
        visitNumber(.standardError, statistics.standardError)
        visitExtreme(.least, statistics.least)
        visitExtreme(.greatest, statistics.greatest)
        visit(.endObject)
    }

    /// Visits diagnostics as an object with a key, or by itself.
    func visitMembers(
        of diagnostics: [DiagnosticValue],
        at key: JSONKey?,
        _ visit: (ResultMember) -> Void
    ) {
        visit(.beginObject(key))
        for diagnostic in diagnostics {
            visit(.number(JSONKey(diagnostic.name), diagnostic.value))
        }
        visit(.endObject)
    }

    /// Visits a convention as an object with a key, or by itself.
    func visitMembers(
        of convention: Resolved,
        at key: JSONKey?,
        _ visit: (ResultMember) -> Void
    ) {
        visit(.beginObject(key))
        visit(.text(.name, convention.name))
        visit(.text(.version, convention.version))
        visit(.text(.reduction, convention.reduction.rawValue))
        visit(.beginObject(.options))
        for (name, value) in convention.options {
            let key = JSONKey(name)
            switch value {
            case .number(let number): visit(.number(key, number))
            case .flag(let flag): visit(.flag(key, flag))
            case .choice(let choice): visit(.text(key, choice))
            case .list(let numbers):
                visit(.tensor(key, Tensor(shape: [numbers.count], values: numbers)))
            }
        }
        visit(.endObject)
        visit(.text(.hessianKind, convention.hessianKind.rawValue))
        if let scale = convention.hessianScale { visit(.number(.hessianScale, scale)) }
        if let floor = convention.hessianFloor { visit(.number(.hessianFloor, floor)) }
        visit(.endObject)
    }
}

extension LossResult {
    /// The count of numbers in its arrays.
    fileprivate var numberCount: Int {
        var count = 0
        for index in derivatives.indices { count += derivatives[index].count }
        guard hasOthers else { return count }
        for tensor in [weighted, elements, link, prox] { count += tensor?.arrayLength ?? 0 }
        return count
    }
}

extension Tensor {
    /// The count of numbers in its array; 0 for a single number.
    var arrayLength: Int { shape.isEmpty ? 0 : values.count }
}

extension JSONKey {
    fileprivate static let loss = JSONKey("loss")
    fileprivate static let dataLoss = JSONKey("data_loss")
    fileprivate static let gradient = JSONKey("gradient")
    fileprivate static let gradients = JSONKey("gradients")
    fileprivate static let hessian = JSONKey("hessian")
    fileprivate static let hessians = JSONKey("hessians")
    fileprivate static let elements = JSONKey("elements")
    fileprivate static let normalizer = JSONKey("normalizer")
    fileprivate static let skipped = JSONKey("skipped")
    fileprivate static let statistics = JSONKey("statistics")
    fileprivate static let diagnostics = JSONKey("diagnostics")
    fileprivate static let partial = JSONKey("partial")
    fileprivate static let link = JSONKey("link")
    fileprivate static let prox = JSONKey("prox")
    fileprivate static let count = JSONKey("count")
    fileprivate static let mean = JSONKey("mean")
    fileprivate static let variance = JSONKey("variance")
    fileprivate static let standardError = JSONKey("standard_error")
    fileprivate static let least = JSONKey("least")
    fileprivate static let greatest = JSONKey("greatest")
    fileprivate static let place = JSONKey("place")
    fileprivate static let convention = JSONKey("convention")
    fileprivate static let name = JSONKey("name")
    fileprivate static let version = JSONKey("version")
    fileprivate static let reduction = JSONKey("reduction")
    fileprivate static let options = JSONKey("options")
    fileprivate static let hessianKind = JSONKey("hessian_kind")
    fileprivate static let hessianScale = JSONKey("hessian_scale")
    fileprivate static let hessianFloor = JSONKey("hessian_floor")
    fileprivate static let regularization = JSONKey("regularization")
}
