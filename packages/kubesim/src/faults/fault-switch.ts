/** What goes wrong with requests that match. Without a pattern a fault meets every request. */
export type Fault = {
  /** Regular expression over `METHOD path?query`. */
  match?: string;
  /** Wait this many milliseconds, then go on as normal. */
  latency?: number;
  /** Never answer. */
  hang?: boolean;
  /** Answer this HTTP status with a Kubernetes Status: 401, 403, 410, 429, 500, 503, … */
  status?: number;
  /** Seconds in Retry-After of a 429 or 503. */
  retryAfter?: number;
  /** Send half of a JSON answer, then break the connection. */
  halfJson?: boolean;
  /** Break watches this many milliseconds after they open. */
  dropWatchAfter?: number;
  /** Answer 307 to this address. */
  redirect?: string;
  /** Break the connection without an answer. */
  reset?: boolean;
  /** Stop after this many matching requests. */
  times?: number;
};

/** Faults that can be switched while the simulated cluster runs, by this object or by `POST /_simulator/faults`. */
export type FaultSwitch = {
  list(): readonly Fault[];
  set(faults: readonly Fault[]): void;
  add(fault: Fault): void;
  clear(): void;
  /** The faults that meet this request, used up by one where they are counted. */
  meet(method: string, url: string): readonly Fault[];
};

export function createFaultSwitch(): FaultSwitch {
  let active: { fault: Fault; pattern: RegExp | undefined; left: number }[] = [];
  const enter = (fault: Fault) => ({
    fault,
    pattern: fault.match === undefined ? undefined : new RegExp(fault.match),
    left: fault.times ?? Number.POSITIVE_INFINITY,
  });
  return {
    list: () => active.map((one) => one.fault),
    set(faults) {
      active = faults.map(enter);
    },
    add(fault) {
      active.push(enter(fault));
    },
    clear() {
      active = [];
    },
    meet(method, url) {
      if (active.length === 0) return [];
      const met = active.filter((one) => one.pattern === undefined || one.pattern.test(`${method} ${url}`));
      for (const one of met) one.left--;
      active = active.filter((one) => one.left > 0);
      return met.map((one) => one.fault);
    },
  };
}
