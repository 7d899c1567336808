// SPDX-License-Identifier: Apache-2.0

/// The names of values in other libraries that take another form here.
enum ValueSynonyms {
    /// The sentence that says what to send instead; `nil` for other values.
    static func advice(for value: String, of field: String) -> String? {
        value.utf8.count <= 64 ? advice[field]?[value.lowercased()] : nil
    }

    private static let advice: [String: [String: String]] = [
        "reduction": [
            "seq-mean-token-sum-norm":
                " Use \"mean\" with verl's loss_scale_factor as the \"normalizer\"; it "
                + "is the number of columns unless set.",
            "dr_grpo": " Use \"mean\" with a \"normalizer\": the number of sequences times "
                + "max_completion_length.",
            "average": " Use \"mean\".",
        ]
    ]
}
