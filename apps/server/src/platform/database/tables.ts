/**
 * The columns of every table, by table name. Each migration's owner adds its tables by declaration merging, beside the store:
 *
 *     declare module '../../platform/database/tables.ts' {
 *       interface Tables { users: UserRow }
 *     }
 *
 * Both databases give the same JavaScript values: text is string; numbers, times (milliseconds since the epoch) and flags (0 or 1) are number;
 * bytes are Uint8Array; JSON columns are their text (`toJson`, `fromJson`).
 */
// biome-ignore lint/suspicious/noEmptyInterface: modules add their tables to it
export interface Tables {}
