// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests
import TensorJSON

extension Evaluation {
    /// The members of its JSON object, in order.
    var members: [ResultMember] {
        var members: [ResultMember] = []
        members.reserveCapacity(8)
        members.append(.beginObject(nil))
        if let total { members.append(.number(.loss, total)) }
        append(
            result,
            loss: total == nil ? .loss : .dataLoss,
            namesInputs: namesInputs,
            to: &members
        )
        if let skipped = result.skipped { members.append(.integer(.skipped, skipped)) }
        if let statistics = result.statistics { append(statistics, to: &members) }
        if let convention { append(convention, to: &members) }
        if !penalties.isEmpty {
            members.append(.beginArray(.regularization))
            for penalty in penalties {
                members.append(.beginObject(nil))
                append(penalty, loss: .loss, namesInputs: false, to: &members)
                members.append(.endObject)
            }
            members.append(.endArray)
        }
        members.append(.endObject)
        return members
    }

    private func append(
        _ result: LossResult,
        loss: JSONKey,
        namesInputs: Bool,
        to members: inout [ResultMember]
    ) {
        if let value = result.loss { members.append(.tensor(loss, value)) }
        if namesInputs {
            append(result.gradients, at: .gradients, to: &members)
            append(result.hessians, at: .hessians, to: &members)
        } else {
            if let gradient = result.gradient { members.append(.tensor(.gradient, gradient)) }
            if let hessian = result.hessian { members.append(.tensor(.hessian, hessian)) }
        }
        if let elements = result.elements { members.append(.tensor(.elements, elements)) }
        members.append(.number(.normalizer, result.normalizer))
    }

    /// Appends derivatives by the names of their inputs.
    private func append(
        _ derivatives: [LossResult.Derivative],
        at key: JSONKey,
        to members: inout [ResultMember]
    ) {
        guard !derivatives.isEmpty else { return }
        members.append(.beginObject(key))
        for derivative in derivatives {
            let name = facts.signature.inputs[derivative.input].name
            members.append(.tensor(JSONKey(name), derivative.tensor))
        }
        members.append(.endObject)
    }

    private func append(_ statistics: Statistics, to members: inout [ResultMember]) {
        func number(_ key: JSONKey, _ number: Double?) -> ResultMember {
            number.map { .number(key, $0) } ?? .null(key)
        }
        func extreme(_ key: JSONKey, _ extreme: Statistics.Extreme) -> [ResultMember] {
            let place = Tensor(
                shape: [extreme.place.count],
                values: extreme.place.map { Double($0) }
            )
            return [
                .beginObject(key), .number(.loss, extreme.loss), .tensor(.place, place), .endObject,
            ]
        }
        members += [
            .beginObject(.statistics), .integer(.count, statistics.count),
            .number(.mean, statistics.mean), number(.variance, statistics.variance),
            number(.standardError, statistics.standardError),
        ]
        members += extreme(.least, statistics.least) + extreme(.greatest, statistics.greatest)
        members.append(.endObject)
    }

    private func append(_ convention: Resolved, to members: inout [ResultMember]) {
        members += [
            .beginObject(.convention), .text(.name, convention.name),
            .text(.version, convention.version),
            .text(.reduction, convention.reduction.rawValue),
            .beginObject(.options),
        ]
        for (name, value) in convention.options {
            let key = JSONKey(name)
            switch value {
            case .number(let number): members.append(.number(key, number))
            case .flag(let flag): members.append(.flag(key, flag))
            case .choice(let choice): members.append(.text(key, choice))
            case .list(let numbers):
                members.append(.tensor(key, Tensor(shape: [numbers.count], values: numbers)))
            }
        }
        members += [.endObject, .endObject]
    }
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
    fileprivate static let regularization = JSONKey("regularization")
}
