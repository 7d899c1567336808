// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reading of whole files.
extension SystemCall {
    /// Reads a regular file of at most `limit` bytes.
    ///
    /// The corresponding C functions are `open`, `fstat` and `read`.
    static func read(_ path: String, upTo limit: Int) throws(FileError) -> [UInt8] {
        let number: Int32
        do throws(SystemError) {
            // Without O_NONBLOCK, opening a pipe without a writer would block.
            number = try check("open") {
                // Safe: the path is null-terminated for the call.
                unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            }
        } catch {
            throw error.code == ENOENT ? .missing : .system(error)
        }
        let file = Descriptor(number: number)
        var status = stat()
        // Safe: the pointer is to a local variable, and the descriptor is open.
        guard unsafe fstat(file.number, &status) == 0 else {
            throw .system(SystemError(call: "fstat", code: errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .directory
        default: throw .special
        }
        // One byte beyond the limit detects a file that is too long; the size that the kernel
        // reports for generated files is 0.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let start = count
            let added: Int32
            do throws(SystemError) {
                added = try check("read") {
                    // Safe: the part is within the array, whose memory is valid for the call.
                    unsafe bytes.withUnsafeMutableBytes { buffer in
                        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
                        return unsafe Int32(
                            clamping: Glibc.read(file.number, room.baseAddress, room.count)
                        )
                    }
                }
            } catch {
                throw .system(error)
            }
            if added == 0 { break }
            count += Int(added)
        }
        guard count <= limit else { throw .tooLong(limit: limit) }
        return Array(bytes.prefix(count))
    }
}
