// SPDX-License-Identifier: Apache-2.0

import CCurl

/// An error of libcurl.
enum CurlError: Error, CustomStringConvertible {
    case easy(CURLcode)
    case multi(CURLMcode)
    case noHandle
    case timedOut

    var description: String {
        switch self {
        case .easy(let code):
            unsafe "libcurl: \(String(cString: curl_easy_strerror(code))) (\(code.rawValue))"
        case .multi(let code):
            unsafe "libcurl: \(String(cString: curl_multi_strerror(code))) (\(code.rawValue))"
        case .noHandle: "libcurl gave no handle"
        case .timedOut: "the transfers did not end in time"
        }
    }
}
