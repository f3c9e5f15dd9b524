/** The objects of a list in an answer; whatever else is there is left out. */
export function objectsOf<T extends object>(value: readonly T[] | undefined | null): T[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

/** The texts of a list in an answer. */
export function textsOf(value: readonly string[] | undefined | null): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
