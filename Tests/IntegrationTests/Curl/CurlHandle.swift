// SPDX-License-Identifier: Apache-2.0

import CCurl

/// An easy handle of libcurl, which owns its connections.
@safe final class CurlHandle {
    /// Initialises libcurl once per process.
    private static let isReady = ccurl_global_init() == CURLE_OK

    let pointer: UnsafeMutableRawPointer

    init() throws {
        guard Self.isReady, let pointer = unsafe curl_easy_init() else { throw CurlError.noHandle }
        unsafe self.pointer = pointer
    }

    // Safe: the pointer came from curl_easy_init and is freed here only. So is its use below.
    deinit { unsafe curl_easy_cleanup(pointer) }

    /// Resets all options; connections stay open.
    func reset() {
        unsafe curl_easy_reset(pointer)
    }

    func perform() throws {
        try unsafe check(curl_easy_perform(pointer))
    }

    func set(_ option: CURLoption, _ value: Int) throws {
        try unsafe check(ccurl_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: String) throws {
        try unsafe check(ccurl_set_text(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws {
        try unsafe check(ccurl_set_pointer(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: @escaping ccurl_transfer) throws {
        try unsafe check(ccurl_set_transfer(pointer, option, value))
    }

    /// The body of the request, which libcurl copies.
    func set(copying body: [UInt8]) throws {
        try unsafe check(
            ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        )
        // An empty array may have a null address, which would select the read callback.
        var bytes = body.isEmpty ? [0] : body
        try unsafe bytes.withUnsafeMutableBytes { bytes in
            try unsafe check(
                ccurl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
            )
        }
    }

    func number(_ info: CURLINFO) throws -> Int {
        var value = 0
        try unsafe check(ccurl_get_long(pointer, info, &value))
        return value
    }

    private func check(_ code: CURLcode) throws {
        guard code == CURLE_OK else { throw CurlError.easy(code) }
    }
}
