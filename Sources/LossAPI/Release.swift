// SPDX-License-Identifier: Apache-2.0

/// Which release of the service this is.
package enum Release {
    /// The version by the rules of semver.org; CHANGELOG.md says what came with each.
    package static let version = "0.1.0"
}
