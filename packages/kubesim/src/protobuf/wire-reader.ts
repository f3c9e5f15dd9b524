/** One field as protobuf carries it. Lengths and fixed-size values both come as bytes. */
export type WireValue = { number: number; varint: bigint; bytes: Uint8Array | undefined };

/** Reads the fields of one message. Throws a RangeError when the bytes end too early. */
export function* wireFields(bytes: Uint8Array): Generator<WireValue> {
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('protobuf message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('protobuf number is too long');
  }

  function take(length: number): Uint8Array {
    if (at + length > bytes.length) throw new RangeError('protobuf message ends within a field');
    at += length;
    return bytes.subarray(at - length, at);
  }

  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0:
        yield { number, varint: varint(), bytes: undefined };
        break;
      case 1:
        yield { number, varint: 0n, bytes: take(8) };
        break;
      case 2:
        yield { number, varint: 0n, bytes: take(Number(varint())) };
        break;
      case 5:
        yield { number, varint: 0n, bytes: take(4) };
        break;
      default:
        throw new RangeError('protobuf field of an unknown type');
    }
  }
}

/** A varint as the signed 64-bit number it stands for. */
export function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}
