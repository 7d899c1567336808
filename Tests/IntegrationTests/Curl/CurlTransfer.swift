// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The transfer of one request and its response through a handle.
@safe final class CurlTransfer {
    private let request: Request
    /// The content uploaded in chunks, and the number of bytes sent.
    private let upload: [UInt8]
    private var sent = 0
    private var lines: [String] = []
    private var received: [UInt8] = []
    /// Owned here as long as the handle uses it.
    private var list: UnsafeMutablePointer<curl_slist>?

    init(_ request: Request) {
        self.request = request
        if case .chunked(let bytes, _) = request.body { upload = bytes } else { upload = [] }
    }

    // Safe: this object owns the list.
    deinit { unsafe curl_slist_free_all(list) }

    /// Sets up a handle, which must not outlive this object's transfer.
    func prepare(_ handle: CurlHandle, server: String) throws {
        handle.reset()
        try handle.set(CURLOPT_URL, server + request.path)
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_TIMEOUT_MS, 300_000)
        try handle.set(CURLOPT_PATH_AS_IS, 1)
        if let codings = request.codings { try handle.set(CURLOPT_ACCEPT_ENCODING, codings) }
        try prepareMethod(handle)
        try prepareFields(handle)
        // Safe: the callers keep this object until the handle is reset or freed.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try unsafe handle.set(CURLOPT_WRITEDATA, context)
        try unsafe handle.set(CURLOPT_HEADERDATA, context)
        try unsafe handle.set(CURLOPT_READDATA, context)
        try unsafe handle.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            unsafe CurlTransfer.at(context).received.append(
                contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count)
            )
            return size * count
        }
        try unsafe handle.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            unsafe CurlTransfer.at(context).lines.append(
                unsafe String(decoding: line, as: UTF8.self).filter { !$0.isNewline }
            )
            return size * count
        }
        try unsafe handle.set(CURLOPT_READFUNCTION) { bytes, size, count, context in
            unsafe CurlTransfer.at(context).give(
                UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
            )
        }
    }

    /// The response, once the transfer has ended.
    func response(from handle: CurlHandle) throws -> Response {
        // Each head, interim or final, begins with a status line.
        let starts = lines.indices.filter { lines[$0].hasPrefix("HTTP/") }
        let statuses = starts.compactMap { Int(lines[$0].split(separator: " ")[1]) }
        guard let start = starts.last, let status = statuses.last else {
            throw CurlError.easy(CURLE_GOT_NOTHING)
        }
        return Response(
            status: status,
            fields: Fields(lines: lines[(start + 1)...]),
            body: received,
            interim: statuses.dropLast(),
            newConnections: try handle.number(CURLINFO_NUM_CONNECTS),
            localPort: try handle.number(CURLINFO_LOCAL_PORT)
        )
    }

    private func prepareMethod(_ handle: CurlHandle) throws {
        switch request.body {
        case .absent:
            if request.method == "HEAD" {
                try handle.set(CURLOPT_NOBODY, 1)
            } else {
                try handle.set(CURLOPT_HTTPGET, 1)
                try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
            }
        case .bytes(let bytes):
            try handle.set(CURLOPT_POST, 1)
            try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
            try handle.set(copying: bytes)
        case .chunked(_, let chunk):
            try handle.set(CURLOPT_POST, 1)
            try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
            // libcurl requests this many bytes at a time and sends them as a chunk.
            try handle.set(CURLOPT_UPLOAD_BUFFERSIZE, max(16_384, chunk))
        }
    }

    private func prepareFields(_ handle: CurlHandle) throws {
        if case .chunked = request.body { try append("Transfer-Encoding: chunked") }
        for field in request.fields.all { try append("\(field.name): \(field.value)") }
        try unsafe handle.set(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(list))
    }

    private func append(_ line: String) throws {
        // Safe: libcurl copies the line, and returns the list or, if it has no memory, null.
        guard let longer = unsafe curl_slist_append(list, line) else {
            throw CurlError.easy(CURLE_OUT_OF_MEMORY)
        }
        unsafe list = longer
    }

    /// Provides the next chunk to libcurl.
    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        guard case .chunked(_, let chunk) = request.body else { return 0 }
        let part = upload[sent..<min(upload.count, sent + min(chunk, room.count))]
        unsafe room.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    /// The transfer of a callback.
    private static func at(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
        guard let context = unsafe context else { preconditionFailure("a callback has a context") }
        // Safe: the pointer refers to a transfer that outlives the use of its handle.
        return unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }
}
