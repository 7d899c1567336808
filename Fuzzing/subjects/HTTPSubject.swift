// SPDX-License-Identifier: Apache-2.0

/// The invariants of a connection with the service behind it.
package enum HTTPSubject {
    /// Checks an input: the bytes that a client sends, and a script of a setting and steps.
    package static func check(_ bytes: [UInt8]) throws(InvariantViolation) {
        let input = FuzzInput(bytes)
        let options = input.script.first ?? 0
        try check(
            Padding(options).applied(to: input.text),
            input.script.dropFirst().map { Step($0) },
            setting: Setting(options)
        )
    }

    /// Plays a text step by step and checks all invariants on which a client may rely.
    ///
    /// If the steps only determine when bytes arrive and leave, the responses must equal those to
    /// the unsplit text.
    package static func check(
        _ text: [UInt8],
        _ steps: [Step],
        setting: Setting = .usual
    ) throws(InvariantViolation) {
        let player = try Player(text, steps, setting: setting)
        guard !steps.isEmpty, !player.isDisturbed, !player.transcript.hasStreams else { return }
        let record = player.transcript.record
        let whole = try Player(text, [], setting: setting).transcript.record
        guard record != whole else { return }
        throw InvariantViolation(
            "in pieces \(record.heads) \(record.refusals) \(record.statuses) "
                + "\(record.closing as Any); as a whole \(whole.heads) \(whole.refusals) "
                + "\(whole.statuses) \(whole.closing as Any)"
        )
    }

    /// The statuses of the responses to an unsplit text.
    package static func statuses(_ text: [UInt8]) throws(InvariantViolation) -> [Int] {
        try Player(text, [], setting: .usual).transcript.record.statuses
    }
}
