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

    /** Whether an array is proposed for groups: one text for each row. */
    hasGroups(offset) {
        const { type, shape } = this.members[offset];
        return texts.test(type) && shape.length === 1;
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
     * The groups of the rows: an array of integers as it is, or for one of texts, which the service does not read,
     * the place of each text in `names`.
     *
     * @returns The `member` of an archive, and the `names`, if they are needed.
     * @throws SyntaxError if an array has neither.
     */
    async groups(offset) {
        const member = this.members[offset];
        if (!texts.test(member.type)) {
            if (this.hasNumbers(offset)) return { member };
            throw new SyntaxError(
                `${member.name} has the type ${member.type}, but groups must be integers or texts: save them with ` +
                    "numpy.array(groups, dtype=str).",
            );
        }
        const places = new Map();
        const codes = textsIn(await contentOf(this.blob, member), member).map((text) => {
            if (!places.has(text)) places.set(text, places.size);
            return places.get(text);
        });
        return { member: storedIntegers(codes), names: [...places.keys()] };
    }

    /**
     * An archive with some of the arrays by other names.
     *
     * @param offsets The offset of the array of each new name.
     * @param others Further members, by name.
     */
    with(offsets, others = {}) {
        const parts = [];
        const directory = [];
        let length = 0;
        const own = Object.entries(offsets).map(([name, offset]) => [name, this.members[offset]]);
        for (const [name, member] of [...own, ...Object.entries(others)]) {
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
            parts.push(local, member.content ?? packed(this.blob, member));
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

/** The types of arrays of texts: of characters in UTF-32, or of bytes. */
const texts = /^([<>|=])([US])(\d+)$/;

function packed(blob, { start, packedSize }) {
    return blob.slice(start, start + packedSize);
}

/** The content of a member, without its compression. */
function unpacked(blob, member) {
    const stream = packed(blob, member).stream();
    return member.method === 8 ? stream.pipeThrough(new DecompressionStream("deflate-raw")) : stream;
}

async function contentOf(blob, member) {
    return new DataView(await new Response(unpacked(blob, member)).arrayBuffer());
}

/** The texts of an array, without the zeros that fill them up. */
function textsIn(content, { type, shape: [count] }) {
    const [, order, kind, size] = type.match(texts);
    const isFirst = content.getUint8(6) === 1;
    const start = isFirst ? 10 + content.getUint16(8, true) : 12 + content.getUint32(8, true);
    const width = kind === "U" ? 4 : 1;
    const decoder = new TextDecoder();
    return Array.from({ length: count }, (_, index) => {
        const at = start + index * width * size;
        if (kind === "S") return decoder.decode(new Uint8Array(content.buffer, at, size)).replace(/\0+$/, "");
        let text = "";
        for (let place = 0; place < size; place += 1) {
            const point = content.getUint32(at + 4 * place, order !== ">");
            if (point !== 0) text += String.fromCodePoint(point);
        }
        return text;
    });
}

/** A member with an array of integers, as NumPy would write it. */
function storedIntegers(integers) {
    const fields = `{'descr': '<i4', 'fortran_order': False, 'shape': (${integers.length},), }`;
    const header = `${fields.padEnd(fields.length + 63 - ((fields.length + 10) % 64))}\n`;
    const content = new Uint8Array(10 + header.length + 4 * integers.length);
    content.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, ...short(header.length)]);
    content.set(new TextEncoder().encode(header), 10);
    const view = new DataView(content.buffer, 10 + header.length);
    for (const [index, integer] of integers.entries()) view.setInt32(4 * index, integer, true);
    const { length } = content;
    return { method: 0, checksum: checksum(content), packedSize: length, size: length, content };
}

/** The checksum of bytes in an archive (CRC-32). */
function checksum(bytes) {
    const table = Array.from({ length: 256 }, (_, index) => {
        let value = index;
        for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
        return value;
    });
    let value = -1;
    for (const byte of bytes) value = table[(value ^ byte) & 255] ^ (value >>> 8);
    return ~value >>> 0;
}

/** The type and shape of an array, from its header (NumPy's format, versions 1 to 3). */
async function readHeader(blob, member) {
    const { name } = member;
    const text = await beginning(unpacked(blob, member), 1 << 16);
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
