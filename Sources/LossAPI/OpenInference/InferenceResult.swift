// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossFacts
import LossFunctions
import Requests

extension InferenceRequest {
    /// The output that is not one of a loss's own.
    private static let normalizer = "normalizer"

    /// The outputs that are not tensors: they are among the parameters of every result that has them.
    private static let texts = ["statistics", "diagnostics", "partial"]

    /// The outputs that a model can be asked for: by `gradient` and `hessian` the derivatives with respect to
    /// the only primary input, by `gradients.mean` and so on those with respect to any.
    private static func names(of facts: Facts) -> [String] {
        let signature = facts.signature
        return Outputs.names(of: facts).flatMap { name in
            guard ["gradient", "hessian"].contains(name) else { return [name] }
            let inputs = signature.differentiable.map { "\(name)s.\(signature.inputs[$0].name)" }
            return signature.primary.count == 1 ? [name] + inputs : inputs
        } + [normalizer]
    }

    /// The outputs of the loss that are to be computed, and the inputs with respect to which it is to be
    /// differentiated; `nil` means the default ones.
    ///
    /// - Throws: A problem with an output that the loss does not have.
    func outputs(of facts: Facts) throws(Problem) -> (outputs: [String]?, gradientOf: [String]?) {
        guard let outputs else { return (nil, nil) }
        let allowed = Self.names(of: facts)
        let signature = facts.signature
        var (names, inputs): ([String], [String]) = ([], [])
        var namesInputs = false
        for (place, output) in outputs.enumerated() where output.name != Self.normalizer {
            guard allowed.contains(output.name) else {
                throw Problem(
                    notAllowed: output.name,
                    for: "outputs[\(place)]",
                    at: "/outputs/\(place)",
                    allowed: allowed
                )
            }
            let parts = output.name.split(separator: ".", maxSplits: 1).map { String($0) }
            let name =
                ["gradients", "hessians"].contains(parts[0])
                ? String(parts[0].dropLast()) : output.name
            if !names.contains(name) { names.append(name) }
            guard ["gradient", "hessian"].contains(name) else { continue }
            namesInputs = namesInputs || parts.count > 1
            let input = parts.count > 1 ? parts[1] : signature.inputs[signature.primary[0]].name
            if !inputs.contains(input) { inputs.append(input) }
        }
        return (names.isEmpty ? ["loss"] : names, namesInputs ? inputs : nil)
    }

    /// The tensor of an output; `nil` if it was not computed.
    private func tensor(
        _ name: String,
        among computed: [NamedTensor],
        of facts: Facts
    ) -> NamedTensor? {
        if let tensor = computed.first(where: { $0.name == name }) { return tensor }
        guard ["gradient", "hessian"].contains(name), let primary = facts.signature.primary.first
        else {
            return nil
        }
        // The derivatives have the names of their inputs, because that with respect to another was asked for.
        let full = "\(name)s.\(facts.signature.inputs[primary].name)"
        return computed.first { $0.name == full }.map {
            NamedTensor(name: name, shape: $0.shape, $0.numbers, hasNaN: $0.hasNaN)
        }
    }

    /// Serializes a result, in the order in which the outputs are requested.
    ///
    /// - Throws: A problem if an output was not computed or is too large for the precision.
    func serialize(
        _ evaluation: Evaluation
    ) throws(Problem) -> (content: EncodedTensors, fields: ResponseFields) {
        let normalizer = NamedTensor(
            name: Self.normalizer,
            shape: [],
            values: [evaluation.result.normalizer]
        )
        let computed = evaluation.tensors + [normalizer]
        var tensors = computed
        if let outputs {
            tensors = []
            for (place, output) in outputs.enumerated() where !Self.texts.contains(output.name) {
                guard let tensor = tensor(output.name, among: computed, of: evaluation.facts) else {
                    throw Problem(
                        .conflictingOptions,
                        "outputs[\(place)] is \(output.name.quoted), but gradient_of does not name its "
                            + "input: omit gradient_of.",
                        pointer: "/outputs/\(place)"
                    )
                }
                tensors.append(tensor)
            }
        }
        for tensor in tensors {
            guard let offset = precision.firstOverflow(in: tensor.numbers) else { continue }
            throw Problem(tooLarge: tensor, at: offset)
        }
        let (content, length) = EncodedTensors.inference(
            tensors,
            metadata: evaluation.metadata.filter { $0.name != Self.normalizer },
            model: evaluation.facts.name,
            self
        )
        var fields: ResponseFields = [
            .contentType: length == nil ? "application/json" : "application/octet-stream",
            .cacheControl: "no-store", .vary: "Accept-Encoding",
        ]
        if let length { fields[.inferenceHeaderLength] = "\(length)" }
        return (content, fields)
    }
}

extension HTTPField.Name {
    /// The length of the JSON before binary tensors, in bytes.
    static let inferenceHeaderLength =
        HTTPField.Name("Inference-Header-Content-Length") ?? .contentLength
}
