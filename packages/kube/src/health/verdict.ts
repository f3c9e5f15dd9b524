import type { Health, HealthStatus } from '../health-status.ts';
import type { KubeObject } from '../kube-object.ts';

/** What a rule may ask besides the object. */
export type HealthContext = {
  /** Epoch milliseconds. */
  now: number;
  /** The volumeBindingMode of a StorageClass, when the caller knows it. */
  volumeBindingMode?: ((storageClass: string) => string | undefined) | undefined;
};

/** `reviewAt` (epoch milliseconds): when the verdict changes by the passing of time alone, if it does. */
export type Verdict = { health: Health; reviewAt?: number };

/** The rule of one kind; undefined leaves the object to the rule for all other kinds. */
export type HealthRule = (object: KubeObject, context: HealthContext) => Verdict;

export function verdict(status: HealthStatus, reason: string, message: string, reviewAt?: number): Verdict {
  const health = { status, reason, message };
  return reviewAt === undefined ? { health } : { health, reviewAt };
}

export const healthy = (reason: string, message: string): Verdict => verdict('healthy', reason, message);
export const progressing = (reason: string, message: string, reviewAt?: number): Verdict =>
  verdict('progressing', reason, message, reviewAt);
export const degraded = (reason: string, message: string): Verdict => verdict('degraded', reason, message);
export const suspended = (reason: string, message: string): Verdict => verdict('suspended', reason, message);
