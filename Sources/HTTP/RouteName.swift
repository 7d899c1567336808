// SPDX-License-Identifier: Apache-2.0

/// What metrics and logs call the route that answered.
///
/// Its parts come from this service, never from a client, so that there are few of them.
package struct RouteName: Sendable, Hashable {
    /// The path, with names in place of what varies, like `/v1/losses/{loss}`; empty where no route
    /// matched.
    package let template: String
    /// The loss or penalty that the path names, as the catalogue spells it; empty where it names
    /// none.
    package let entry: String

    package init(_ template: String, entry: String = "") {
        self.template = template
        self.entry = entry
    }

    /// No route matched.
    package static let none = RouteName("")
}
