import { parse } from 'yaml';
import { decodeKubernetesMessage, protobufType } from '../protobuf/kubernetes-message.ts';
import { type Exchange, header } from './exchange.ts';
import { kubeError } from './kube-error.ts';

/** The API server's own limit for a request body. */
const maxBody = 3 * 1024 * 1024;

export async function readBody(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of exchange.request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw kubeError.tooLarge(maxBody);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function contentType(exchange: Exchange): string {
  return (header(exchange, 'content-type').split(';')[0] ?? '').trim().toLowerCase();
}

/** A JSON or YAML document as an object. Throws 400 or 415 with the API server's words. */
export function decodeBody(body: Buffer, type: string): Record<string, unknown> {
  if (type === protobufType) return decodeKubernetesMessage(body);
  if (type !== '' && !decodable.has(type)) throw kubeError.unsupportedMediaType('application/json, application/yaml');
  const text = body.toString('utf8');
  const value = type.includes('yaml') ? parseYaml(text) : parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw kubeError.badRequest(
      'couldn\'t get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    );
  }
  return value as Record<string, unknown>;
}

const decodable = new Set([
  'application/json',
  'application/yaml',
  'text/yaml',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
  'application/x-www-form-urlencoded',
]);

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw kubeError.badRequest(`error decoding: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function parseYaml(text: string): unknown {
  // JSON is YAML, and far quicker to read as JSON.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // flow-style YAML
    }
  }
  try {
    return parse(text, { maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    throw kubeError.badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}
