// SPDX-License-Identifier: Apache-2.0

/// The name of a route in metrics and logs.
///
/// Its parts come from this service, never from a client, so their number is bounded.
///
/// A class, because the steps of each request share one instance.
package final class RouteName: Sendable {
    /// The path with placeholders, such as `/v1/losses/{loss}`; empty if no route matched.
    package let template: String
    /// The canonical name of the loss or penalty in the path; empty if there is none.
    package let entry: String
    /// The formats of the content of a request and of its result, by names of this service; empty if they are
    /// not known.
    package let formats: Formats

    /// The formats of a request and of its result.
    package struct Formats: Sendable, Hashable {
        package let request: String
        package let result: String

        package init(request: String = "", result: String = "") {
            self.request = request
            self.result = result
        }
    }

    package init(_ template: String, entry: String = "", _ formats: Formats = Formats()) {
        self.template = template
        self.entry = entry
        self.formats = formats
    }

    /// The same name with the formats of a request and of its result.
    package func with(_ formats: Formats) -> RouteName {
        RouteName(template, entry: entry, formats)
    }

    /// Whether it is the name of the same route, whatever the formats.
    func isRoute(of other: RouteName) -> Bool {
        template == other.template && entry == other.entry
    }

    /// The name for requests that no route matched.
    package static let none = RouteName("")

    /// Whether a route matched.
    var isKnown: Bool { !template.isEmpty }
}

extension RouteName: Hashable {
    package static func == (left: RouteName, right: RouteName) -> Bool {
        left === right || left.isRoute(of: right) && left.formats == right.formats
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(template)
        hasher.combine(entry)
        hasher.combine(formats)
    }
}
