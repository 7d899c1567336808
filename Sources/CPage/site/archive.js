// SPDX-License-Identifier: Apache-2.0

/**
 * The arrays of an .npz archive, as NumPy writes it: their names, types and shapes.
 *
 * Only the directory and the beginnings of members are read here (PKWARE's APPNOTE, sections 4.3 and 4.4). The
 * numbers go to the service as they are, in an archive with other names.
 */
export class Archive {
    /** @throws SyntaxError with a file that is no such archive. */
    static async read(blob) {
        const members = await readDirectory(blob);
        for (const member of members) Object.assign(member, await readHeader(blob, member));
        return new Archive(blob, members);
    }

    constructor(blob, members) {
        this.blob = blob;
        this.members = members;
    }

    /** The names of the arrays. */
    get names() {
        return this.members.map(({ name }) => name);
    }

    /** Whether an array has numbers. */
    hasNumbers(offset) {
        return /^[<>|=]?[bfiu]\d/.test(this.members[offset].type);
    }

    /** Whether an array is proposed for groups: only its name can tell. */
    hasGroups() {
        return false;
    }

    /** What an array of predictions has, by its dimensions and those of the targets. */
    kind(predictions, targets) {
        const dimensions = (offset) => this.members[offset].shape.length;
        return dimensions(predictions) > dimensions(targets) ? "rows" : "numbers";
    }

    /** The names with types and shapes. */
    get labels() {
        return this.members.map(({ name, type, shape }) => `${name}: ${type} [${shape.join(", ")}]`);
    }

    /**
     * An archive with some of the arrays by other names.
     *
     * @param offsets The offset of the array of each new name.
     */
    with(offsets) {
        const parts = [];
        const directory = [];
        let length = 0;
        for (const [name, offset] of Object.entries(offsets)) {
            const member = this.members[offset];
            const text = new TextEncoder().encode(`${name}.npy`);
            const common = [...short(20, 0, member.method, 0, 33), ...long(member.checksum)];
            const sizes = [...long(member.packedSize, member.size), ...short(text.length, 0)];
            const local = Uint8Array.of(...long(0x04034b50), ...common, ...sizes, ...text);
            directory.push(
                Uint8Array.of(
                    ...long(0x02014b50),
                    ...short(20),
                    ...common,
                    ...sizes,
                    ...short(0, 0, 0),
                    ...long(0, length),
                    ...text,
                ),
            );
            parts.push(local, this.blob.slice(member.start, member.start + member.packedSize));
            length += local.length + member.packedSize;
        }
        const size = directory.reduce((sum, one) => sum + one.length, 0);
        const count = directory.length;
        const end = Uint8Array.of(
            ...long(0x06054b50),
            ...short(0, 0, count, count),
            ...long(size, length),
            0,
            0,
        );
        return new Blob([...parts, ...directory, end]);
    }
}

function short(...numbers) {
    return numbers.flatMap((number) => [number & 255, (number >> 8) & 255]);
}

function long(...numbers) {
    return numbers.flatMap((number) => [...short(number & 0xffff), ...short(number >>> 16)]);
}

async function view(blob, start, end) {
    return new DataView(await blob.slice(start, end).arrayBuffer());
}

/** The members by the directory at the end: where each begins, its length, and how it is compressed. */
async function readDirectory(blob) {
    const tailStart = Math.max(0, blob.size - 65_557);
    const tail = await view(blob, tailStart, blob.size);
    let end = tail.byteLength - 22;
    while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < 0)
        throw new SyntaxError("The file is not a complete .npz archive: it has no directory at its end.");
    const count = tail.getUint16(end + 10, true);
    const start = tail.getUint32(end + 16, true);
    const directory = await view(blob, start, start + tail.getUint32(end + 12, true));
    const members = [];
    for (let at = 0; members.length < count; ) {
        if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50)
            throw new SyntaxError("The directory of the archive is damaged, or larger than 4 GiB.");
        const nameLength = directory.getUint16(at + 28, true);
        const nameBytes = new Uint8Array(
            directory.buffer,
            at + 46,
            Math.min(nameLength, directory.byteLength - at - 46),
        );
        const name = new TextDecoder().decode(nameBytes);
        if (!name.endsWith(".npy"))
            throw new SyntaxError(
                `The archive has a member ${name}, but its members must be arrays, named .npy.`,
            );
        const place = directory.getUint32(at + 42, true);
        const local = await view(blob, place, place + 30);
        if (local.byteLength < 30) throw new SyntaxError("The archive is truncated.");
        members.push({
            name: name.slice(0, -4),
            method: directory.getUint16(at + 10, true),
            checksum: directory.getUint32(at + 16, true),
            packedSize: directory.getUint32(at + 20, true),
            size: directory.getUint32(at + 24, true),
            start: place + 30 + local.getUint16(26, true) + local.getUint16(28, true),
        });
        at += 46 + nameLength + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    }
    if (members.length === 0) throw new SyntaxError("The archive has no array.");
    return members;
}

/** The type and shape of an array, from its header (NumPy's format, versions 1 to 3). */
async function readHeader(blob, { name, method, start, packedSize }) {
    const packed = blob.slice(start, start + packedSize).stream();
    const stream = method === 8 ? packed.pipeThrough(new DecompressionStream("deflate-raw")) : packed;
    const text = await beginning(stream, 1 << 16);
    const type = text.match(/'descr':\s*'([^']*)'/)?.[1];
    const shape = text.match(/'shape':\s*\(([\d,\s]*)\)/)?.[1];
    if (!text.startsWith("\x93NUMPY") || type === undefined || shape === undefined)
        throw new SyntaxError(`The member ${name}.npy of the archive is not an array of numbers.`);
    return {
        type,
        shape: shape
            .split(",")
            .filter((part) => part.trim() !== "")
            .map(Number),
    };
}

/** The bytes at the beginning of a stream, as characters, up to the end of the header of an array. */
async function beginning(stream, limit) {
    const reader = stream.getReader();
    let text = "";
    while (text.length < limit && !text.includes("}")) {
        const { done, value } = await reader.read();
        if (done) break;
        text += Array.from(value.subarray(0, limit), (byte) => String.fromCharCode(byte)).join("");
    }
    await reader.cancel();
    return text;
}
