// SPDX-License-Identifier: Apache-2.0

import Formats
import LossFacts
import LossFunctions
import Requests
import TensorJSON

extension Evaluation {
    /// Its losses and derivatives, in the order of the JSON object.
    ///
    /// The members of `gradients` and `hessians`, and of the penalties, have names such as
    /// `gradients.mean` and `regularization.0.gradient`.
    var tensors: [NamedTensor] {
        var tensors: [NamedTensor] = []
        if let total { tensors.append(NamedTensor("loss", Tensor(total))) }
        append(result, to: &tensors, loss: total == nil ? "loss" : "data_loss", namesInputs)
        for (index, penalty) in penalties.enumerated() {
            append(penalty, to: &tensors, base: "regularization.\(index).", loss: "loss", false)
        }
        return tensors
    }

    /// The texts by their names: numbers and objects as JSON.
    var metadata: [(name: String, text: String)] {
        var texts = [("normalizer", result.normalizer.shortest)]
        if let skipped = result.skipped { texts.append(("skipped", "\(skipped)")) }
        if let statistics = result.statistics {
            texts.append(
                ("statistics", Self.text { visitMembers(of: statistics, at: nil, $0) })
            )
        }
        if let diagnostics = result.diagnostics {
            texts.append(
                ("diagnostics", Self.text { visitMembers(of: diagnostics, at: nil, $0) })
            )
        }
        if let partial {
            texts.append(("partial", String(decoding: partial.document.bytes, as: UTF8.self)))
        }
        if let convention {
            texts.append(
                ("convention", Self.text { visitMembers(of: convention, at: nil, $0) })
            )
        }
        for (index, penalty) in penalties.enumerated() {
            texts.append(("regularization.\(index).normalizer", penalty.normalizer.shortest))
        }
        return texts
    }

    private func append(
        _ result: LossResult,
        to tensors: inout [NamedTensor],
        base: String = "",
        loss: String,
        _ namesInputs: Bool
    ) {
        if let value = result.loss { tensors.append(NamedTensor(base + loss, value)) }
        for derivative in result.derivatives {
            let quantity = derivative.quantity.rawValue
            let input = facts.signature.inputs[derivative.input].name
            let name = namesInputs ? "\(quantity)s.\(input)" : quantity
            tensors.append(NamedTensor(base + name, derivative.tensor))
        }
        if let elements = result.elements {
            tensors.append(NamedTensor(base + "elements", elements))
        }
        if let link = result.link { tensors.append(NamedTensor(base + "link", link)) }
        if let prox = result.prox { tensors.append(NamedTensor(base + "prox", prox)) }
    }

    /// The JSON of members.
    private static func text(_ forEachMember: ((ResultMember) -> Void) -> Void) -> String {
        var writer = MemberWriter()
        var room = Int.max
        forEachMember { _ = writer.write($0, &room) }
        return String(decoding: writer.take(), as: UTF8.self)
    }
}

extension NamedTensor {
    fileprivate init(_ name: String, _ tensor: Tensor) {
        self.init(
            name: name,
            shape: tensor.shape,
            tensor.singles.map { .singles($0) } ?? .doubles(tensor.values),
            hasNaN: tensor.hasMissing
        )
    }
}
