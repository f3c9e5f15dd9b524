/** Every item of a paged list, one page after the other. */
export async function allPages<Item>(
  readPage: (cursor: string | undefined) => Promise<{ items: Item[]; nextCursor?: string }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    for (const item of page.items) items.push(item);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}
