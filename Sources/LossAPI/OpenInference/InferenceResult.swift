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

    /// The outputs of the loss that are to be computed; `nil` means the default ones.
    var lossOutputs: [String]? {
        guard let outputs else { return nil }
        var names: [String] = []
        for output in outputs where output.name != Self.normalizer {
            let name =
                switch output.name.prefix(while: { $0 != "." }) {
                case "gradients": "gradient"
                case "hessians": "hessian"
                default: output.name
                }
            if !names.contains(name) { names.append(name) }
        }
        return names.isEmpty ? ["loss"] : names
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
            // Statistics are not a tensor: they are among the parameters of every result that has them.
            for output in outputs where output.name != "statistics" {
                guard let tensor = computed.first(where: { $0.name == output.name }) else {
                    throw Problem(
                        notAllowed: output.name,
                        for: "outputs",
                        at: "/outputs",
                        allowed: computed.map { $0.name }
                    )
                }
                tensors.append(tensor)
            }
        }
        for tensor in tensors {
            guard let offset = precision.firstOverflow(in: tensor.values) else { continue }
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
