// SPDX-License-Identifier: Apache-2.0

/// The name of a route in metrics and logs.
///
/// Its parts come from this service, never from a client, so their number is bounded.
package struct RouteName: Sendable, Hashable {
    /// The path with placeholders, such as `/v1/losses/{loss}`; empty if no route matched.
    package let template: String
    /// The canonical name of the loss or penalty in the path; empty if there is none.
    package let entry: String
    /// The formats of the content of a request and of its result, by names of this service; empty if they are
    /// not known.
    package private(set) var formats = Formats()

    /// The formats of a request and of its result.
    package struct Formats: Sendable, Hashable {
        package let request: String
        package let result: String

        package init(request: String = "", result: String = "") {
            self.request = request
            self.result = result
        }
    }

    package init(_ template: String, entry: String = "") {
        self.template = template
        self.entry = entry
    }

    /// The same name with the formats of a request and of its result.
    package func with(_ formats: Formats) -> RouteName {
        var name = self
        name.formats = formats
        return name
    }

    /// The name for requests that no route matched.
    package static let none = RouteName("")

    /// Whether a route matched.
    var isKnown: Bool { !template.isEmpty }
}
