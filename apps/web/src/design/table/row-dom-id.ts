/** Row ids hold slashes and whatever names hold; an element id may hold anything but spaces. */
export function rowDomId(id: string): string {
  return `row:${id}`;
}
