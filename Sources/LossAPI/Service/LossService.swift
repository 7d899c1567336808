// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import LossFunctions

/// Turns the body of a question into the answer: reads it while it arrives, computes, writes.
package struct LossService: Sendable {
    /// How deep JSON may nest unless told otherwise.
    package static let defaultDepth = 32

    private let maximumDepth: Int

    package init(maximumDepth: Int = defaultDepth) {
        self.maximumDepth = maximumDepth
    }

    /// Who takes in a question to a loss.
    ///
    /// - Parameters:
    ///   - found: The loss.
    ///   - length: The length of the body, if it is known.
    ///   - route: See ``Response/route``.
    /// - Returns: The intake.
    package func intake(
        for found: Catalogue.Found<any Loss.Type>,
        expecting length: Int?,
        route: String
    ) -> any Intake {
        LossIntake(
            members: MemberReader(maximumDepth: maximumDepth, expecting: length),
            draft: LossDraft(for: found),
            route: route
        )
    }

    /// Who takes in a question to a penalty.
    package func intake(
        for found: Catalogue.Found<any Penalty.Type>,
        expecting length: Int?,
        route: String
    ) -> any Intake {
        PenaltyIntake(
            members: MemberReader(maximumDepth: maximumDepth, expecting: length),
            draft: PenaltyDraft(for: found),
            route: route
        )
    }
}
