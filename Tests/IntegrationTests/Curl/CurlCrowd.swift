// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Concurrent clients, by libcurl's multi interface.
@safe final class CurlCrowd {
    /// A client with its requests and the responses so far.
    private struct Member {
        let handle: CurlHandle
        let requests: [Request]
        var transfer: CurlTransfer?
        var responses: [Response] = []
    }

    private let server: String
    private let multi: UnsafeMutableRawPointer
    private var members: [Member]

    /// Creates a client for each list of requests, which it sends one after the other.
    init(_ server: String, sending requests: [[Request]]) throws {
        self.server = server
        members = try requests.map { Member(handle: try CurlHandle(), requests: $0) }
        guard let multi = unsafe curl_multi_init() else { throw CurlError.noHandle }
        unsafe self.multi = multi
    }

    deinit {
        // Safe: the handles are alive, and removing one twice is harmless.
        for member in members { unsafe curl_multi_remove_handle(multi, member.handle.pointer) }
        unsafe curl_multi_cleanup(multi)
    }

    /// Sends all requests and returns the responses of each client, in order.
    ///
    /// The time limit is for tests that hang: a busy machine with a sanitizer takes minutes.
    func send() throws -> [[Response]] {
        let end = ContinuousClock.now + .seconds(300)
        for index in members.indices { try begin(index) }
        var running: Int32 = 1
        while running > 0 {
            guard ContinuousClock.now < end else { throw CurlError.timedOut }
            try unsafe check(curl_multi_perform(multi, &running))
            try finish(&running)
            if running > 0 { try unsafe check(curl_multi_poll(multi, nil, 0, 1_000, nil)) }
        }
        return members.map { $0.responses }
    }

    /// Starts the next request of a client, if any.
    private func begin(_ index: Int) throws {
        let member = members[index]
        guard member.responses.count < member.requests.count else { return }
        let transfer = CurlTransfer(member.requests[member.responses.count])
        try transfer.prepare(member.handle, server: server)
        members[index].transfer = transfer
        try unsafe check(curl_multi_add_handle(multi, member.handle.pointer))
    }

    /// Collects the complete responses.
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
            members[index].responses.append(try transfer.response(from: members[index].handle))
            try begin(index)
            running += 1
        }
    }

    private func check(_ code: CURLMcode) throws {
        guard code == CURLM_OK else { throw CurlError.multi(code) }
    }
}
