import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../output/age.ts';
import { usageError } from '../../runtime/usage-error.ts';

export type GrantOptions = { namespaces?: string; expires?: string };
export type RoleName = 'viewer' | 'operator' | 'admin';

export function addGrantOptions(command: Command): Command {
  return command
    .option('--namespaces <names>', 'only in these namespaces, comma-separated')
    .option('--expires <when>', 'until an RFC 3339 time, or for a span like 8h or 30d', endTime);
}

function endTime(text: string): string {
  const span = parseDuration(text);
  const at = span === undefined ? Date.parse(text) : Date.now() + span;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It must be a time like 2027-01-31T18:00:00Z or a span like 8h.');
  return new Date(at).toISOString();
}

export function roleName(text: string): RoleName {
  if (text === 'viewer' || text === 'operator' || text === 'admin') return text;
  throw usageError(`"${text}" is no role.`, 'it is viewer, operator or admin');
}

/** The limits of a grant as the API takes them. */
export function grantLimits({ namespaces, expires }: GrantOptions): { namespaces?: string[]; expiresAt?: string } {
  const names = namespaces
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { ...(names && names.length > 0 ? { namespaces: names } : {}), ...(expires ? { expiresAt: expires } : {}) };
}
