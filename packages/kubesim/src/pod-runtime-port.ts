import type { Readable, Writable } from 'node:stream';
import type { KubeObject } from '@pilothouse/kube';

export type PodLogRequest = {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  limitBytes?: number;
};

export type PodExecRequest = {
  container: string;
  command: readonly string[];
  tty: boolean;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  /** Yields terminal sizes as they change. */
  resizes: AsyncIterable<{ columns: number; rows: number }>;
  signal: AbortSignal;
};

export type UsageSample = { cpuNanoCores: number; memoryBytes: number };

/** What a kubelet would answer for simulated pods. Throws AppErrors with the kubelet's own wording. */
export type PodRuntimePort = {
  logs(pod: KubeObject, request: PodLogRequest): Readable;
  /** Resolves with the exit code. */
  exec(pod: KubeObject, request: PodExecRequest): Promise<number>;
  /** Joins a container that waits for input at its own command; undefined when it does not, and only its log is to be shown. */
  attach?(pod: KubeObject, request: Omit<PodExecRequest, 'command'>): Promise<number> | undefined;
  /** Current usage per container, undefined when the pod does not run. */
  usage(pod: KubeObject): { container: string; usage: UsageSample }[] | undefined;
};
