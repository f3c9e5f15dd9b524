import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '@pilothouse/core';
import type { AddressPolicy, ClusterConnection, ClusterCredentials } from '../kube-client.ts';
import { execCredentials } from './exec-credential.ts';
import { detail, type Fields, invalidKubeconfig, type NamedEntry } from './kubeconfig-document.ts';
import { tokenFileCredentials } from './token-file.ts';

/** Where files and plugins of a local kubeconfig are found; undefined when it may have none. */
export type LocalFiles = { directory: string };

export type ConnectionRules = { addresses: AddressPolicy; files: LocalFiles | undefined };

/** The connection of one context. Throws `invalid_kubeconfig` with pointers. */
export function contextConnection(
  cluster: NamedEntry,
  user: NamedEntry | undefined,
  rules: ConnectionRules,
): ClusterConnection {
  const { fields, pointer } = cluster;
  const certificateAuthority = pemOf(cluster, 'certificate-authority-data', 'certificate-authority', rules.files);
  if (certificateAuthority) checkCertificate(certificateAuthority, `${pointer}/certificate-authority-data`);
  const tlsServerName = textOf(fields['tls-server-name']);
  const impersonate = user && rules.files ? impersonationOf(user.fields) : undefined;
  return {
    server: serverOf(cluster),
    addresses: rules.addresses,
    ...(certificateAuthority ? { certificateAuthority } : {}),
    ...(tlsServerName ? { tlsServerName } : {}),
    ...(fields['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(impersonate ? { impersonate } : {}),
    credentials: user ? credentialsOf(user, rules.files) : { type: 'none' },
  };
}

function serverOf({ fields, pointer, name }: NamedEntry): string {
  const server = textOf(fields.server) ?? '';
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const right = url && (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password;
  if (!right) {
    throw invalidKubeconfig(`The cluster ${name} has no server address such as https://host:6443.`, [
      detail(`${pointer}/server`, 'url', 'Expected an https URL without a user name.'),
    ]);
  }
  return server.trim().replace(/\/+$/, '');
}

/** In the API server a client certificate is looked at before a token, so it comes first here too. */
function credentialsOf(user: NamedEntry, files: LocalFiles | undefined): ClusterCredentials {
  const { fields, pointer } = user;
  const certificate = pemOf(user, 'client-certificate-data', 'client-certificate', files);
  const key = pemOf(user, 'client-key-data', 'client-key', files);
  if (certificate || key) {
    if (!certificate || !key) {
      throw invalidKubeconfig(`The user ${user.name} has a client certificate or a key, but not both.`, [
        detail(pointer, 'pair', 'Expected client-certificate-data and client-key-data.'),
      ]);
    }
    checkPair(certificate, key, pointer);
    return { type: 'client-certificate', certificate, key };
  }
  const token = textOf(fields.token)?.trim();
  const tokenFile = textOf(fields.tokenFile);
  if (tokenFile && files) return tokenFileCredentials(resolve(files.directory, tokenFile));
  if (token) {
    if (/\s/.test(token))
      throw invalidKubeconfig('A token has no spaces.', [detail(`${pointer}/token`, 'token', 'It has spaces.')]);
    return { type: 'token', token };
  }
  if (!files) return { type: 'none' };
  const { exec, username, password } = fields;
  if (typeof exec === 'object' && exec !== null)
    return execCredentials(exec as Fields, `${pointer}/exec`, files.directory);
  if (fields['auth-provider']) {
    throw invalidKubeconfig(`The user ${user.name} signs in with auth-provider, which Kubernetes removed in 1.26.`, [
      detail(`${pointer}/auth-provider`, 'removed', 'Use exec or a token.'),
    ]);
  }
  if (typeof username === 'string' && typeof password === 'string') return { type: 'basic', username, password };
  return { type: 'none' };
}

function impersonationOf(fields: Fields): ClusterConnection['impersonate'] {
  const user = textOf(fields.as);
  if (!user) return undefined;
  const groups = Array.isArray(fields['as-groups']) ? fields['as-groups'].map(String) : [];
  const uid = textOf(fields['as-uid']);
  return { user, groups, ...(uid ? { uid } : {}) };
}

/** The PEM of a `*-data` field or, on the user's own machine, of the file beside it. */
function pemOf(
  entry: NamedEntry,
  dataField: string,
  pathField: string,
  files: LocalFiles | undefined,
): string | undefined {
  const data = textOf(entry.fields[dataField]);
  if (data) return decodeBase64(data, `${entry.pointer}/${dataField}`);
  const path = textOf(entry.fields[pathField]);
  if (!path || !files) return undefined;
  try {
    return readFileSync(resolve(files.directory, path), 'utf8');
  } catch (error) {
    throw invalidKubeconfig(`A file it names cannot be read: ${messageOf(error)}.`, [
      detail(`${entry.pointer}/${pathField}`, 'file', 'It cannot be read.'),
    ]);
  }
}

function decodeBase64(text: string, pointer: string): string {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    throw invalidKubeconfig('A field that should be base64 is not.', [detail(pointer, 'base64', 'Expected base64.')]);
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}

function checkCertificate(pem: string, pointer: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw invalidKubeconfig('A certificate in it cannot be read.', [detail(pointer, 'pem', 'Expected PEM.')], error);
  }
}

function checkPair(certificate: string, key: string, pointer: string): void {
  let matches = false;
  try {
    matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw invalidKubeconfig(
      'Its client certificate or key cannot be read.',
      [detail(pointer, 'pem', 'Expected PEM without a passphrase.')],
      error,
    );
  }
  if (!matches) {
    throw invalidKubeconfig('Its client key does not belong to the client certificate.', [
      detail(`${pointer}/client-key-data`, 'pair', 'It belongs to another certificate.'),
    ]);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
