import { describe, expect, it } from 'vitest';
import { decodeKubernetesMessage } from './kubernetes-message.ts';

/** A field in wire format: numbers as varints, texts and messages with their length. */
function field(number: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    left >>= 7n;
  } while (left > 0n);
  return Buffer.from(bytes);
}

const message = (...fields: readonly Buffer[]) => Buffer.concat(fields);

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), field(1, message(field(1, apiVersion), field(2, kind))), field(2, raw)]);
}

describe('protobuf bodies', () => {
  it('are read into the JSON they stand for', () => {
    const container = message(
      field(1, 'web'),
      field(2, 'nginx:1'),
      field(6, message(field(3, 8080), field(4, 'TCP'))),
      field(8, message(field(2, message(field(1, 'cpu'), field(2, message(field(1, '500m'))))))),
      field(
        10,
        message(field(1, message(field(2, message(field(1, '/'), field(2, message(field(1, 1), field(3, 'http')))))))),
      ),
    );
    const template = message(
      field(1, message(field(11, message(field(1, 'app'), field(2, 'web'))))),
      field(2, field(2, container)),
    );
    const strategy = message(field(1, 'RollingUpdate'), field(2, field(1, message(field(1, 0), field(2, 2)))));
    const spec = message(field(1, 3), field(3, template), field(4, strategy));
    const body = envelope(
      'apps/v1',
      'Deployment',
      message(field(1, field(1, 'web')), field(2, spec), field(3, field(1, 9))),
    );
    expect(decodeKubernetesMessage(body)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 3,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'nginx:1',
                ports: [{ containerPort: 8080, protocol: 'TCP' }],
                resources: { requests: { cpu: '500m' } },
                livenessProbe: { httpGet: { path: '/', port: 'http' } },
              },
            ],
          },
        },
      },
    });
  });

  it('carry bytes as base64, times as text, negative numbers and empty times', () => {
    const metadata = message(field(1, 's'), field(8, field(1, 1_767_225_600)), field(9, Buffer.alloc(0)));
    const data = message(field(1, 'key'), field(2, Buffer.from([0, 255])));
    expect(
      decodeKubernetesMessage(envelope('v1', 'Secret', message(field(1, metadata), field(2, data)))),
    ).toMatchObject({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: null },
      data: { key: 'AP8=' },
    });
    const priority = envelope('scheduling.k8s.io/v1', 'PriorityClass', field(2, -5));
    expect(decodeKubernetesMessage(priority).value).toBe(-5);
  });

  it('of kinds that cannot be read are refused rather than half read', () => {
    expect(() => decodeKubernetesMessage(envelope('storage.k8s.io/v1', 'CSIDriver', Buffer.alloc(0)))).toThrow(
      /not readable as protobuf/,
    );
    const volume = message(field(1, 'v'), field(2, field(3, field(1, 'disk'))));
    const pod = message(field(2, field(1, volume)));
    expect(() => decodeKubernetesMessage(envelope('v1', 'Pod', pod))).toThrow(/not readable as protobuf/);
  });

  it('that are broken are a bad request', () => {
    expect(() => decodeKubernetesMessage(Buffer.from('{}'))).toThrow(/does not appear to be a protobuf message/);
    const cut = envelope('v1', 'ConfigMap', field(1, field(1, 'name'))).subarray(0, 20);
    expect(() => decodeKubernetesMessage(cut)).toThrow(/ends within/);
  });
});
