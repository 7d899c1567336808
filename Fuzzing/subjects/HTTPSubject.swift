// SPDX-License-Identifier: Apache-2.0

/// The life of a connection, with the service behind it.
package enum HTTPSubject {
    /// Plays an input: the bytes a client sends, and a script of a setting and of steps.
    package static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
        let input = FuzzInput(bytes)
        let options = input.script.first ?? 0
        try check(
            Padding(options).applied(to: input.text),
            input.script.dropFirst().map { Step($0) },
            setting: Setting(options)
        )
    }

    /// Plays a text in the way that steps tell, and makes sure of all that a client may rely on.
    ///
    /// Where the steps only say when bytes come and go, it must get the answers that it gets to the
    /// text as a whole.
    package static func check(
        _ text: [UInt8],
        _ steps: [Step],
        setting: Setting = .usual
    ) throws(BrokenPromise) {
        let player = try Player(text, steps, setting: setting)
        guard !steps.isEmpty, !player.isDisturbed else { return }
        let record = player.transcript.record
        let whole = try Player(text, [], setting: setting).transcript.record
        guard record != whole else { return }
        throw BrokenPromise(
            "in pieces \(record.heads) \(record.refusals) \(record.statuses) "
                + "\(record.closing as Any); as a whole \(whole.heads) \(whole.refusals) "
                + "\(whole.statuses) \(whole.closing as Any)"
        )
    }

    /// The statuses of the answers to a text that comes as a whole.
    package static func statuses(_ text: [UInt8]) throws(BrokenPromise) -> [Int] {
        try Player(text, [], setting: .usual).transcript.record.statuses
    }
}
