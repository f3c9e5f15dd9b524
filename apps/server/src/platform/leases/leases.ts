/**
 * A right that one process holds at a time, among all replicas, until it lets go or stops renewing. `fence` grows with every holder:
 * write it along with what the lease protects and refuse a smaller one, so that a holder that was stopped and woke late changes nothing.
 */
export type Lease = {
  readonly name: string;
  readonly fence: number;
  /** Aborts when the lease is lost: stop at once. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
};

export type Leases = {
  /** Gives nothing when another holds it. */
  tryAcquire(name: string): Promise<Lease | undefined>;
  /** Runs `work` whenever this process holds the lease, again and again until `signal` aborts. */
  hold(name: string, options: { signal: AbortSignal; work: (lease: Lease) => Promise<void> }): Promise<void>;
};
