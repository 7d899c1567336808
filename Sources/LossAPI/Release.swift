// SPDX-License-Identifier: Apache-2.0

/// The release of the service.
package enum Release {
    /// The semantic version; see CHANGELOG.md for the changes of each.
    package static let version = "0.1.0"
}
