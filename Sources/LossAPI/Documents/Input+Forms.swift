// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A shape of an input, the numbers that it may then contain, and the options for which both apply.
struct AcceptedForm {
    let shape: SymbolicShape
    let condition: ConditionalDomain

    /// The options for which the form applies, such as "from_logits = true"; empty means always.
    var options: String {
        condition.options.sorted { $0.key < $1.key }
            .map { "\($0.key) = \(JSONValue($0.value).word)" }.joined(separator: " and ")
    }

    /// The form in words, such as "shape * K with from_logits = true: a finite number".
    var text: String {
        "shape \(shape)" + (options.isEmpty ? "" : " with \(options)") + ": \(condition.domain)"
    }
}

extension Input {
    var acceptedForms: [AcceptedForm] {
        forms.flatMap { form in
            form.domains.map { AcceptedForm(shape: form.shape, condition: $0) }
        }
    }
}
