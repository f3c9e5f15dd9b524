import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import { appError } from '@pilothouse/core';
import { visible } from '../client/cluster-error.ts';
import type { ClusterCredentials } from '../kube-client.ts';
import { detail, type Fields, invalidKubeconfig, isFields } from './kubeconfig-document.ts';

const timeout = 60_000;
const maxOutput = 1024 * 1024;
/** A token this close to its end is not handed out any more. */
const margin = 30_000;

type Plugin = { apiVersion: string; command: string; args: string[]; env: Record<string, string>; installHint: string };
type Credential = { token: string; expires: number };

/**
 * Credentials from a plugin of the local user's own kubeconfig (client.authentication.k8s.io). The plugin runs without a shell and
 * without a terminal, at most 60 s, once for all who wait, and again when its token ends or is refused.
 */
export function execCredentials(fields: Fields, pointer: string, directory: string): ClusterCredentials {
  const plugin = pluginOf(fields, pointer, directory);
  let held: Credential | undefined;
  let running: Promise<Credential> | undefined;
  return {
    type: 'token-source',
    async token({ refresh }) {
      if (held && !refresh && held.expires - margin > Date.now()) return held.token;
      running ??= runPlugin(plugin).finally(() => {
        running = undefined;
      });
      held = await running;
      return held.token;
    },
  };
}

function pluginOf(fields: Fields, pointer: string, directory: string): Plugin {
  const { command, apiVersion, args, env, installHint } = fields;
  if (typeof command !== 'string' || command === '' || typeof apiVersion !== 'string') {
    throw invalidKubeconfig('A plugin (exec) needs apiVersion and command.', [
      detail(pointer, 'exec', 'Expected apiVersion and command.'),
    ]);
  }
  const isPath = command.includes('/') || command.includes('\\');
  return {
    apiVersion,
    command: isPath && !isAbsolute(command) ? resolve(directory, command) : command,
    args: Array.isArray(args) ? args.map(String) : [],
    env: Object.fromEntries(
      (Array.isArray(env) ? env : []).filter(isFields).map((entry) => [String(entry.name), String(entry.value ?? '')]),
    ),
    installHint: typeof installHint === 'string' ? installHint : '',
  };
}

function runPlugin(plugin: Plugin): Promise<Credential> {
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  return new Promise((resolvePromise, reject) => {
    const child = spawn(plugin.command, plugin.args, {
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > maxOutput) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    child.once('error', (error) => reject(pluginFailed(plugin, error.message)));
    child.once('close', (code, signal) => {
      if (code === 0) {
        try {
          resolvePromise(readCredential(plugin, output));
        } catch (error) {
          reject(error);
        }
      } else if (signal)
        reject(pluginFailed(plugin, `it was stopped after ${timeout / 1000} s or for too much output`));
      else reject(pluginFailed(plugin, `exit code ${code}: ${visible(errors, 500)}`));
    });
  });
}

function readCredential(plugin: Plugin, output: string): Credential {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    throw pluginFailed(plugin, 'its output is not JSON');
  }
  const status = isFields(parsed) ? parsed.status : undefined;
  if (!isFields(status) || typeof status.token !== 'string' || status.token === '') {
    throw pluginFailed(plugin, 'it gave no token (client certificates of plugins are not supported)');
  }
  const expires = typeof status.expirationTimestamp === 'string' ? Date.parse(status.expirationTimestamp) : Number.NaN;
  return { token: status.token, expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires };
}

function pluginFailed(plugin: Plugin, why: string): Error {
  const hint = plugin.installHint === '' ? '' : ` ${visible(plugin.installHint, 500)}`;
  return appError('cluster_unauthorized', `The sign-in plugin ${plugin.command} failed: ${why}.${hint}`);
}
