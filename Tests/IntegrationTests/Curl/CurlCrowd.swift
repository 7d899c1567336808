// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Clients that ask at the same time, by libcurl's multi interface.
@safe final class CurlCrowd {
    /// One client of the crowd: its questions, and how far it has come.
    private struct Member {
        let handle: CurlHandle
        let questions: [Question]
        var transfer: CurlTransfer?
        var answers: [Answer] = []
    }

    private let server: String
    private let multi: UnsafeMutableRawPointer
    private var members: [Member]

    /// One client for each list of questions, which it asks one after the other.
    init(_ server: String, asking questions: [[Question]]) throws {
        self.server = server
        members = try questions.map { Member(handle: try CurlHandle(), questions: $0) }
        guard let multi = unsafe curl_multi_init() else { throw CurlError.noHandle }
        unsafe self.multi = multi
    }

    deinit {
        // Safe: the pointers are those of living handles; removing one twice does no harm.
        for member in members { unsafe curl_multi_remove_handle(multi, member.handle.pointer) }
        unsafe curl_multi_cleanup(multi)
    }

    /// The answers of each client, in the order of its questions.
    func ask(within time: Duration = .seconds(60)) throws -> [[Answer]] {
        let end = ContinuousClock.now + time
        for index in members.indices { try begin(index) }
        var running: Int32 = 1
        while running > 0 {
            guard ContinuousClock.now < end else { throw CurlError.outOfTime }
            try unsafe check(curl_multi_perform(multi, &running))
            try finish(&running)
            if running > 0 { try unsafe check(curl_multi_poll(multi, nil, 0, 1_000, nil)) }
        }
        return members.map { $0.answers }
    }

    /// Puts the next question of a client on its way, if it has one left.
    private func begin(_ index: Int) throws {
        let member = members[index]
        guard member.answers.count < member.questions.count else { return }
        let transfer = CurlTransfer(member.questions[member.answers.count])
        try transfer.prepare(member.handle, server: server)
        members[index].transfer = transfer
        try unsafe check(curl_multi_add_handle(multi, member.handle.pointer))
    }

    /// Takes the answers that are complete.
    private func finish(_ running: inout Int32) throws {
        var left: Int32 = 0
        // Safe: the message is read before anything else is done with its handle.
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe message.pointee.data.result
            let pointer = unsafe message.pointee.easy_handle
            guard code == CURLE_OK else { throw CurlError.easy(code) }
            guard let index = members.firstIndex(where: { unsafe $0.handle.pointer == pointer }),
                let transfer = members[index].transfer
            else { continue }
            try unsafe check(curl_multi_remove_handle(multi, pointer))
            members[index].answers.append(try transfer.answer(from: members[index].handle))
            try begin(index)
            running += 1
        }
    }

    private func check(_ code: CURLMcode) throws {
        guard code == CURLM_OK else { throw CurlError.multi(code) }
    }
}
