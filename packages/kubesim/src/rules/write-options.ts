export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** How one write was asked for. */
export type WriteOptions = {
  dryRun: boolean;
  /** Names the managedFields entry; the API server takes it from fieldManager or the User-Agent. */
  manager: string;
  fieldValidation: FieldValidation;
  /** '' writes the object itself, 'status' or another subresource a part of it. */
  subresource: string;
  /** Server-side apply: take fields over from other managers. */
  force: boolean;
  /** The object comes from a patch: its faults are the patch's. */
  patched?: boolean;
  /** Collects the Warning headers of the answer. */
  warnings: string[];
};

export function writeOptions(given: Partial<WriteOptions> = {}): WriteOptions {
  return {
    dryRun: false,
    manager: 'unknown',
    fieldValidation: 'Ignore',
    subresource: '',
    force: false,
    warnings: [],
    ...given,
  };
}

export type Preconditions = { uid?: string | undefined; resourceVersion?: string | undefined };

export type Propagation = 'Foreground' | 'Background' | 'Orphan';

export type RemovalOptions = {
  dryRun: boolean;
  gracePeriodSeconds?: number | undefined;
  propagation?: Propagation | undefined;
  preconditions?: Preconditions | undefined;
};
