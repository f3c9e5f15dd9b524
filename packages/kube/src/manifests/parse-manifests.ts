import { type AppError, appError, type ErrorDetail, isAppError } from '@pilothouse/core';
import { isMap, isScalar, parseDocument, type ScalarTag, type Tags } from 'yaml';
import { type Fields, fieldsOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';

/** One object of a manifest text, or why a part of it is none. */
export type ManifestDocument = {
  /** Counted from 0 over the non-empty documents; items of a List share their document's. */
  index: number;
  /** First and last line in the text, counted from 1. */
  lines: { from: number; to: number };
  object?: KubeObject;
  /** `invalid_manifest` with pointers, and `line` in extra where the parser names one. */
  error?: AppError;
};

const maxBytes = 4 * 1024 * 1024;
const maxDocuments = 1000;
const maxAliases = 100;
const maxNesting = 100;

/**
 * Reads YAML (several documents) or JSON into objects, each with its place. A faulty document is reported and the others stand. Scalars
 * read as kubectl reads them (YAML 1.1: `0644` is octal, `yes` is true; no base-60 numbers, no dates). A List gives its items.
 * Throws `invalid_manifest` only when the text as a whole is beyond the limits (4 MiB, 1,000 documents).
 */
export function parseManifests(text: string): ManifestDocument[] {
  if (Buffer.byteLength(text) > maxBytes) throw appError('invalid_manifest', 'The manifest is larger than 4 MiB.');
  const parts = splitDocuments(text);
  if (parts.length > maxDocuments) {
    throw appError('invalid_manifest', `The manifest has more than ${maxDocuments} documents.`);
  }
  return parts.flatMap((part, index) => readDocument(part, index));
}

type Part = { text: string; from: number; to: number };

/** Splits at `---` and `...` lines, as kubectl does, so that one fault cannot hide what follows. */
function splitDocuments(text: string): Part[] {
  const parts: Part[] = [];
  let lines: string[] = [];
  let from = 1;
  const source = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  function close(to: number): void {
    const first = lines.findIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'));
    if (first >= 0) parts.push({ text: lines.join('\n'), from, to });
    lines = [];
  }
  source.forEach((line, at) => {
    const marker = /^(---|\.\.\.)(\s+(.*))?$/.exec(line);
    if (!marker) {
      lines.push(line);
      return;
    }
    close(at);
    from = at + 1;
    // Text after the marker belongs to the document; an empty line keeps the numbering.
    lines.push(marker[1] === '---' ? (marker[3] ?? '') : '');
  });
  close(source.length);
  return parts;
}

function readDocument(part: Part, index: number): ManifestDocument[] {
  const lines = { from: part.from, to: part.to };
  try {
    const value = parseYaml(part);
    if (value === null || value === undefined) return [];
    const { kind, items } = fieldsOf(value);
    if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
      return items.map((item: unknown, at) => checked(item, { index, lines }, `/items/${at}`));
    }
    return [checked(value, { index, lines }, '')];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [{ index, lines, error }];
  }
}

function checked(
  value: unknown,
  place: { index: number; lines: ManifestDocument['lines'] },
  at: string,
): ManifestDocument {
  const details = faultsOf(value, at);
  if (details.length === 0) return { ...place, object: value as KubeObject };
  const words = details.map(({ message }) => message).join(' ');
  return { ...place, error: appError('invalid_manifest', words, { details, extra: { line: place.lines.from } }) };
}

function faultsOf(value: unknown, at: string): ErrorDetail[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ pointer: at, code: 'type', message: 'A manifest is a mapping.' }];
  }
  const { apiVersion, kind, metadata } = value as Fields;
  const { name, generateName } = fieldsOf(metadata);
  const faults: ErrorDetail[] = [];
  const need = (held: unknown, pointer: string, field: string): void => {
    if (typeof held === 'string' && held !== '') return;
    faults.push({ pointer: at + pointer, code: 'required', message: `The manifest lacks ${field}.` });
  };
  need(apiVersion, '/apiVersion', 'apiVersion');
  need(kind, '/kind', 'kind');
  need(name ?? generateName, '/metadata/name', 'metadata.name');
  return faults;
}

function parseYaml(part: Part): unknown {
  if (nestingOf(part.text) > maxNesting) throw unreadable(part, 'It nests too deeply.');
  try {
    const document = parseDocument(part.text, {
      schema: 'yaml-1.1',
      version: '1.1',
      customTags: kubectlTags,
      merge: true,
      uniqueKeys: (a, b) => a === b || (isScalar(a) && isScalar(b) && a.value === b.value),
      logLevel: 'error',
      prettyErrors: true,
    });
    const error = document.errors[0];
    if (error) throw unreadable(part, error.message.split('\n')[0] ?? '', error.linePos?.[0].line);
    if (document.contents !== null && !isMap(document.contents)) return document.contents.toJSON();
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (isAppError(error)) throw error;
    throw unreadable(part, 'It nests too deeply or repeats too many aliases.');
  }
}

/** YAML 1.2's way to write octal numbers, which go-yaml reads beside that of YAML 1.1. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text) => Number.parseInt(text.replace('0o', ''), 8),
};

/** What go-yaml, and so kubectl, reads as text although YAML 1.1 does not: dates, base-60 numbers, binary. */
function kubectlTags(tags: Tags): Tags {
  const left = new Set(['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`));
  const kept = tags.filter(
    (tag) => typeof tag === 'string' || (!left.has(tag.tag) && (tag as ScalarTag).format !== 'TIME'),
  );
  return [octal, ...kept];
}

function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if ((char === ']' || char === '}') && depth > 0) depth--;
  }
  return deepest;
}

function unreadable(part: Part, why: string, line = 1): Error {
  const at = part.from + line - 1;
  return appError('invalid_manifest', `Line ${at}: ${why.replace(/ at line \d+, column \d+:?$/, '')}`, {
    details: [{ pointer: '', code: 'yaml', message: why }],
    extra: { line: at },
  });
}
