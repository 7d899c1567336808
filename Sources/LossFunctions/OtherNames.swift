// SPDX-License-Identifier: Apache-2.0

/// Names of losses in other libraries that the catalogue offers in another form, or not at all.
///
/// They are not aliases, because the value, the gradient or the inputs differ.
package enum OtherNames {
    /// Returns how to compute the loss or penalty with that name, or why it is absent; `nil` for other names.
    package static func advice(for name: String) -> String? {
        name.utf8.count <= 64 ? advice[name.foldedName] : nil
    }

    /// The names, folded.
    package static var names: [String] { advice.keys.sorted() }

    /// The advice by folded name.
    private static let advice = Dictionary(
        uniqueKeysWithValues: entries.flatMap { entry in
            entry.names.map { ($0.foldedName, entry.advice) }
        }
    )

    /// Names with the same advice.
    typealias Entry = (names: [String], advice: String)

    private static let entries =
        regression + classification + policies + metrics + unsupported + penalties
}
