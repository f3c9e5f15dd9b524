export type Fields = Record<string, unknown>;

/** Sets what is absent (or null); nested values are copied so that no two objects share them. */
export function setDefaults(target: Fields, defaults: Fields): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (target[key] === undefined || target[key] === null) {
      target[key] = typeof value === 'object' ? structuredClone(value) : value;
    }
  }
}
